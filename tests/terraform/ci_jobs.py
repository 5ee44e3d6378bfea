"""Jobs of CI that take a role by OpenID Connect.

MiniStack compares a token's claims with the role's trust policy. It checks no signature.
"""

from __future__ import annotations

import time
from typing import Any

import jwt
from botocore.exceptions import ClientError


def keys(sts: Any, role: str, issuer: str, subject: str, audience: str) -> dict[str, str] | None:
    """The variables with a role's keys for a job; None if the role does not trust it."""
    claims = {"iss": issuer, "sub": subject, "aud": audience, "exp": int(time.time()) + 600}
    token = jwt.encode(claims, "k" * 32, algorithm="HS256")
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
