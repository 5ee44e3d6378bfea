"""AWS's part: a token service, and roles that trust a CI service.

MiniStack from 1.5 on judges tokens and requests by the roles' policies; before, it gives any role, which may do all.
"""

from __future__ import annotations

import base64
import contextlib
import json
from pathlib import Path

from tests.support.servers import S3Server, ministack

ACCOUNT = "123456789012"
ROLE = "publish-packages"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/{ROLE}"


def account(folder: Path) -> contextlib.AbstractContextManager[S3Server]:
    """MiniStack as the account ``ACCOUNT``."""
    return ministack(folder, services="s3,sts,iam", MINISTACK_ACCOUNT_ID=ACCOUNT)


def make_role(server: S3Server, trust: str, permissions: str) -> None:
    """The role ``ROLE``, with these two policies."""
    client = server.client("iam")
    client.create_role(RoleName=ROLE, AssumeRolePolicyDocument=trust)
    client.put_role_policy(RoleName=ROLE, PolicyName="publish", PolicyDocument=permissions)


def identity_token(issuer: str, audience: str, subject: str) -> str:
    """A token as CI services give their jobs (a JWT), signed by nobody."""
    parts = ({"alg": "RS256", "typ": "JWT"}, {"iss": issuer, "aud": audience, "sub": subject}, {})
    encoded = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
    return ".".join(encoded)


def take_role(server: S3Server, arn: str, token: str) -> dict[str, str]:
    """The variables that hold the role's temporary keys."""
    client = server.client("sts")
    answer = client.assume_role_with_web_identity(RoleArn=arn, RoleSessionName="job", WebIdentityToken=token)
    given = answer["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
        "AWS_SESSION_TOKEN": given["SessionToken"],
    }
