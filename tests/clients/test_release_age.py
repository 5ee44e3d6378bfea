"""Settings that pass over releases younger than a week, with a public bucket and nothing before it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from s3pypi_setuptools.doctor.http import fetch
from s3pypi_setuptools.doctor.installers import release_age_check
from tests.clients.installers import Environments, Installer, pdm, pip, poetry, uv
from tests.clients.test_installs import SPELLINGS, installed
from tests.support.markers import case

WEEK_AGO = (datetime.now(timezone.utc) - timedelta(days=7)).strftime("%Y-%m-%dT%H:%M:%SZ")

OLD = {"Acme.Core_Lib 1.0", "Zeta.Core_Lib 1.0"}
NEW = {"Acme.Core_Lib 1.1", "Zeta.Core_Lib 1.1"}
NOTHING: set[str] = set()

SLOW = {"poetry", "pdm"}
"""Each makes a virtual environment to install into."""

WITH_HTML = [
    (Installer("pip", pip(None, f"--uploaded-prior-to={WEEK_AGO}")), NOTHING),
    (Installer("uv", uv(None, f"--exclude-newer={WEEK_AGO}")), OLD),
    (Installer("poetry", poetry(None, POETRY_SOLVER_MIN_RELEASE_AGE="7")), NEW),
    (Installer("pdm", pdm(f"lock --exclude-newer={WEEK_AGO}", "sync")), NOTHING),
]
"""What each installs where pages are HTML: poetry what it was told not to, and it exits with 0."""

EACH = [case(installer, found, id=str(installer), slow=installer.name in SLOW) for installer, found in WITH_HTML]


@pytest.mark.parametrize(("installer", "with_html"), EACH)
def test_json_pages_tell_what_is_too_young(
    installer: Installer, with_html: set[str], environments: Environments, buckets: dict[str, str], tmp_path: Path
) -> None:
    done = installer.run(environments, buckets["JSON"], SPELLINGS, tmp_path / "x")
    assert done.returncode == 0, done.stdout
    assert installed(tmp_path / "x") == OLD, done.stdout


@pytest.mark.parametrize(("installer", "found"), EACH)
def test_html_pages_do_not(
    installer: Installer, found: set[str], environments: Environments, buckets: dict[str, str], tmp_path: Path
) -> None:
    done = installer.run(environments, buckets["HTML"], SPELLINGS, tmp_path / "x")
    assert (done.returncode == 0) is bool(found), done.stdout
    assert installed(tmp_path / "x") == found, done.stdout


def test_doctor_knows_which_is_which(buckets: dict[str, str]) -> None:
    results = {}
    for form, url in buckets.items():
        page = fetch(f"{url}acme-core-lib/")
        results[form] = release_age_check(page.headers["content-type"]).result.value
    assert results == {"HTML": "warning", "JSON": "ok"}
