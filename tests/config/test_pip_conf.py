from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from s3pypi_setuptools.config.pip_conf import Website, files, parse_website
from s3pypi_setuptools.config.target import S3Target

Refusal = Callable[..., str]


@pytest.mark.parametrize(
    ("url", "bucket", "prefix", "region"),
    [
        ("http://pkgs.s3-website-us-east-1.amazonaws.com", "pkgs", "", "us-east-1"),
        ("http://pkgs.s3-website-us-east-1.amazonaws.com/", "pkgs", "", "us-east-1"),
        ("http://my.pkgs.s3-website-ap-southeast-2.amazonaws.com/a/b/", "my.pkgs", "a/b", "ap-southeast-2"),
        ("http://pkgs.s3-website.eu-central-1.amazonaws.com/simple", "pkgs", "simple", "eu-central-1"),
        ("http://pkgs.s3-website.us-gov-west-1.amazonaws.com/simple", "pkgs", "simple", "us-gov-west-1"),
        ("http://pkgs.s3-website.cn-north-1.amazonaws.com.cn/x%20y", "pkgs", "x y", "cn-north-1"),
        ("http://pkgs.s3-website-cn-northwest-1.amazonaws.com.cn:80/x", "pkgs", "x", "cn-northwest-1"),
        ("http://user:planted@PKGS.s3-website-us-west-2.amazonaws.com/x", "pkgs", "x", "us-west-2"),
    ],
)
def test_website_urls(url: str, bucket: str, prefix: str, region: str) -> None:
    assert parse_website(url) == Website(S3Target(bucket, prefix), region)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://example.org/simple",
        "http://pkgs.s3.eu-west-1.amazonaws.com/simple",
        "http://s3-website-us-east-1.amazonaws.com/simple",
        "http://pkgs.s3-website-us-east-1.amazonaws.com.example.org/",
        "http://example.org/pkgs.s3-website-us-east-1.amazonaws.com",
        "ftp://pkgs.s3-website-us-east-1.amazonaws.com",
        "http://[",
    ],
)
def test_other_urls(url: str) -> None:
    assert parse_website(url) is None


def test_places_on_linux(place: Any) -> None:
    place.environ = {"XDG_CONFIG_DIRS": "/one:/two"}
    home = place.home
    common = [Path("/one/pip/pip.conf"), Path("/two/pip/pip.conf"), place.root / "etc/pip.conf"]
    user = [home / ".pip/pip.conf", home / ".config/pip/pip.conf"]
    own = place.prefix / "pip.conf"
    assert files(place.environment) == [*common, *user, own]
    place.environ = {"XDG_CONFIG_HOME": "/xdg"}
    assert files(place.environment)[:4] == [
        place.root / "etc/xdg/pip/pip.conf",
        place.root / "etc/pip.conf",
        home / ".pip/pip.conf",
        Path("/xdg/pip/pip.conf"),
    ]
    place.environ = {"XDG_CONFIG_DIRS": "/one:/two", "PIP_CONFIG_FILE": "/no/such.conf"}
    assert files(place.environment) == [*common, *user, own, Path("/no/such.conf")]
    explicit = place.write("explicit.conf", "")
    place.environ["PIP_CONFIG_FILE"] = str(explicit)
    assert files(place.environment) == [*common, own, explicit]
    place.environ["PIP_CONFIG_FILE"] = os.devnull
    assert files(place.environment) == []


def test_places_on_macos(place: Any) -> None:
    place.platform, place.environ = "darwin", {}
    common = place.root / "Library/Application Support/pip/pip.conf"
    home = place.home
    assert files(place.environment) == [
        common,
        home / ".pip/pip.conf",
        home / ".config/pip/pip.conf",
        place.prefix / "pip.conf",
    ]
    (home / "Library/Application Support/pip").mkdir(parents=True)
    assert files(place.environment)[2] == home / "Library/Application Support/pip/pip.conf"


