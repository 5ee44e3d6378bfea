"""What the page on `s3pypi doctor` shows."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from tests.doctor.examined import examine
from tests.support.programs import run
from tests.support.servers import S3Server
from tests.test_readme import sessions

PAGE = (Path(__file__).parents[2] / "docs" / "doctor.md").read_text(encoding="utf-8")
GOOD, BAD = re.findall(r"^```text\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)


def rows(table: str) -> dict[str, str]:
    """Results by check, as a table shows them."""
    return dict(re.findall(r"^│ (\S[^│]*?) +│ (\w+) +│", table, flags=re.MULTILINE))


def test_the_session_is_true(tmp_path: Path) -> None:
    [(line, output)] = sessions(PAGE)
    done = run(*shlex.split(line), cwd=tmp_path)
    pattern = "\n".join(re.escape(text).replace("…", ".*") for text in output)
    assert re.fullmatch(pattern, done.stdout.rstrip("\n")), done.stdout


def test_the_table_of_a_good_store_has_all_rows(s3_server: S3Server, s3_bucket: str) -> None:
    found = examine(s3_server, s3_bucket)
    shown = rows(GOOD)
    assert list(shown) == [check.name for check in found.report.checks]
    if s3_server.name == "Ceph":
        assert shown == {check.name: check.result.value for check in found.report.checks}


def test_the_table_of_a_bad_store(moto: S3Server) -> None:
    found = examine(moto, moto.new_bucket("ignores-put"))
    assert rows(BAD) == {name: found[name].result.value for name in rows(BAD)}
    assert " ".join(re.findall(r"│ {23}│ {9}│ (.*?) *│", BAD)[:4]) == found["conditional create"].advice


def test_every_check_is_explained() -> None:
    explained = {
        name for row in re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE) for name in re.findall(r"`(.+?)`", row)
    }
    assert set(rows(GOOD)) - {"target"} <= explained
