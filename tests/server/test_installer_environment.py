"""The variables that installers get, and those of the user that are kept, added to or removed."""

from __future__ import annotations

from s3pypi_setuptools.server.installer_environment import IndexURL, installer_environment

INDEX = IndexURL("http://127.0.0.1:8642/simple/", "exec", "token")
WHOLE = "http://exec:token@127.0.0.1:8642/simple/"
OTHER = "https://other.example.com/simple"


def test_indexes_of_the_user_are_read_beside_with_extra_alone() -> None:
    given = {"UV_INDEX": OTHER, "UV_DEFAULT_INDEX": OTHER, "UV_EXTRA_INDEX_URL": OTHER, "PIP_INDEX_URL": OTHER}
    alone = installer_environment(given, INDEX, extra=False)
    assert OTHER not in alone.values()
    assert alone["PIP_INDEX_URL"] == alone["UV_INDEX_URL"] == alone["PIPENV_PYPI_MIRROR"] == WHOLE
    beside = installer_environment(given, INDEX, extra=True, pip_extra=(OTHER,))
    assert {name: beside[name] for name in given} == {**given, "UV_EXTRA_INDEX_URL": f"{WHOLE} {OTHER}"}
    assert beside["PIP_EXTRA_INDEX_URL"] == f"{WHOLE} {OTHER}"


def test_other_variables_are_kept_and_the_users_own_environment_is_not_changed() -> None:
    given = {"PATH": "/bin", "NO_PROXY": "internal.example.com"}
    made = installer_environment(given, INDEX, extra=False)
    assert made["PATH"] == "/bin"
    assert made["NO_PROXY"] == made["no_proxy"] == "internal.example.com,127.0.0.1"
    assert given == {"PATH": "/bin", "NO_PROXY": "internal.example.com"}


def test_the_token_is_not_shown_with_the_url() -> None:
    assert "token" not in repr(INDEX)
