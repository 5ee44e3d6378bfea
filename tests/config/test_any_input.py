"""Whatever stands in a configuration: settings, or one clear line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from s3pypi_setuptools.config.environment import Environment
from s3pypi_setuptools.config.options import OPTIONS
from s3pypi_setuptools.config.pypi_private import read_pypi_private
from s3pypi_setuptools.config.resolve import resolve
from s3pypi_setuptools.config.settings import explain
from s3pypi_setuptools.errors import ConfigurationError

names = st.sampled_from([option.name for option in OPTIONS] + ["targets", "build-backend"]) | st.text(max_size=5)
variables = st.sampled_from([option.variable for option in OPTIONS])
words = st.sampled_from(["s3://bucket/x", "./repo", "prod", "true", "skip", "http://host", "K=V"]) | st.text()
toml = words.map(json.dumps) | st.sampled_from(["true", "1", "1.5", "[]", '{a = "b"}', "1979-05-27", "nonsense"])
lines = (
    st.sampled_from(
        ["[s3pypi]", "[ilabs.s3util]", "[global]", "[storage]", "type = aws-s3", "[aws-s3]", "bucket = %(x)s"]
    )
    | st.builds("index-url = http://buck.s3-website-eu-west-1.amazonaws.com/{}".format, st.text())
    | st.builds("{} = {}".format, names, words)
    | st.text()
)
sections = st.lists(lines, max_size=6).map("\n".join)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(
    pyproject=st.dictionaries(names.map(json.dumps), toml, max_size=3),
    setup_cfg=sections,
    pip_conf=sections,
    environ=st.dictionaries(variables, words, max_size=2),
    command_line=st.dictionaries(names, words | st.booleans() | st.none(), max_size=2),
    platform=st.sampled_from(["linux", "darwin", "win32"]),
)
def test_settings_or_one_clear_line(  # noqa: PLR0917
    tmp_path: Path,
    pyproject: dict[str, str],
    setup_cfg: str,
    pip_conf: str,
    environ: dict[str, str],
    command_line: dict[str, object],
    platform: str,
) -> None:
    table = "".join(f"{name} = {value}\n" for name, value in pyproject.items())
    for name, text in (("pyproject.toml", f"[tool.s3pypi]\n{table}"), ("setup.cfg", setup_cfg), ("pip.conf", pip_conf)):
        (tmp_path / name).write_bytes(text.encode("utf-8", "surrogatepass"))
    (tmp_path / "pip.ini").write_bytes((tmp_path / "pip.conf").read_bytes())
    environment = Environment(environ, tmp_path, tmp_path / "home", tmp_path, platform, tmp_path)
    bare = Environment({"XDG_CONFIG_DIRS": str(tmp_path)}, tmp_path / "nowhere", tmp_path, tmp_path, platform, tmp_path)
    _settings_or_a_line(lambda: explain(resolve(command_line=command_line, environment=environment)))
    _settings_or_a_line(lambda: explain(resolve(environment=bare)))
    _settings_or_a_line(lambda: read_pypi_private("pip.conf", environment=environment, interpolate_environment=True))


def _settings_or_a_line(work: Callable[[], object]) -> None:
    try:
        work()
    except ConfigurationError as error:
        said = str(error)
    else:
        return
    assert len(said.splitlines()) == 1
    assert said.encode()
