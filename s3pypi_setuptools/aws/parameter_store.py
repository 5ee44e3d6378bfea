"""Secret texts in AWS Systems Manager's Parameter Store, under one path.

https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-parameter-store.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import AccessDenied, ConfigurationError, Error, StoreError
from .client import Access, ServiceClient
from .errors import code_of, status_of, text_of, usual_failure


class Parameters(ServiceClient):
    """The parameters below ``path``, which begins with ``/`` and ends without; all are kept as ``SecureString``.

    Every method raises `ConfigurationError`, and `StoreError`.
    """

    def __init__(self, path: str, access: Access) -> None:
        super().__init__(access, "ssm", "the Parameter Store", "AWS_ENDPOINT_URL_SSM")
        self.path = path

    def read(self) -> Mapping[str, str]:
        """The values of all parameters, by what follows the path in their names."""
        found: dict[str, str] = {}
        more: dict[str, str] = {}
        while True:
            page = self._request("GetParametersByPath", Path=self.path, WithDecryption=True, **more)
            for one in page.get("Parameters", ()):
                found[str(one["Name"]).removeprefix(f"{self.path}/")] = str(one["Value"])
            if not page.get("NextToken"):
                return found
            more = {"NextToken": page["NextToken"]}

    def read_one(self, name: str) -> str | None:
        """The value of one parameter; None if there is none. Unlike `read`, it sees a write that just ended."""
        answer = self._unless_absent("GetParameter", Name=f"{self.path}/{name}", WithDecryption=True)
        return str(answer["Parameter"]["Value"]) if answer else None

    def write(self, name: str, value: str, *, overwrite: bool) -> bool:
        """Create the parameter, or replace its value.

        :param overwrite: replace the value of a parameter that exists; false is returned for one without it.
        """
        return bool(
            self._unless_absent(
                "PutParameter",
                Name=f"{self.path}/{name}",
                Value=value,
                Type="SecureString",
                Tier="Intelligent-Tiering",  # what is larger than 4 KB needs an advanced parameter
                Overwrite=overwrite,
            )
        )

    def delete(self, name: str) -> bool:
        """Delete the parameter; whether there was one."""
        return bool(self._unless_absent("DeleteParameter", Name=f"{self.path}/{name}"))

    def _unless_absent(self, operation: str, **arguments: Any) -> dict[str, Any]:
        """The answer; empty if there is no such parameter, or if there is one that may not be overwritten."""
        try:
            return self._request(operation, **arguments)
        except Error as error:
            if code_of(error.__cause__) in ("ParameterNotFound", "ParameterAlreadyExists"):
                return {}
            raise

    def _translated(self, error: Exception, operation: str, place: str) -> Error:
        name, what = f"ssm:{self.path}", "cannot be read" if operation.startswith("Get") else "cannot be changed"
        if usual := usual_failure(error, name, what, "the Parameter Store", place):
            return usual
        code = code_of(error)
        if code in ("AccessDeniedException", "AccessDenied"):
            key = "" if operation.startswith("Delete") else ", and the use of its KMS key,"
            return AccessDenied(name, f"{what}: access denied; ssm:{operation}{key} is needed")
        if code in ("InvalidKeyId", "ValidationException"):
            return ConfigurationError(f"{name}: {text_of(error)}")
        return StoreError(name, f"{what}: the Parameter Store answered {status_of(error)} {code}")
