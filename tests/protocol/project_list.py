"""Phases that put projects on the list of projects, a record and its page, and take them off."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, NamedTuple

from .bucket import PROJECT_LIST, PROJECT_LIST_PAGE, ProjectList, Request, get, swap
from .jobs import Outcome, manifest_key
from .rules import Rule


class Ended(NamedTuple):
    """The end of a command.

    :param keys: those that it saw removed; of an installer, the key that was not found.
    """

    outcome: Outcome
    keys: frozenset[str] = frozenset()


class Next(NamedTuple):
    """The next phase, a method of `Protocol`, by name."""

    phase: str
    arguments: tuple[Any, ...]


Phase = Generator[list[Request], list[Any], "Next | Ended"]


class ProjectListPhases:
    """The phases of `Protocol` that concern the list of projects."""

    _without: Rule | None

    def _lacks(self, rule: Rule) -> bool:
        return rule is self._without

    def enter(self, projects: frozenset[str], then: Next, repeated: bool = False) -> Phase:
        """Put projects on the list.

        :param repeated: there is nothing to commit: a project that is added here may have been deleted meanwhile.
        """
        record, page = yield [get(PROJECT_LIST), get(PROJECT_LIST_PAGE)]
        if projects <= record.projects:
            return Next("list_page", (then,))
        if repeated:
            [project] = projects
            then = Next("leave", (project, then))
        return (
            yield from self._change(record, page, record.projects | projects, Next("enter", (projects, then)), then)
        )

    def check_entry(self, project: str, then: Next) -> Phase:
        """Put the project on the list again, if somebody took it off; and take it off, if it is deleted by now."""
        [record] = yield [get(PROJECT_LIST)]
        checked = not self._lacks(Rule.RETURN_IS_CHECKED)
        return then if project in record.projects else Next("enter", (frozenset({project}), then, checked))

    def leave(self, project: str, then: Next, asked: bool = False) -> Phase:
        """Take the project off the list, if it is deleted: the list is read first, the manifest after it.

        :param asked: an earlier attempt put a list without it, and may have succeeded although its response was lost.
        """
        check = then if self._lacks(Rule.LEAVING_IS_CHECKED) else Next("check_leaving", (project, then))
        record, page = yield [get(PROJECT_LIST), get(PROJECT_LIST_PAGE)]
        gone = False
        if project in record.projects:
            [manifest] = yield [get(manifest_key(project))]
            gone = manifest.deleted
        if not gone:
            return Next("list_page", (check if asked else then,))
        again = Next("leave", (project, then, True))
        return (yield from self._change(record, page, record.projects - {project}, again, check))

    def check_leaving(self, project: str, then: Next) -> Phase:
        """Put the project on the list again, if it is not deleted any more; and so on."""
        [manifest] = yield [get(manifest_key(project))]
        return then if manifest.deleted else Next("enter", (frozenset({project}), then, True))

    def _change(
        self, record: ProjectList, page: ProjectList, projects: frozenset[str], again: Next, then: Next
    ) -> Phase:
        new = ProjectList(record.commit + 1, projects)
        [done] = yield [swap(PROJECT_LIST, record, new)]
        if not done:
            return again
        [done] = yield [swap(PROJECT_LIST_PAGE, page, new)]
        return then if done else Next("list_page", (then,))

    def list_page(self, then: Next) -> Phase:
        """Bring the page up to the record."""
        [page] = yield [get(PROJECT_LIST_PAGE)]
        [record] = yield [get(PROJECT_LIST)]
        [done] = [True] if page == record else (yield [swap(PROJECT_LIST_PAGE, page, record)])
        return then if done else Next("list_page", (then,))
