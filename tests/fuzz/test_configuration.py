"""Configuration files and targets of any kind."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from s3pypi_setuptools.config.environment import Environment
from s3pypi_setuptools.config.options import OPTIONS
from s3pypi_setuptools.config.pip_conf import parse_website
from s3pypi_setuptools.config.pypi_private import read_pypi_private
from s3pypi_setuptools.config.resolve import resolve
from s3pypi_setuptools.config.settings import Settings, explain
from s3pypi_setuptools.config.target import FolderTarget, S3Target, parse_target
from s3pypi_setuptools.errors import ConfigurationError
from tests.fuzz.budget import share
from tests.fuzz.mutations import edited, edits, odd_texts
from tests.support.in_process import run
from tests.support.refusals import result_of

SCHEMES = (
    r"s3:// S3:// s3: s3:/ s3:/// file:// file:/// file: FILE://localhost/ http:// arn:aws:s3::: "
    r"\\host\ // ./ ~/ ~x/ C:\ c:/"
)
PARTS = (
    "bucket my.bucket My_Bucket b 192.168.0.1 user:hunter2@bucket bucket:80 accesspoint/x simple . .. %2e%2e %00 %ff "
    "?x=1 #x"
)
VALUES = "true 1 skip K=V ACL=private https://a:b@c/ aws-s3 %(bucket)s"
FLAGS = "true no 1 OFF"
WORDS = "skip same replace private public-read"
GOOD = {
    "URL": "https://packages.example http://127.0.0.1:9000/",
    "K=V,...": "ServerSideEncryption=aws:kms,SSEKMSKeyId=x ACL=private StorageClass=STANDARD_IA,Tagging=",
    "SECONDS": "1 30 0.5",
}
TEXTS = "my-bucket s3://bucket/x ./repo prod"
TABLES = "[tool.s3pypi] [tool.s3pypi.targets] [tool.s3pypi.targets.prod] [tool.distutils.s3pypi] [tool] [[tool.s3pypi]]"
TOML = (
    r'"s3://bucket/x" "./x" true 1 1.5 nan [] {} [[]] {target="s3://bucket/x"} """ 1979-05-27 0x1 "\u0000" "\ud800" '
    "{a={b=1}}"
)
SOURCES = ("command line", "setup.cfg", "/x/pyproject.toml")
WEBSITE = "http://b-c.s3-website-eu-west-1.amazonaws.com/"


def among(words: str, *others: str) -> st.SearchStrategy[str]:
    return st.sampled_from([*words.split(), *others])


parts = among(PARTS, "", "a b", "ü", "x" * 300, "\ud800", "\x9b", " ")
targets = st.one_of(
    st.builds(lambda scheme, found: scheme + "/".join(found), among(SCHEMES, ""), st.lists(parts, max_size=4)),
    odd_texts,
    st.text(max_size=20),
)
values = st.one_of(targets, odd_texts, among(VALUES))


@st.composite
def settings(draw: st.DrawFn) -> tuple[str, str]:
    """The name of a setting and a value, which it mostly may have."""
    option = draw(st.sampled_from(OPTIONS))
    name = draw(st.sampled_from([option.name] * 4 + [option.attribute, *option.spellings, option.name.upper()]))
    good = FLAGS if option.flag else WORDS if option.choices else GOOD.get(option.metavar or "", TEXTS)
    value = draw(among(good)) if draw(st.integers(0, 4)) else draw(values)
    return (name if draw(st.integers(0, 9)) else draw(odd_texts)), value


