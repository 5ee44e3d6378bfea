from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from s3pypi_setuptools.config.choices import IfExists, PageStyle
from s3pypi_setuptools.config.connection import Connection
from s3pypi_setuptools.config.options import find
from s3pypi_setuptools.config.secret import Secret
from s3pypi_setuptools.config.target import FolderTarget, S3Target
from s3pypi_setuptools.errors import ConfigurationError

Refusal = Callable[..., str]

# From the strongest source to the weakest: what each says, and where it says it comes from.
SOURCES = [
    ("command", "command line"),
    ("environment", "environment S3PYPI_{}"),
    ("distutils", "pyproject.toml [tool.distutils.s3pypi]"),
    ("setup.cfg", "setup.cfg [s3pypi]"),
    ("pyproject", "pyproject.toml [tool.s3pypi]"),
    ("pip", "{pip} [s3pypi]"),
    ("ilabs", "{pip} [ilabs.s3util]"),
    ("extra", "{pip} [global] extra-index-url"),
    ("index", "{pip} [global] index-url"),
]


def arrange(place: Any, names: list[str], setting: str) -> dict[str, object]:
    """Let each of the sources give ``setting`` a value of its own; what the command line gives is returned."""

    def value(name: str) -> str:
        return f"s3://bucket-{name.replace('.', '-')}/x" if setting == "target" else f"of-{name.replace('.', '-')}"

    pyproject, pip = "", ""
    if "environment" in names:
        place.environ[f"S3PYPI_{setting.upper().replace('-', '_')}"] = value("environment")
    if "distutils" in names:
        pyproject += f'[tool.distutils.s3pypi]\n{setting} = "{value("distutils")}"\n'
    if "pyproject" in names:
        pyproject += f'[tool.s3pypi]\n{setting} = "{value("pyproject")}"\n'
    if "setup.cfg" in names:
        place.write("setup.cfg", f"[s3pypi]\n{setting} = {value('setup.cfg')}\n")
    if "pip" in names:
        pip += f"[s3pypi]\n{setting} = {value('pip')}\n"
    if "ilabs" in names:
        pip += f"[ilabs.s3util]\ntarget = {value('ilabs')}\n"
    pip += "[global]\n"
    for name, option in (("extra", "extra-index-url"), ("index", "index-url")):
        if name in names:
            pip += f"{option} = http://bucket-{name}.s3-website-eu-west-1.amazonaws.com/x/\n"
    place.write("pyproject.toml", pyproject)
    place.write(place.user_pip_conf, pip)
    return {setting: value("command")} if "command" in names else {}


@pytest.mark.parametrize("strongest", range(len(SOURCES)), ids=[name for name, _ in SOURCES])
def test_the_first_source_that_names_a_target_wins(place: Any, strongest: int) -> None:
    names = [name for name, _ in SOURCES[strongest:]]
    settings = place.resolve(command_line=arrange(place, names, "target"))
    assert settings.target == S3Target(f"bucket-{names[0].replace('.', '-')}", "x")
    assert settings.origins["target"] == SOURCES[strongest][1].format("TARGET", pip=place.user_pip_conf)
    assumed = names[0] in {"ilabs", "extra", "index"}
    assert settings.acl == ("public-read" if assumed else None)
    assert settings.acl_optional is assumed
    assert len(settings.notes) == assumed


@pytest.mark.parametrize("setting", ["profile", "region", "locks-table", "file-mask", "dist-dir"])
@pytest.mark.parametrize("strongest", range(6), ids=[name for name, _ in SOURCES[:6]])
def test_the_first_source_that_gives_a_setting_wins(place: Any, strongest: int, setting: str) -> None:
    names = [name for name, _ in SOURCES[strongest:6]]
    settings = place.resolve(command_line=arrange(place, names, setting))
    option = find(setting)
    assert option is not None
    assert settings.value_of(option) == f"of-{names[0].replace('.', '-')}"
    variable = setting.upper().replace("-", "_")
    assert settings.origins == {setting: SOURCES[strongest][1].format(variable, pip=place.user_pip_conf)}


def test_nothing_gives_nothing(place: Any) -> None:
    settings = place.resolve()
    with pytest.raises(ConfigurationError) as caught:
        settings.require_target()
    assert str(caught.value) == (
        "no target: give --target (s3://bucket/prefix, or a folder such as ./repo), set S3PYPI_TARGET, or write target "
        "under [tool.s3pypi] in pyproject.toml"
    )
    with pytest.raises(ConfigurationError) as caught:
        place.resolve(repository=False).require_target()
    assert str(caught.value) == (
        "no target: give --target (s3://bucket/prefix, or a folder such as ./repo); a project's configuration names "
        "repositories, where loose files have no place"
    )
    assert settings.target is None
    assert settings.if_exists is IfExists.SAME
    assert not settings.origins
    assert not settings.notes


def test_setuptools_options(place: Any) -> None:
    place.write("pyproject.toml", '[tool.s3pypi]\ntarget = "s3://low"\nprofile = "low"\nregion = "low"\n')
    place.write("setup.cfg", "[s3pypi]\ntarget = s3://not-read-again\n")
    place.environ["S3PYPI_REGION"] = "env"
    settings = place.resolve(
        options={
            "target": ("command line", "s3://typed"),
            "region": ("setup.cfg", "configured"),
            "profile": ("pyproject.toml", "configured"),
            "index_html": ("setup script", 1),
            "force": ("command line", 1),
            "acl": ("setup script", None),
        }
    )
    assert settings.target == S3Target("typed")
    assert settings.connection == Connection(region="env", profile="configured")
    assert settings.pages is PageStyle.INDEX_HTML
    assert settings.if_exists is IfExists.REPLACE
    assert settings.origins == {
        "target": "command line",
        "region": "environment S3PYPI_REGION",
        "profile": "pyproject.toml [tool.distutils.s3pypi]",
        "pages": "setup script (s3pypi options)",
        "if-exists": "command line",
    }


