"""The environment variables that make installers use an index."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_NO_INDEXES = " "
"""A list of extra indexes that has none: pip passes over an empty variable, and then takes those of its files."""
_UV_INDEXES = frozenset({"UV_INDEX", "UV_DEFAULT_INDEX", "UV_EXTRA_INDEX_URL"})


@dataclass(frozen=True, slots=True)
class IndexURL:
    """The URL of an index, and the credentials for it.

    :param plain: the URL without them.
    """

    plain: str
    user: str
    password: str = field(repr=False)

    @property
    def whole(self) -> str:
        """The URL with the credentials in it."""
        scheme, _, rest = self.plain.partition("://")
        return f"{scheme}://{self.user}:{self.password}@{rest}"


def installer_environment(
    environment: Mapping[str, str], index: IndexURL, *, extra: bool, pip_extra: tuple[str, ...] = ()
) -> dict[str, str]:
    """The environment in which installers read ``index``, in place of the public index or beside others.

    pip: https://pip.pypa.io/en/stable/topics/configuration/#environment-variables,
    uv: https://docs.astral.sh/uv/reference/environment/, pdm: https://pdm-project.org/en/stable/reference/configuration/,
    pipenv: https://pipenv.pypa.io/en/latest/configuration.html. uv has newer variables, UV_INDEX and UV_DEFAULT_INDEX,
    but ``uv add`` writes the URLs in them into pyproject.toml, where they would outlive the service.

    poetry takes indexes from pyproject.toml alone. It looks up credentials by URL, in the environment too:
    https://python-poetry.org/docs/repositories/#configuring-credentials

    :param environment: the variables that there are.
    :param extra: beside the indexes that pip and uv are configured with; the others have no variable for that.
    :param pip_extra: the URLs of those extra indexes that pip is configured with.
    """
    found = {
        # poetry's pattern for the name of a repository takes letters alone, no digits.
        "POETRY_REPOSITORIES_EXEC_URL": index.plain,
        "POETRY_HTTP_BASIC_EXEC_USERNAME": index.user,
        "POETRY_HTTP_BASIC_EXEC_PASSWORD": index.password,
    }
    if extra:
        found["PIP_EXTRA_INDEX_URL"] = " ".join((index.whole, *pip_extra))
        found["UV_EXTRA_INDEX_URL"] = f"{index.whole} {environment.get('UV_EXTRA_INDEX_URL', '')}".strip()
    else:
        environment = {name: value for name, value in environment.items() if name not in _UV_INDEXES}
        found |= {
            "PIP_INDEX_URL": index.whole,
            "PIP_EXTRA_INDEX_URL": _NO_INDEXES,
            "UV_INDEX_URL": index.whole,
            "PDM_PYPI_URL": index.plain,
            "PDM_PYPI_USERNAME": index.user,  # pdm -vv shows credentials that are in a URL
            "PDM_PYPI_PASSWORD": index.password,
            "PIPENV_PYPI_MIRROR": index.whole,
        }
    host = urlsplit(index.plain).hostname or ""
    direct = ",".join(filter(None, (environment.get("no_proxy") or environment.get("NO_PROXY"), host)))
    return {**environment, **found, "NO_PROXY": direct, "no_proxy": direct}
