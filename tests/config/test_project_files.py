from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from s3pypi_setuptools.config.choices import PageStyle
from s3pypi_setuptools.config.target import S3Target

Refusal = Callable[..., str]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            '[tool.s3pypi]\ntaget = "s3://b"',
            "pyproject.toml [tool.s3pypi]: there is no setting 'taget' (did you mean 'target'?)",
        ),
        (
            '[tool.s3pypi]\nbuild-backnd = "x"',
            "pyproject.toml [tool.s3pypi]: there is no setting 'build-backnd' (did you mean 'build-backend'?)",
        ),
        (
            "[tool.s3pypi]\nbuild-backend = 1",
            "pyproject.toml [tool.s3pypi] build-backend: must be a text, such as 'hatchling.build'",
        ),
        ("[tool.s3pypi]\nprofile = 1", "pyproject.toml [tool.s3pypi] profile: must be a text, not a number"),
        (
            '[tool.s3pypi]\nindex-html = "yes"',
            "pyproject.toml [tool.s3pypi] index-html: must be true or false, not 'yes'",
        ),
        (
            "[tool.s3pypi]\nindex-html = 1",
            "pyproject.toml [tool.s3pypi] index-html: must be true or false, not a number",
        ),
        (
            '[tool.s3pypi]\nprofile = ""',
            "pyproject.toml [tool.s3pypi] profile: is empty; leave it out, or give a value",
        ),
        (
            '[tool.s3pypi]\nprofile = "a\\nb"',
            "pyproject.toml [tool.s3pypi] profile: holds a line break or another character that is not printable",
        ),
        (
            '[tool.s3pypi]\nif-exists = "replce"',
            (
                "pyproject.toml [tool.s3pypi] if-exists: must be one of same, skip, fail, replace, not 'replce' "
                "(did you mean 'replace'?)"
            ),
        ),
        (
            "[tool.s3pypi]\nif-exists = []",
            "pyproject.toml [tool.s3pypi] if-exists: must be one of same, skip, fail, replace, not a list",
        ),
        (
            '[tool.s3pypi]\nif-exists = "skip"\nif_exists = "fail"',
            "pyproject.toml [tool.s3pypi] if_exists: if-exists is given twice, with different values",
        ),
        (
            '[tool.s3pypi]\nendpoint-url = "localhost:9000"',
            "pyproject.toml [tool.s3pypi] endpoint-url: must be an http:// or https:// URL, not 'localhost:9000'",
        ),
        (
            '[tool.s3pypi]\nendpoint-url = "http://[::1"',
            "pyproject.toml [tool.s3pypi] endpoint-url: must be an http:// or https:// URL, not 'http://[::1'",
        ),
        (
            '[tool.s3pypi]\npublic-url = "https://user:planted@host/"',
            "pyproject.toml [tool.s3pypi] public-url: holds a user name or password, 'https://***@host/'; leave it out",
        ),
        (
            "[tool.s3pypi]\ns3-put-args = {ServerSideEncrypton = 'aws:kms'}",
            (
                "pyproject.toml [tool.s3pypi] s3-put-args: 'ServerSideEncrypton' is not a parameter of S3 "
                "PutObject (did you mean 'ServerSideEncryption'?)"
            ),
        ),
        (
            "[tool.s3pypi]\ns3-put-args = {Key = 'x'}",
            "pyproject.toml [tool.s3pypi] s3-put-args: Key is set by s3pypi itself and cannot be given",
        ),
        (
            "[tool.s3pypi]\ns3-put-args = {StorageClass = 1}",
            "pyproject.toml [tool.s3pypi] s3-put-args: 'StorageClass' must be a text, not a number",
        ),
        (
            "[tool.s3pypi]\ns3-put-args = 'StorageClass'",
            "pyproject.toml [tool.s3pypi] s3-put-args: must be NAME=VALUE,NAME=VALUE: one part has no '='",
        ),
        (
            "[tool.s3pypi]\ns3-put-args = 'StorageClass=A,StorageClass=B'",
            "pyproject.toml [tool.s3pypi] s3-put-args: StorageClass is given twice",
        ),
        (
            "[tool.s3pypi]\ntarget = 'https://user:planted@host/x'",
            (
                "pyproject.toml [tool.s3pypi]: the target 'https://***@host/x' is of an unknown kind; write "
                "s3://bucket/prefix, file:///folder, a path with a '/' in it, or a configured name"
            ),
        ),
        ("[tool]\ns3pypi = 1", "pyproject.toml [tool] s3pypi: must be a table"),
        ("tool = {s3pypi = {nope = 1}}", "pyproject.toml [tool.s3pypi]: there is no setting 'nope'"),
        ("[tool.s3pypi]\ntargets = 1", "pyproject.toml [tool.s3pypi] targets: must be a table"),
        (
            "[tool.s3pypi.targets]\nx = 1",
            "pyproject.toml [tool.s3pypi.targets.x]: must be a target (a text) or a table of settings",
        ),
        (
            "[tool.s3pypi.targets]\n'a/b' = 's3://bucket'",
            "pyproject.toml [tool.s3pypi.targets.'a/b']: a target's name is a word without '/', '\\', ':' and '~'",
        ),
        ("[tool.s3pypi.targets.x]\nprofile = 'p'", "pyproject.toml [tool.s3pypi.targets.x]: has no target"),
        (
            "[tool.s3pypi.targets.x]\ntarget = 's3://b'\nprofle = 'p'",
            "pyproject.toml [tool.s3pypi.targets.x] profle: there is no setting 'profle' (did you mean 'profile'?)",
        ),
        (
            "[tool.s3pypi]\ntarget = 'x'\n[tool.s3pypi.targets]\nx = 'y'",
            (
                "pyproject.toml [tool.s3pypi], pyproject.toml [tool.s3pypi.targets.x]: no target is named 'y'; "
                "none is configured; a bucket is written 's3://y', a folder './y'"
            ),
        ),
        (
            "[tool.distutils.s3pypi]\nnope = 1",
            "pyproject.toml [tool.distutils.s3pypi] nope: there is no setting 'nope'",
        ),
        (
            "[tool.s3pypi.targets]\n'a b' = 1",
            "pyproject.toml [tool.s3pypi.targets.'a b']: must be a target (a text) or a table of settings",
        ),
        (
            "[tool.s3pypi.targets]\n'é' = 1",
            "pyproject.toml [tool.s3pypi.targets.'\\xe9']: must be a target (a text) or a table of settings",
        ),
        ("[tool.s3pypi]\nx = " + "[" * 5000, "pyproject.toml: not TOML: nested too deeply"),
        ("[tool.s3pypi]\nx = " + "1" * 5000, "pyproject.toml: a number has too many digits"),
    ],
)
def test_refused_in_pyproject(place: Any, refusal: Refusal, text: str, says: str) -> None:
    place.write("pyproject.toml", text)
    assert refusal() == says


