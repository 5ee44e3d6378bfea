"""Which variables of this machine's user would change what the programs do."""

from __future__ import annotations

PREFIXES = ("AWS_", "BOTO_", "PIP_", "S3PYPI_", "PP_S3_", "UV_", "TWINE_", "POETRY_", "PDM_", "HATCH_", "XDG_")
NAMES = {
    "APPDATA", "COLUMNS", "CONDA_PREFIX", "FORCE_COLOR", "HTTPS_PROXY", "HTTP_PROXY", "LOCALAPPDATA", "NO_COLOR",
    "ALL_PROXY", "PROGRAMDATA", "PYTHONWARNINGS", "VIRTUAL_ENV", "http_proxy", "https_proxy", "all_proxy",
    "BUCKET", "OVERWRITE", "PASSWORD", "STAGE", "USERNAME", "USERS",  # of elasticpypi
}  # fmt: skip


def is_foreign(name: str) -> bool:
    """Whether no test may see this variable, nor any fixture that lives longer."""
    return name.startswith(PREFIXES) or name in NAMES