def test_relative_paths_start_where_they_are_written(place: Any, tmp_path: Path, refusal: Refusal) -> None:
    elsewhere = tmp_path / "elsewhere"
    place.write(elsewhere / "pyproject.toml", '[tool.s3pypi]\ntarget = "./repo"\n')
    assert place.resolve(project=elsewhere).target == FolderTarget(elsewhere / "repo")
    assert place.resolve(project=elsewhere, command_line={"target": "../r"}).target == FolderTarget(tmp_path / "r")
    refused = refusal(project=elsewhere, relative_paths=False)
    assert refused.startswith(f"{elsewhere / 'pyproject.toml'} [tool.s3pypi]: the target './repo' is a relative path")
    assert place.resolve(command_line={"target": "~/r"}, relative_paths=False).target == FolderTarget(place.home / "r")


def test_files_of_no_repository_take_only_the_connection_from_elsewhere(place: Any) -> None:
    place.write(
        "pyproject.toml",
        '[tool.s3pypi]\ntarget = "here"\nacl = "public-read"\nprofile = "p"\n[tool.s3pypi.targets]\nhere = "s3://named"\n',
    )
    place.write("setup.cfg", "[s3pypi]\nregion = somewhere\nif_exists = skip\n")
    place.write(place.user_pip_conf, "[s3pypi]\ntarget = s3://no\n")
    place.environ |= {"S3PYPI_TARGET": "s3://no", "S3PYPI_ENDPOINT_URL": "http://127.0.0.1:9000"}
    settings = place.resolve(repository=False)
    assert settings.target is None
    assert settings.acl is None
    assert settings.if_exists is IfExists.SAME
    assert settings.connection == Connection(profile="p", region="somewhere", endpoint_url="http://127.0.0.1:9000")
    assert place.resolve(repository=False, command_line={"target": "here"}).target == S3Target("named")
    upload = place.resolve(
        repository=False,
        command="s3upload",
        options={"target": ("setup.cfg", "s3://own"), "acl": ("setup.cfg", "private")},
    )
    assert upload.target == S3Target("own")
    assert upload.origins["target"] == "setup.cfg [s3upload]"


@pytest.mark.parametrize(
    ("command_line", "if_exists"),
    [
        ({"force": True}, IfExists.REPLACE),
        ({"strict": True}, IfExists.FAIL),
        ({"force": False, "strict": None}, IfExists.SKIP),
        ({"if-exists": "same"}, IfExists.SAME),
        ({"if_exists": "replace", "force": True}, IfExists.REPLACE),
    ],
)
def test_older_forms_of_if_exists(place: Any, command_line: dict[str, object], if_exists: IfExists) -> None:
    place.write("setup.cfg", "[s3pypi]\nif-exists = skip\n")
    assert place.resolve(command_line=command_line).if_exists is if_exists


@pytest.mark.parametrize("command_line", [{"force": True, "strict": True}, {"force": True, "if-exists": "skip"}])
def test_older_forms_that_contradict(refusal: Refusal, command_line: dict[str, object]) -> None:
    assert "command line: " in refusal(command_line=command_line)


def test_private_sends_nothing_and_assumes_nothing(place: Any) -> None:
    place.write(place.user_pip_conf, "[ilabs.s3util]\ntarget = s3://bucket\n")
    settings = place.resolve(command_line={"acl": "private"})
    assert settings.acl is None
    assert not settings.acl_optional
    assert not settings.notes
    settings = place.resolve(command_line={"acl": "bucket-owner-full-control"})
    assert (settings.acl, settings.acl_optional) == ("bucket-owner-full-control", False)


def test_an_acl_among_the_put_arguments_is_the_acl(place: Any, refusal: Refusal) -> None:
    settings = place.resolve(command_line={"s3-put-args": "ACL=public-read,ServerSideEncryption=aws:kms"})
    assert settings.acl == "public-read"
    assert settings.s3_put_args == {"ServerSideEncryption": "aws:kms"}
    assert place.resolve(command_line={"s3_put_args": "ACL=private"}).acl is None
    assert "contradict" in refusal(command_line={"acl": "private", "s3-put-args": "ACL=public-read"})


def test_credentials_work_with_a_warning(place: Any, refusal: Refusal) -> None:
    settings = place.resolve(command_line={"aws_access_key_id": "AKIAPLANTED", "aws_secret_access_key": "planted"})
    assert settings.connection.aws_access_key_id == "AKIAPLANTED"
    assert settings.connection.aws_secret_access_key == Secret("planted")
    assert len(settings.notes) == 1
    assert "planted" not in repr(settings).lower() + "".join(settings.notes).lower()
    assert "missing" in refusal(command_line={"aws_access_key_id": "AKIAPLANTED"})
    assert "session-token" in refusal(command_line={"aws_session_token": "planted"})
    place.environ |= {"S3PYPI_AWS_ACCESS_KEY_ID": "a", "S3PYPI_AWS_SECRET_ACCESS_KEY": "b"}
    assert not place.resolve().notes


def test_pip_conf_is_left_alone_when_a_target_is_named(place: Any) -> None:
    place.write(place.user_pip_conf, "this is no configuration")
    assert place.resolve(command_line={"target": "s3://bucket"}).target == S3Target("bucket")