def test_what_is_not_toml(place: Any, refusal: Refusal) -> None:
    place.write("pyproject.toml", "[tool.s3pypi]\ntarget = s3://bucket")
    assert refusal().startswith("pyproject.toml: not TOML: Invalid value")


@pytest.mark.parametrize(
    "text",
    [
        '[tool."s3pypi"]\ntarget = "s3://bucket"',
        '[ tool . s3pypi ]\ntarget = "s3://bucket"',
        'tool = { "s3pypi" = { target = "s3://bucket" } }',
        'tool.s3pypi.target = "s3://bucket"',
        "[tool]\ns3pypi.bucket = 'bucket'",
        '\ufeff[tool.s3pypi]\nbuild-backend = "hatchling.build"\ntarget = "s3://bucket"',
        "[tool.distutils.s3pypi]\nTARGET = 's3://bucket'\nindex_html = 'yes'",
    ],
)
def test_every_way_to_write_the_table(place: Any, text: str) -> None:
    place.write("pyproject.toml", text)
    assert place.resolve().target == S3Target("bucket")


@pytest.mark.parametrize(
    "text",
    ["[project]\nname = 's3pypi-setuptools'\nbroken", "[tool]\nx = 's3pypi is fine'\n", "[tool.distutils]\nx = 1"],
)
def test_a_file_without_a_table_of_ours_is_none_of_our_business(place: Any, text: str) -> None:
    place.write("pyproject.toml", text)
    assert place.resolve().target is None


