"""Routes: which handler answers a request, by its path and method, and who may send it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from .messages import Reply
from .users import Role

Handler = Callable[..., Awaitable[Reply]]
"""Called with the request, and with what stands for each parameter of the path, in their order."""

READING = ("GET", "HEAD")
_PARAMETER = re.compile(r"\{(\w+)(:path)?\}")


@dataclass(frozen=True, slots=True)
class Route:
    """One row of the table of routes.

    :param methods: that the handler answers.
    :param path: below the service's own root. ``{name}`` stands for one segment, perhaps an empty one, and
        ``{name:path}`` for all that is left, with every ``/`` in it.
    :param role: what a user must be allowed, for some project at least; None where nobody is asked who they are.
        The handler itself asks whether it is allowed for the project.
    """

    methods: Sequence[str]
    path: str
    handler: Handler
    role: Role | None = Role.READ

    @property
    def is_fixed(self) -> bool:
        """Whether the path has no parameters."""
        return "{" not in self.path

    def pattern(self) -> re.Pattern[str]:
        """Matches the whole of each path that the route is for."""
        parts, end = [], 0
        for found in _PARAMETER.finditer(self.path):
            parts += [re.escape(self.path[end : found.start()]), "(.*)" if found[2] else "([^/]*)"]
            end = found.end()
        return re.compile("".join(parts) + re.escape(self.path[end:]), re.DOTALL)


@dataclass(frozen=True, slots=True)
class Match:
    """The route of a request, and what stands for each of its parameters."""

    route: Route
    arguments: Sequence[str] = ()


class Routes:
    """A table of routes; of several that fit a path and a method, the first counts."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = tuple(routes)
        self._fixed: dict[tuple[str, str], Match] = {}
        self._patterns: dict[str, list[tuple[re.Pattern[str], Route]]] = {}
        for route in self._routes:
            for method in route.methods:
                if route.is_fixed:
                    self._fixed.setdefault((method, route.path), Match(route))
                else:
                    self._patterns.setdefault(method, []).append((route.pattern(), route))

    def __iter__(self) -> Iterator[Route]:
        return iter(self._routes)

    def match(self, method: str, path: str) -> Match | None:
        """The route of a request; None where no route has that path and that method."""
        if (fixed := self._fixed.get((method, path))) is not None:
            return fixed
        for pattern, route in self._patterns.get(method, ()):
            if (found := pattern.fullmatch(path)) is not None:
                return Match(route, found.groups())
        return None

    def methods(self, path: str) -> tuple[str, ...]:
        """The methods that are answered at ``path``, with ``OPTIONS``; none where there is no route."""
        known = {method for method, _ in self._fixed} | set(self._patterns)
        found = sorted(method for method in known if self.match(method, path) is not None)
        return (*found, "OPTIONS") if found else ()
