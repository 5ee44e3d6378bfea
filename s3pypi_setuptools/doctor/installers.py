"""What installers can do with a project's page, as far as its form decides it."""

from __future__ import annotations

from ..index import simple_json
from ..index.simple_html import REJECTED_BY_OLD_PIP
from .check import Check, Result

__all__ = ["old_pip_check", "release_age_check"]


def old_pip_check(page: bytes) -> Check:
    """Whether pip 22.3 to 23.1.2 (Debian 12 has 23.0.1) install the wheels of ``page``."""
    name = "old pip"
    if REJECTED_BY_OLD_PIP.encode() not in page:
        return Check(name, Result.OK, "the page has nothing by which pip 22.3 to 23.1.2 reject wheels")
    found = f"the page has {REJECTED_BY_OLD_PIP}: pip 22.3 to 23.1.2 reject wheels"
    return Check(name, Result.NO, found, "s3pypi reindex renders such pages anew")


def release_age_check(content_type: str) -> Check:
    """Whether release-age settings of installers work with a page of ``content_type``: HTML holds no upload times."""
    name = "release age"
    if content_type.lower().startswith(simple_json.CONTENT_TYPE):
        return Check(name, Result.OK, "pages are JSON, which tells installers the upload times")
    found = (
        "pages are HTML, which tells no upload times: poetry's min-release-age has no effect, and it says nothing; "
        "pip's --uploaded-prior-to and pdm's exclude-newer find nothing"
    )
    advice = (
        "let the server answer with JSON pages to clients that ask for them; where installers read the bucket itself, "
        "or through CloudFront, s3pypi migrate-index json"
    )
    return Check(name, Result.WARNING, found, advice)