def test_typed_values(place: Any) -> None:
    place.write(
        "pyproject.toml",
        "[tool.s3pypi]\nindex_html = true\nput-root-index = true\nno-sign-request = false\npublic-url = 'https://h/x/'\n"
        "[tool.s3pypi.s3-put-args]\nStorageClass = 'STANDARD_IA'\nTagging = 'a=b&c=d'\nFutureParameter = 'x,y'\n",
    )
    settings = place.resolve()
    assert settings.pages is PageStyle.INDEX_HTML
    assert not settings.connection.no_sign_request
    assert settings.public_url == "https://h/x"
    assert settings.s3_put_args == {"StorageClass": "STANDARD_IA", "Tagging": "a=b&c=d", "FutureParameter": "x,y"}


def test_setup_cfg(place: Any, refusal: Refusal) -> None:
    place.write(
        "setup.cfg",
        "[metadata]\nname = x\n[s3pypi]\ntarget = s3://bucket/%40\nFile_Mask = dist/*.whl\nindex_html = on\n",
    )
    settings = place.resolve()
    assert settings.target == S3Target("bucket", "%40")
    assert (settings.file_mask, settings.pages) == ("dist/*.whl", PageStyle.INDEX_HTML)
    place.write("setup.cfg", "[s3pypi]\nfile_msk = x\n")
    assert refusal() == "setup.cfg [s3pypi] file_msk: there is no setting 'file_msk' (did you mean 'file-mask'?)"
    place.write("setup.cfg", "[s3pypi]\nforce = maybe\n")
    assert "setup.cfg [s3pypi] force: must be one of true, false" in refusal()
    place.write("setup.cfg", "[s3pypi]\ntarget = s3://b\nsecret planted\n")
    assert refusal() == "setup.cfg, line 3: neither 'name = value' nor [section]"
    place.write("setup.cfg", "[other]\nbroken\n")
    assert place.resolve().target is None


def test_files_that_cannot_be_read(place: Any, refusal: Refusal) -> None:
    (place.project / "pyproject.toml").write_bytes(b"[tool.s3pypi]\nprofile = '\xff'\n")
    assert refusal().endswith("pyproject.toml, line 2: not UTF-8 text")
    (place.project / "pyproject.toml").unlink()
    (place.project / "pyproject.toml").mkdir()
    assert place.resolve().target is None


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("S3PYPI_TAGET", "x", "environment: there is no setting S3PYPI_TAGET (did you mean 'S3PYPI_TARGET'?)"),
        ("S3PYPI_PUBLSH", "1", "environment: there is no setting S3PYPI_PUBLSH (did you mean 'S3PYPI_PUBLISH'?)"),
        (
            "S3PYPI_IF_EXISTS",
            "maybe",
            "environment S3PYPI_IF_EXISTS: must be one of same, skip, fail, replace, not 'maybe'",
        ),
        (
            "S3PYPI_INDEX_HTML",
            "maybe",
            "environment S3PYPI_INDEX_HTML: must be one of true, false, yes, no, on, off, 1, 0, not 'maybe'",
        ),
        (
            "S3PYPI_TARGET",
            "prod",
            "environment S3PYPI_TARGET: no target is named 'prod'; none is configured; "
            "a bucket is written 's3://prod', a folder './prod'",
        ),
    ],
)
def test_refused_in_the_environment(place: Any, refusal: Refusal, variable: str, value: str, says: str) -> None:
    place.environ[variable] = value
    assert refusal() == says


def test_environment(place: Any) -> None:
    place.environ |= {
        "S3PYPI_PUBLISH": "1",
        "S3PYPI_TARGET": "",
        "S3PYPI_BUCKET": "bucket",
        "S3PYPI_FORCE": "yes",
        "S3PYPI_S3_ENDPOINT_URL": "http://localhost:9000/",
        "S3PYPI_S3_PUT_ARGS": "StorageClass=GLACIER_IR, SSEKMSKeyId=1",
    }
    settings = place.resolve()
    assert settings.target == S3Target("bucket")
    assert settings.if_exists.value == "replace"
    assert settings.connection.endpoint_url == "http://localhost:9000"
    assert settings.s3_put_args == {"StorageClass": "GLACIER_IR", "SSEKMSKeyId": "1"}


def test_an_empty_target_on_the_command_line_is_no_reason_to_use_another(refusal: Refusal) -> None:
    assert refusal(command_line={"target": ""}).startswith("command line --target: is empty")
