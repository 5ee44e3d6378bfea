"""CloudFront's origin access identities, which MiniStack lacks: it lets them read a bucket, but makes none.

https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateCloudFrontOriginAccessIdentity.html
"""

from __future__ import annotations

import contextlib
import dataclasses
import re
from collections.abc import Iterator
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from tests.support.canned_server import Handler, serving
from tests.support.servers import S3Server
from tests.terraform.passing_on import pass_on

_PLACE = "/2020-05-31/origin-access-identity/cloudfront"
_NAMESPACE = "http://cloudfront.amazonaws.com/doc/2020-05-31/"


@contextlib.contextmanager
def with_identities(server: S3Server) -> Iterator[S3Server]:
    """The same server at another address, where it has origin access identities, too."""
    references: dict[str, str] = {}

    def is_used(identity: str) -> bool:
        found = server.client("cloudfront").list_distributions()["DistributionList"].get("Items", ())
        origins = [origin for distribution in found for origin in distribution["Origins"]["Items"]]
        return any(identity in origin.get("S3OriginConfig", {}).get("OriginAccessIdentity", "") for origin in origins)

    class Answers(Handler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if not self.path.startswith(_PLACE):
                pass_on(self, server.endpoint_url, body, dict(self.headers.items()))
                return
            identity = re.sub(r"/(config)?$", "", self.path.removeprefix(_PLACE)).strip("/")
            if self.command == "POST":
                identity = f"E{len(references) + 1:013}"
                reference = ElementTree.fromstring(body).findtext(f"{{{_NAMESPACE}}}CallerReference")
                references[identity] = reference or ""
                self.show(identity, 201)
            elif identity not in references:
                self.fail(404, "NoSuchCloudFrontOriginAccessIdentity")
            elif self.command == "GET":
                self.show(identity, 200)
            elif is_used(identity):
                self.fail(409, "CloudFrontOriginAccessIdentityInUse")
            else:
                del references[identity]
                self.send(204, {}, b"")

        def show(self, identity: str, status: int) -> None:
            reference = escape(references[identity])
            config = f"<CallerReference>{reference}</CallerReference><Comment></Comment>"
            text = (
                f'<CloudFrontOriginAccessIdentity xmlns="{_NAMESPACE}"><Id>{identity}</Id>'
                f"<S3CanonicalUserId>{identity.lower()}</S3CanonicalUserId><CloudFrontOriginAccessIdentityConfig>"
                f"{config}</CloudFrontOriginAccessIdentityConfig></CloudFrontOriginAccessIdentity>"
            )
            self.send(status, {"Content-Type": "text/xml", "ETag": identity}, text.encode())

        def fail(self, status: int, code: str) -> None:
            text = f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code></Error></ErrorResponse>"
            self.send(status, {"Content-Type": "text/xml"}, text.encode())

        do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = answer  # noqa: N815

    with serving(Answers) as url:
        yield dataclasses.replace(server, endpoint_url=url)