def test_places_on_windows(place: Any) -> None:
    place.platform = "win32"
    place.environ = {"APPDATA": "/roaming", "PROGRAMDATA": "/common"}
    assert files(place.environment) == [
        Path("/common/pip/pip.ini"),
        place.home / "pip/pip.ini",
        Path("/roaming/pip/pip.ini"),
        place.prefix / "pip.ini",
    ]
    place.environ = {"PIP_CONFIG_FILE": "nul"}
    assert files(place.environment) == []


@pytest.mark.skipif(sys.platform != "linux", reason="compares with the pip of this platform")
@pytest.mark.parametrize("explicit", [None, "missing.conf", "explicit.conf", os.devnull])
@pytest.mark.client
def test_pip_itself_looks_in_the_same_places(place: Any, explicit: str | None) -> None:
    place.write("explicit.conf", "")
    place.prefix = Path(sys.prefix)
    place.environ |= {"HOME": str(place.home), "XDG_CONFIG_HOME": str(place.home / "xdg")}
    if explicit is not None:
        place.environ["PIP_CONFIG_FILE"] = str(place.project / explicit)
    debug = subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", "config", "debug"],
        env=place.environ,
        cwd=place.project,
        capture_output=True,
        text=True,
        check=True,
    )
    looked = {Path(name) for name in re.findall(r"^  (/.*), exists: ", debug.stdout, re.MULTILINE)}
    ours = set(files(place.environment._replace(root=Path("/"))))
    if explicit == "explicit.conf":
        # pip lists the user's files here, and then does not read them.
        looked -= {place.home / ".pip/pip.conf", place.home / "xdg/pip/pip.conf"}
    assert ours == (set() if explicit == os.devnull else looked)


def test_later_files_win(place: Any) -> None:
    chain = [
        place.shared / "pip/pip.conf",
        place.home / ".pip/pip.conf",
        place.user_pip_conf,
        place.prefix / "pip.conf",
    ]
    for number, path in enumerate(chain):
        place.write(path, f"[s3pypi]\ntarget = s3://bucket-{number}\n")
        settings = place.resolve()
        assert settings.target == S3Target(f"bucket-{number}")
        assert settings.origins["target"] == f"{path} [s3pypi]"
    explicit = place.write("explicit.conf", "[s3pypi]\ntarget = s3://explicit\n")
    place.environ["PIP_CONFIG_FILE"] = str(explicit)
    assert place.resolve().target == S3Target("explicit")


def test_sections_are_merged_over_files(place: Any) -> None:
    place.write(place.shared / "pip/pip.conf", "[s3pypi]\ntarget = s3://shared\nprofile = p\n")
    place.write(place.user_pip_conf, "[s3pypi]\nregion = r\n[ilabs.s3util]\ntarget = s3://old\n")
    settings = place.resolve()
    assert (settings.target, settings.connection.profile, settings.connection.region) == (S3Target("shared"), "p", "r")
    assert settings.acl is None


def test_percent_signs_and_byte_order_marks(place: Any) -> None:
    place.write(
        place.user_pip_conf,
        "\ufeff[global]\nextra-index-url = https://me%40corp:planted%25@host/simple\n"
        "  http://pkgs.s3-website.eu-west-1.amazonaws.com/p%40q\n[ilabs.s3util]\nother = %(x)s\n",
    )
    settings = place.resolve()
    assert settings.target == S3Target("pkgs", "p@q")
    assert settings.connection.region == "eu-west-1"
    assert "planted" not in repr(settings)


