"""A PEP 517 build backend that publishes what it builds, if the invocation asks it to (`..build_gate`).

It wraps another backend, ``setuptools.build_meta`` unless the project names one::

    [build-system]
    requires = ["s3pypi-setuptools", "flit_core"]
    build-backend = "s3pypi_setuptools.build_meta"

    [tool.s3pypi]
    build-backend = "flit_core.buildapi"

Front ends look for hooks by attribute, so this module has exactly the hooks (PEP 517, PEP 660) that the wrapped backend
has. ``s3pypi-…`` config settings are taken out before the wrapped backend sees any.
"""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["__getattr__"]

_HOOKS = frozenset(
    {
        "build_editable",
        "build_sdist",
        "build_wheel",
        "get_requires_for_build_editable",
        "get_requires_for_build_sdist",
        "get_requires_for_build_wheel",
        "prepare_metadata_for_build_editable",
        "prepare_metadata_for_build_wheel",
    }
)


def __getattr__(name: str) -> Callable[..., object]:
    """The hook ``name``; raises `AttributeError` when the wrapped backend has none.

    If the wrapped backend cannot be imported, ends the process with one line on stderr: a build tool would take any
    exception for a backend without that hook.
    """
    if name not in _HOOKS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .hooks import find_hook  # noqa: PLC0415

    hook = find_hook(name)
    if hook is None:
        raise AttributeError(f"the wrapped backend has no hook {name!r}")
    globals()[name] = hook
    return hook
