"""Secret texts in AWS Systems Manager's Parameter Store, under one path.

https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-parameter-store.html
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..errors import AccessDenied, ConfigurationError, Error, StoreError, Unavailable
from .client import Access, create_client
from .errors import CREDENTIAL_ADVICE, TRANSIENT_CODES, code_of, response_of, status_of, text_of, unanswered

if TYPE_CHECKING:
    from botocore.client import BaseClient

__all__ = ["Parameters"]

_ATTEMPTS = 3
_CONNECT_SECONDS = 5
_READ_SECONDS = 10
_SERVER_ERROR = 500


class Parameters:
    """The parameters below ``path``, which begins with ``/`` and ends without; all are kept as ``SecureString``.

    Every method raises `ConfigurationError`, and `StoreError`.
    """

    def __init__(self, path: str, access: Access) -> None:
        self.path = path
        self._access = access
        self._making = threading.Lock()
        self._client: BaseClient | None = None

    def read(self) -> Mapping[str, str]:
        """The values of all parameters, by what follows the path in their names."""
        found: dict[str, str] = {}
        more: dict[str, str] = {}
        while True:
            page = self._request("get_parameters_by_path", Path=self.path, WithDecryption=True, **more)
            for one in page.get("Parameters", ()):
                found[str(one["Name"]).removeprefix(f"{self.path}/")] = str(one["Value"])
            if not page.get("NextToken"):
                return found
            more = {"NextToken": page["NextToken"]}

    def read_one(self, name: str) -> str | None:
        """The value of one parameter; None if there is none. Unlike `read`, it sees a write that just ended."""
        answer = self._request("get_parameter", Name=f"{self.path}/{name}", WithDecryption=True)
        return str(answer["Parameter"]["Value"]) if answer else None

    def write(self, name: str, value: str, *, overwrite: bool) -> bool:
        """Create the parameter, or replace its value.

        :param overwrite: replace the value of a parameter that exists; false is returned for one without it.
        """
        return bool(
            self._request(
                "put_parameter",
                Name=f"{self.path}/{name}",
                Value=value,
                Type="SecureString",
                Tier="Intelligent-Tiering",  # what is larger than 4 KB needs an advanced parameter
                Overwrite=overwrite,
            )
        )

    def delete(self, name: str) -> bool:
        """Delete the parameter; whether there was one."""
        return bool(self._request("delete_parameter", Name=f"{self.path}/{name}"))

    def _request(self, method: str, **arguments: Any) -> dict[str, Any]:
        """The answer; empty if there is no such parameter, or one that is not to be overwritten."""
        with self._making:
            if self._client is None:
                self._client = create_client(
                    "ssm",
                    "the Parameter Store",
                    self._access,
                    endpoint_setting="AWS_ENDPOINT_URL_SSM",
                    attempts=_ATTEMPTS,
                    connect_timeout=_CONNECT_SECONDS,
                    read_timeout=_READ_SECONDS,
                )
        try:
            answer: dict[str, Any] = getattr(self._client, method)(**arguments)
        except Exception as error:
            if code_of(error) in ("ParameterNotFound", "ParameterAlreadyExists"):
                return {}
            self._access.redactor.clean(error)
            raise self._translated(error, method) from error
        return answer

    def _translated(self, error: Exception, method: str) -> Error:
        name, what = f"ssm:{self.path}", "cannot be read" if method.startswith("get") else "cannot be changed"
        if not response_of(error):
            return unanswered(error, name, what, "the Parameter Store")
        code, status = code_of(error), status_of(error)
        if code in CREDENTIAL_ADVICE:
            return AccessDenied(name, f"{what}: {CREDENTIAL_ADVICE[code]}")
        if code in ("AccessDeniedException", "AccessDenied"):
            action = "".join(word.capitalize() for word in method.split("_"))
            key = "" if method.startswith("delete") else ", and the use of its KMS key,"
            return AccessDenied(name, f"{what}: access denied; ssm:{action}{key} is needed")
        if status >= _SERVER_ERROR or code in TRANSIENT_CODES:
            return Unavailable(name, f"{what}: the Parameter Store answered {code or status}; try again later")
        if code in ("InvalidKeyId", "ValidationException"):
            return ConfigurationError(f"{name}: {text_of(error)}")
        return StoreError(name, f"{what}: the Parameter Store answered {status} {code}")