@pytest.mark.parametrize(
    ("text", "environ", "bucket"),
    [
        ("[install]\nextra-index-url = {a}\n[global]\nextra-index-url = {b}", {}, "a"),
        ("[global]\nextra_index_url = https://x.org/s {a} {b}", {}, "a"),
        ("[global]\nextra-index-url = https://x.org/s\nindex-url = {a}", {}, "a"),
        ("[global]\nextra-index-url = {a}\nindex-url = {b}", {}, "a"),
        ("[global]\nextra-index-url = {a}", {"PIP_EXTRA_INDEX_URL": "{b}"}, "b"),
        ("[global]\nextra-index-url = {a}", {"PIP_EXTRA_INDEX_URL": "https://x.org/s"}, None),
        ("[global]\nextra-index-url = {a}", {"PIP_EXTRA_INDEX_URL": ""}, "a"),
        ("", {"PIP_INDEX_URL": "{b}"}, "b"),
        ("[global]\nindex-url = {a}", {"PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": "{b}"}, "b"),
        ("[global]\nindex-url = {a}", {"PIP_CONFIG_FILE": os.devnull}, None),
        ("[download]\nindex-url = {a}", {}, None),
    ],
)
def test_the_index_that_pip_would_use(place: Any, text: str, environ: dict[str, str], bucket: str | None) -> None:
    urls = {name: f"http://bucket-{name}.s3-website-eu-west-1.amazonaws.com/x" for name in "ab"}
    place.write(place.user_pip_conf, text.format(**urls))
    place.environ |= {name: value.format(**urls) for name, value in environ.items()}
    settings = place.resolve()
    assert settings.target == (None if bucket is None else S3Target(f"bucket-{bucket}", "x"))


def test_a_website_gives_its_region_unless_another_is_asked_for(place: Any) -> None:
    place.environ["PIP_INDEX_URL"] = "http://user:planted@bucket.s3-website-eu-west-1.amazonaws.com/x"
    settings = place.resolve()
    assert settings.connection.region == "eu-west-1"
    assert settings.origins["target"] == settings.origins["region"] == "environment PIP_INDEX_URL"
    assert settings.acl == "public-read"
    assert settings.acl_optional
    assert settings.notes == (
        "acl is public-read for the readers of s3://bucket/x, as environment PIP_INDEX_URL is an S3 website; "
        "--acl=private sends none",
    )
    assert "planted" not in repr(settings)
    assert place.resolve(command_line={"region": "other"}).connection.region == "other"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("target = planted", ", line 1: a setting before any [section]"),
        ("[s3pypi]\nplanted", ", line 2: neither 'name = value' nor [section]"),
        ("[a]\n[a]\n", ", line 2: the section is there twice"),
        ("[a]\nx=planted\nx=1\n", ", line 3: the setting is there twice"),
        ("[s3pypi]\ntraget = planted", " [s3pypi] traget: there is no setting 'traget' (did you mean 'target'?)"),
        (
            "[s3pypi]\ntarget = ./planted",
            (
                " [s3pypi]: the target './planted' is a relative path, which cannot be used here (builds run in "
                "temporary folders): write an absolute path or an s3:// URL"
            ),
        ),
        (
            "[ilabs.s3util]\ntarget = bucket",
            " [ilabs.s3util]: no target is named 'bucket'; none is configured; "
            "a bucket is written 's3://bucket', a folder './bucket'",
        ),
        (
            "[global]\nindex-url = http://b.s3-website-us-east-1.amazonaws.com",
            (
                " [global] index-url: 'b' is not a bucket name: letters, digits, '.', '-' and '_', 3 or more, not "
                "an address"
            ),
        ),
        (
            "[global]\nindex-url = http://buck.s3-website-us-east-1.amazonaws.com/a//b",
            " [global] index-url: the prefix 'a//b' holds an empty, '.' or '..' part",
        ),
    ],
)
def test_refused(place: Any, refusal: Refusal, text: str, says: str) -> None:
    path = place.write(place.user_pip_conf, text)
    assert refusal() == f"{path}{says}"


def test_a_file_that_may_not_be_read(place: Any, refusal: Refusal) -> None:
    path = place.write(place.user_pip_conf, "[s3pypi]\n")
    path.chmod(0)
    if os.access(path, os.R_OK):
        path.write_bytes(b"[s3pypi]\n\xff\xfe")
        path.chmod(0o600)
        assert refusal() == f"{path}, line 2: not UTF-8 text"
    else:
        assert refusal() == f"{path}: cannot be read: Permission denied"
