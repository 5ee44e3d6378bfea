"""Publish Python packages to S3 straight from the build.

What programs use is exported here, and imported when it is first used::

    from . import open_repository

    repository = open_repository("s3://bucket/prefix")
    report = repository.publish("dist/")
"""

from __future__ import annotations

__version__ = "1.0.0"

# Type checkers take it for true, as typing's own; typing itself would cost every build that imports the package.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from .api import PackageRepository, open_repository
    from .config.choices import IfExists
    from .distribution import Distribution
    from .errors import (
        AccessDenied,
        ConditionsRefused,
        ConfigurationError,
        Contended,
        Error,
        FileConflict,
        InvalidDistribution,
        InvalidIndex,
        LockError,
        NoSuchProject,
        NotAllowed,
        NotAuthenticated,
        NotFound,
        NotListed,
        RepositoryError,
        StoreError,
        StoreMisconfigured,
        Unavailable,
        UsageError,
    )
    from .index import simple_html, simple_json
    from .index.model import File, Project, ProjectStatus, Root, Status
    from .naming import is_project_name, normalize_name, version_of

__all__ = [
    "AccessDenied",
    "ConditionsRefused",
    "ConfigurationError",
    "Contended",
    "Distribution",
    "Error",
    "File",
    "FileConflict",
    "IfExists",
    "InvalidDistribution",
    "InvalidIndex",
    "LockError",
    "NoSuchProject",
    "NotAllowed",
    "NotAuthenticated",
    "NotFound",
    "NotListed",
    "PackageRepository",
    "Project",
    "ProjectStatus",
    "RepositoryError",
    "Root",
    "Status",
    "StoreError",
    "StoreMisconfigured",
    "Unavailable",
    "UsageError",
    "__version__",
    "is_project_name",
    "normalize_name",
    "open_repository",
    "simple_html",
    "simple_json",
    "version_of",
]

# The module of each exported name; the errors, which are all others, are in `errors`.
_HOMES = {
    "api": ("PackageRepository", "open_repository"),
    "config.choices": ("IfExists",),
    "distribution": ("Distribution",),
    "index": ("simple_html", "simple_json"),
    "index.model": ("File", "Project", "ProjectStatus", "Root", "Status"),
    "naming": ("is_project_name", "normalize_name", "version_of"),
}


def __getattr__(name: str) -> object:
    from importlib import import_module  # noqa: PLC0415

    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = next((home for home, names in _HOMES.items() if name in names), "errors")
    if home == "index":
        return import_module(f".index.{name}", __name__)
    return getattr(import_module(f".{home}", __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