def lined(form: str, *others: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Lines of settings, written in that form, with few others among them."""
    lines = settings().map(lambda pair: form.format(*pair))
    return st.lists(st.one_of(*[lines] * 6, *others), max_size=3).map("\n".join)


website = st.builds("{} = {}{}".format, among("index-url extra-index-url"), st.just(WEBSITE), parts)
private = st.builds("{} = {}".format, among("type bucket prefix acl endpoint region base_path"), values)
storage = st.sampled_from(
    ["type = aws-s3\n[aws-s3]\nbucket = my-bucket", "type = local-filesystem\n[local-filesystem]\nbase_path = ~/x"]
)
sections = st.one_of(
    st.builds("[s3pypi]\n{}".format, lined("{} = {}", st.sampled_from([" indented", "# x", "x"]), odd_texts)),
    st.builds("[{}]\n{}".format, among("global install DEFAULT"), st.one_of(website, lined("{}: {}"))),
    st.builds("[ilabs.s3util]\ntarget = {}".format, targets),
    st.builds("[storage]\n{}\n{}".format, storage, st.lists(private, max_size=2).map("\n".join)),
    st.builds("{}\n".format, odd_texts),
)
inis = st.lists(sections, max_size=3).map("\n".join)
toml_values = st.one_of(among(TOML), values.map(json.dumps), among(VALUES).map(json.dumps))
tables = st.one_of(
    st.builds("[{}]\n{}".format, among(TABLES), lined('{} = "{}"', st.just('target = "prod"'))),
    st.builds("[tool.s3pypi]\n{} = {}".format, st.sampled_from([option.name for option in OPTIONS]), toml_values),
    st.builds("[tool.s3pypi.targets]\nprod = {}".format, toml_values),
    st.builds("[tool.s3pypi.targets.{}]\n{}".format, among("prod p-1"), lined('{} = "{}"')),
    st.builds("{}\n".format, odd_texts),
)
tomls = st.lists(tables, max_size=3).map("\n".join)


@st.composite
def files(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> bytes:
    text = draw(st.sampled_from(["", "", "", "\ufeff"])) + draw(texts)
    text = text.replace("\n", draw(st.sampled_from(["\n", "\n", "\n", "\r\n", "\r"])))
    data = text.encode(draw(st.sampled_from(["utf-8"] * 6 + ["utf-16"])), "surrogatepass")
    return edited(data, draw(edits) if draw(st.integers(0, 5)) == 0 else [])


def check(settings: Settings | None) -> None:
    """The settings can be used, and shown."""
    if settings is None:
        return
    if isinstance(settings.target, S3Target):
        assert ".." not in settings.target.prefix.split("/")
    for secret in (settings.connection.aws_secret_access_key, settings.connection.aws_session_token):
        assert secret is None or len(secret.reveal()) < 6 or secret.reveal() not in repr(settings)
    if not isinstance(settings.target, FolderTarget) or settings.target.path.is_absolute():  # here, not on Windows
        assert explain(settings)


@share(8)
@given(
    files(tomls),
    files(inis),
    files(inis),
    st.lists(settings(), max_size=3),
    st.dictionaries(st.sampled_from([option.variable for option in OPTIONS]), values, max_size=1),
    st.sampled_from(["linux", "darwin", "win32"]),
)
def test_files(  # noqa: PLR0917
    tmp_path: Path,
    pyproject: bytes,
    setup_cfg: bytes,
    pip_conf: bytes,
    options: list[tuple[str, str]],
    environ: dict[str, str],
    platform: str,
) -> None:
    for name, data in (
        ("pyproject.toml", pyproject),
        ("setup.cfg", setup_cfg),
        ("pip.conf", pip_conf),
        ("pip.ini", pip_conf),
    ):
        (tmp_path / name).write_bytes(data)
    environment = Environment(environ, tmp_path, tmp_path / "home", tmp_path, platform, tmp_path / "root")
    bare = Environment({"XDG_CONFIG_DIRS": str(tmp_path)}, tmp_path / "nowhere", tmp_path, tmp_path, platform, tmp_path)
    check(result_of(lambda: resolve(environment=environment), ConfigurationError))
    check(result_of(lambda: resolve(environment=environment, repository=False), ConfigurationError))
    check(result_of(lambda: resolve(environment=bare, relative_paths=False), ConfigurationError))
    given_options = {name: (source, value) for source, (name, value) in zip(SOURCES, options, strict=False)}
    check(result_of(lambda: resolve(options=given_options, environment=environment), ConfigurationError))
    for interpolated in (False, True):
        reading = partial(read_pypi_private, "pip.conf", environment=environment, interpolate_environment=interpolated)
        check(result_of(reading, ConfigurationError))


@share(1)
@given(files(tomls), files(inis))
def test_files_on_the_command_line(tmp_path: Path, pyproject: bytes, setup_cfg: bytes) -> None:
    (tmp_path / "pyproject.toml").write_bytes(pyproject)
    (tmp_path / "setup.cfg").write_bytes(setup_cfg)
    before = {path.name for path in tmp_path.iterdir()}
    said = run("s3pypi", "config", cwd=tmp_path)
    assert (
        len(said.err.splitlines()) - len([line for line in said.err.splitlines() if ": warning: " in line])
        == said.status
    )
    run("s3pypi", "config", "--json", cwd=tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == before


@share(6)
@given(targets, st.booleans())
def test_targets(text: str, windows: bool) -> None:
    found = result_of(
        lambda: parse_target(text, base=Path("/base"), home=Path("/home/x"), windows=windows), ConfigurationError
    )
    if isinstance(found, S3Target):
        assert parse_target(str(found)) == found
        assert str(found).isprintable() or "\u202e" in text
        assert not {"", ".", ".."} & set(found.prefix.split("/")) or not found.prefix
        assert "@" not in found.bucket
    elif isinstance(found, FolderTarget) and not windows:
        assert found.path.is_absolute()
        assert ".." not in found.path.parts
        assert parse_target(str(found)) == found
    website = result_of(lambda: parse_website(WEBSITE + text), ConfigurationError)
    if website is not None:
        again = result_of(lambda: parse_target(str(website.target)), ConfigurationError)
        assert again in (None, website.target)


@share(1)
@given(targets)
def test_targets_on_the_command_line(tmp_path: Path, text: str) -> None:
    text = text.replace("\0", "").replace("\ud800", "")
    said = run("s3pypi", "config", f"--target={text}", cwd=tmp_path)
    assert len(said.err.splitlines()) == said.status
    assert "hunter2" not in said.err
