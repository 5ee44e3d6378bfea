"""Answers of AWS STS."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from tests.support.canned_server import Answer


def credentials(*, lasting: timedelta = timedelta(hours=1)) -> Answer:
    """A role's credentials that expire after that long."""
    expiration = (datetime.now(timezone.utc) + lasting).strftime("%Y-%m-%dT%H:%M:%SZ")
    body = f"""\
<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
<AssumedRoleUser><AssumedRoleId>AROA:session</AssumedRoleId>
<Arn>arn:aws:sts::123456789012:assumed-role/publisher/session</Arn></AssumedRoleUser>
<Credentials><AccessKeyId>ASIAEXAMPLEEXAMPLE00</AccessKeyId><SecretAccessKey>any-secret</SecretAccessKey>
<SessionToken>any-token</SessionToken><Expiration>{expiration}</Expiration></Credentials>
</AssumeRoleResult></AssumeRoleResponse>"""
    return Answer(body=body.encode(), headers={"Content-Type": "text/xml"})


def refusal(code: str, message: str) -> Answer:
    """An error, with that message."""
    body = f"<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
    return Answer(403, body=body.encode(), headers={"Content-Type": "text/xml"})
