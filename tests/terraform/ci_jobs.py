"""Jobs of CI that take a role by OpenID Connect.

MiniStack compares a token's claims with the role's trust policy. It checks no signature.
"""

from __future__ import annotations

import json
import time
from base64 import urlsafe_b64encode
from typing import Any

from botocore.exceptions import ClientError

__all__ = ["keys"]


def keys(sts: Any, role: str, issuer: str, subject: str, audience: str) -> dict[str, str] | None:
    """The variables with a role's keys for a job; None if the role does not trust it."""
    claims = {"iss": issuer, "sub": subject, "aud": audience, "exp": int(time.time()) + 600}
    token = ".".join(map(_encoded, ({"alg": "RS256", "typ": "JWT"}, claims, {})))
    try:
        answer = sts.assume_role_with_web_identity(RoleArn=role, RoleSessionName="job", WebIdentityToken=token)
    except ClientError as error:
        if error.response["Error"]["Code"] == "AccessDenied":
            return None
        raise
    given = answer["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
        "AWS_SESSION_TOKEN": given["SessionToken"],
    }


def _encoded(part: dict[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
