"""Every order in which the requests of several commands can take effect, with kills and lost responses.

The search is breadth first, so the trace of a failure is one of the shortest. A killed command is run again, alone,
when the others have ended. A lost response leaves its effect; the client sends the request again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any, NamedTuple

from .bucket import MAYBE, Bucket, Request, replaced, serve
from .invariants import History, Invariants
from .jobs import Job, Outcome, Shape
from .phases import Protocol
from .project_list import Ended, Next
from .repositories import COMMANDS, Repository
from .rules import Rule

PENDING = "?"
SENT_AGAIN = "??"
IN_FLIGHT = (PENDING, SENT_AGAIN)

PLAIN = Shape()


class Command:
    """A command at its next requests, or ended. Equal ones are one object, so that states are compared fast.

    :param answered: the answers that its phase has had.
    :param answers: those to the requests in flight.
    """

    __slots__ = ("answered", "answers", "at", "followers", "requests")

    def __init__(
        self, at: Next | Ended, answered: tuple[Any, ...], requests: tuple[Request, ...], answers: Any
    ) -> None:
        self.at = at
        self.answered = answered
        self.requests = requests
        self.answers = answers
        self.followers: dict[tuple[int, Any], Command] = {}

    @property
    def outcome(self) -> Outcome | None:
        return self.at.outcome if isinstance(self.at, Ended) else None


class State(NamedTuple):
    """A state of the search.

    :param kills: how many kills there may be still; ``lost`` likewise for lost responses.
    :param runs: how often each command was run again.
    """

    bucket: Bucket
    commands: tuple[Command, ...]
    kills: int
    lost: int
    history: History
    runs: tuple[int, ...]


class Result(NamedTuple):
    """What a search found.

    :param failures: the shortest trace to each failure, by what it says.
    """

    states: int
    failures: dict[str, list[str]]


class Explorer:
    """The search of one case.

    :param commands: names in `COMMANDS`, which start at the same time.
    :param kills: how many kills there may be.
    :param lost: how many lost responses there may be.
    """

    def __init__(
        self,
        repository: Repository,
        commands: tuple[str, ...],
        *,
        kills: int = 0,
        lost: int = 0,
        shape: Shape = PLAIN,
        without: Rule | None = None,
    ) -> None:
        self._names = commands
        self._jobs: tuple[tuple[Job, ...], ...] = tuple(COMMANDS[name] for name in commands)
        self._protocol = Protocol(shape, without)
        self._invariants = Invariants(self._jobs, shape, repository)
        self._known: dict[Any, Command] = {}
        self._came: dict[State, tuple[State, int, str] | None] = {}
        self._queue: deque[State] = deque()
        self._failures: dict[str, State] = {}
        first = tuple(self._started(index, 0) for index in range(len(commands)))
        self._add(
            State(
                repository.bucket(shape),
                first,
                kills,
                lost,
                History.of(self._jobs, repository),
                (0,) * len(commands),
            ),
            None,
        )

    def run(self) -> Result:
        """Search to the end."""
        while self._queue:
            state = self._queue.popleft()
            outcomes = [command.at if isinstance(command.at, Ended) else None for command in state.commands]
            self._fail(self._invariants.broken(state.bucket, outcomes, state.history), state)
            for index in range(len(state.commands)):
                self._follow(state, index)
        return Result(len(self._came), {failure: self._trace(state) for failure, state in self._failures.items()})

    def _follow(self, state: State, index: int) -> None:
        """Add every state to which this command leads."""
        command, jobs = state.commands[index], self._jobs[index]
        if isinstance(command.at, Ended):
            if command.outcome is Outcome.KILLED and all(other.outcome for other in state.commands):
                runs = replaced(state.runs, index, state.runs[index] + 1)
                again = self._with(state, index, self._started(index, runs[index]))
                again = again._replace(runs=runs, history=state.history.started_again(index))
                self._add(again, (state, index, "RUN AGAIN"))
            return
        if state.kills and self._invariants.changes(jobs):
            killed = self._ended(Ended(Outcome.KILLED))
            self._add(self._with(state, index, killed)._replace(kills=state.kills - 1), (state, index, "KILLED"))
        for number, request in enumerate(command.requests):
            if command.answers[number] in IN_FLIGHT:
                self._serve(state, index, number, request)

    def _serve(self, state: State, index: int, number: int, request: Request) -> None:
        command = state.commands[index]
        bucket, answer = serve(state.bucket, request)
        phase = command.at.phase if isinstance(command.at, Next) else ""
        history, failures = self._invariants.follow(state.history, index, phase, request, answer)
        self._fail(failures, state)
        if state.lost and bucket != state.bucket:
            again = self._with(state, index, self._sent_again(command, number))
            lost = again._replace(bucket=bucket, lost=state.lost - 1, history=history)
            self._add(lost, (state, index, f"{_text(request, answer)}, response lost"))
        if request.kind == "put" and command.answers[number] == SENT_AGAIN and not answer:
            answer = MAYBE
        after = self._answered(command, index, state.runs[index], number, answer)
        done = self._with(state, index, after)._replace(bucket=bucket, history=history)
        self._add(done, (state, index, _text(request, answer)))
        if state.runs[index] and isinstance(after.at, Ended):
            self._fail(self._invariants.broken_after_run_again(index, after.at.outcome, bucket), done)

    def _with(self, state: State, index: int, command: Command) -> State:
        return state._replace(commands=replaced(state.commands, index, command))

    def _add(self, state: State, came: tuple[State, int, str] | None) -> None:
        if state not in self._came:
            self._came[state] = came
            self._queue.append(state)

    def _fail(self, failures: Iterator[str] | list[str], state: State) -> None:
        for failure in failures:
            self._failures.setdefault(failure, state)

    def _trace(self, state: State) -> list[str]:
        steps: list[str] = []
        while came := self._came[state]:
            state, index, step = came
            steps.append(f"{self._names[index]} ({index}): {step}")
        return steps[::-1]

    def _started(self, index: int, run: int) -> Command:
        me = "abc"[index] + "r" * run
        return self._settled(Next("start", (me, self._jobs[index])), ())

    def _ended(self, end: Ended) -> Command:
        return self._one(end, (), (), ())

    def _answered(self, command: Command, index: int, run: int, number: int, answer: Any) -> Command:
        """The command when one of its requests was answered."""
        key = number, answer
        if key not in command.followers:
            answers = replaced(command.answers, number, answer)
            if any(each in IN_FLIGHT for each in answers):
                follower = self._one(command.at, command.answered, command.requests, answers)
            else:
                follower = self._settled(command.at, (*command.answered, answers))
            command.followers[key] = follower
        return command.followers[key]

    def _sent_again(self, command: Command, number: int) -> Command:
        """The command after one of its requests got no answer, and was sent again."""
        answers = replaced(command.answers, number, SENT_AGAIN)
        return self._one(command.at, command.answered, command.requests, answers)

    def _settled(self, at: Next | Ended, answered: tuple[Any, ...]) -> Command:
        """The command at its next requests: its phase is played again from the answers that it has had."""
        while isinstance(at, Next):
            phase = self._protocol.phase(at.phase)(*at.arguments)
            try:
                requests = next(phase)
                for answers in answered:
                    requests = phase.send(list(answers))
            except StopIteration as end:
                at, answered = end.value, ()
            else:
                return self._one(at, answered, tuple(requests), (PENDING,) * len(requests))
        return self._ended(at)

    def _one(self, *parts: Any) -> Command:
        if parts not in self._known:
            self._known[parts] = Command(*parts)
        return self._known[parts]


def _text(request: Request, answer: Any) -> str:
    value = f" {request.value}" if request.kind == "put" else ""
    return f"{request.kind} {request.key}{value} -> {answer}"
