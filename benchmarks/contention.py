"""Publishers of one project that start together: ``contention.py [MILLISECONDS [COUNT…]]``.

How long until the last has ended, how many failed, and whose files are not listed in the end although they said that
all was well. Writes the table into README.md and the plot into the docs when the counts are those of both.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

import boto3
from comparison import Bench, floor, open_bench, ours, rival, run
from contention_plot import Line, draw
from delay_proxy import DelayProxy
from distributions import make_wheel

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.support.servers import S3Server, ministack

HERE = Path(__file__).parent
COUNTS = (1, 4, 16, 64)
EACH = 6
"""Round trips that each publisher may add to the time of all, where there are `MANY`."""
MANY = 16
"""Of fewer, the time that each takes by itself is most of what is measured."""


@dataclass(frozen=True)
class Contestant:
    """Who publishes.

    :param publish: the command line of one publisher.
    :param program: ``module:function`` of it, loaded by the Python of its own environment.
    :param locked: with a lock table, which s3pypi takes for granted once there is one.
    :param lists: whether it means to list what others have published.
    """

    name: str
    publish: Callable[[Bench, str, Sequence[Path]], list[str]]
    program: str
    locked: bool = False
    lists: bool = True


CONTESTANTS = (
    Contestant("s3pypi-setuptools", ours, "s3pypi_setuptools.cli:main"),
    Contestant("floor (lists its own file alone)", floor, "floor:run", lists=False),
    Contestant("s3pypi 2.0.1, lock table", rival, "s3pypi.__main__:main", locked=True),
    Contestant("s3pypi 2.0.1, no lock table", rival, "s3pypi.__main__:main"),
)


@dataclass(frozen=True)
class Race:
    """What ``count`` publishers took.

    :param seconds: until each ended, in order.
    :param failed: how many said that they failed.
    :param lost: files of publishers that said all was well, and that are not listed.
    """

    count: int
    seconds: list[float]
    requests: int
    failed: int
    lost: int
    said: str


def race(bench: Bench, contestant: Contestant, count: int) -> Race:
    prefix = f"{contestant.program.split('.')[0].split(':')[0]}-{int(contestant.locked)}-{count}"
    folder = bench.new_folder()
    run(bench, contestant.publish(bench, prefix, [make_wheel(folder, "demo", "0.9")]))
    wheels = [make_wheel(folder, "demo", f"1.{number}") for number in range(count)]
    commands = [contestant.publish(bench, prefix, [wheel]) for wheel in wheels]
    script = Path(commands[0][0])
    # Both are a Python or a script beside one; what follows it (and floor.py) are the arguments.
    arguments = [command[2:] if contestant.publish is floor else command[1:] for command in commands]
    python = script if script.name.startswith("python") else script.with_name("python")
    bench.proxy.take()
    done = subprocess.run(
        [python, str(HERE / "together.py"), contestant.program],
        input=json.dumps(arguments),
        env=dict(bench.environment),
        cwd=bench.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{contestant.name}: {done.stderr}")
    ends = json.loads(done.stdout)
    listed = page(bench, prefix)
    lost = sum(status == 0 and wheel.name not in listed for wheel, (status, _, _) in zip(wheels, ends, strict=True))
    said = next((said for status, _, said in ends if status), "")
    seconds = sorted(seconds for _, seconds, _ in ends)
    return Race(count, seconds, len(bench.proxy.take()), sum(status != 0 for status, _, _ in ends), lost, said)


def page(bench: Bench, prefix: str) -> str:
    """What the project's page lists."""
    body = bench.client.get_object(Bucket=bench.bucket, Key=f"{prefix}/demo/")["Body"]
    return str(body.read().decode())


@contextmanager
def lock_server(bench: Bench) -> Iterator[tuple[Bench, Callable[[bool], None]]]:
    """The bench with a DynamoDB that is as far away as S3 is, and what makes or removes the table of locks."""
    keys = bench.environment["AWS_ACCESS_KEY_ID"], bench.environment["AWS_SECRET_ACCESS_KEY"]
    with ministack(bench.new_folder(), *keys) as server, far(server, bench.proxy.delay) as url:
        locked = replace(bench, environment={**bench.environment, "AWS_ENDPOINT_URL_DYNAMODB": url})
        client = boto3.client(
            "dynamodb", endpoint_url=server.endpoint_url, region_name=bench.environment["AWS_DEFAULT_REGION"]
        )
        name = f"{bench.bucket}-locks"

        def keep(table: bool) -> None:
            if table:
                client.create_table(
                    TableName=name,
                    KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
                    AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
                    BillingMode="PAY_PER_REQUEST",
                )
            else:
                client.delete_table(TableName=name)

        yield locked, keep


@contextmanager
def far(server: S3Server, delay: float) -> Iterator[str]:
    host, _, port = server.endpoint_url.removeprefix("http://").partition(":")
    with DelayProxy((host, int(port)), delay) as proxy:
        yield proxy.url


def measure(milliseconds: float, counts: Sequence[int]) -> dict[Contestant, list[Race]]:
    results: dict[Contestant, list[Race]] = {contestant: [] for contestant in CONTESTANTS}
    with open_bench(milliseconds) as plain, lock_server(plain) as (bench, keep):
        for contestant in CONTESTANTS:
            if contestant.locked:
                keep(True)
            for count in counts:
                each = race(bench, contestant, count)
                results[contestant].append(each)
                print(row(contestant, each), *filter(None, [each.said[:100]]), sep="\n      ", flush=True)
            if contestant.locked:
                keep(False)
    return results


def row(contestant: Contestant, each: Race) -> str:
    lost = str(each.lost) if contestant.lists else "n/a"
    times = f"{each.seconds[-1]:.2f} | {median(each.seconds):.2f}"
    return f"| {contestant.name} | {each.count} | {times} | {each.requests} | {each.failed} | {lost} |"


HEAD = """\
| publishers of one project at once | number | last ended, s | median, s | requests | failed | lost |
|---|--:|--:|--:|--:|--:|--:|
"""


def publish_results(milliseconds: float, load: float, results: dict[Contestant, list[Race]]) -> None:
    """Put the numbers where people read them."""
    table = HEAD + "".join(f"{row(contestant, each)}\n" for contestant, races in results.items() for each in races)
    readme = HERE / "README.md"
    text = readme.read_text(encoding="utf-8")
    machine = f"{milliseconds:g} ms a request; {os.cpu_count()} cores, load {load:.1f} when it began."
    new = f"<!-- contention -->\n{machine}\n\n{table}<!-- /contention -->"
    readme.write_text(re.sub(r"<!-- contention -->.*<!-- /contention -->", new, text, flags=re.S), encoding="utf-8")
    lines = [
        Line(
            contestant.name,
            [(each.count, each.seconds[-1]) for each in races],
            [told(each) if contestant.lists else "" for each in races],
        )
        for contestant, races in results.items()
    ]
    bound = [(count, count * EACH * milliseconds / 1000) for count in COUNTS if count >= MANY]
    svg = draw(lines, Line(f"bound: {EACH} round trips each", bound), milliseconds)
    (HERE.parent / "docs" / "contention.svg").write_text(svg, encoding="utf-8")


def told(each: Race) -> str:
    parts = [f"{each.failed} failed"] * bool(each.failed) + [f"{each.lost} lost"] * bool(each.lost)
    return ", ".join(parts)


def main(milliseconds: float, counts: Sequence[int]) -> int:
    load = os.getloadavg()[0]
    print(HEAD, end="")
    results = measure(milliseconds, counts)
    if tuple(counts) == COUNTS:
        publish_results(milliseconds, load, results)
    holds = True
    for each in results[CONTESTANTS[0]]:
        trips = each.seconds[-1] * 1000 / milliseconds
        good = not (each.failed or each.lost) and (each.count < MANY or trips <= each.count * EACH)
        holds &= good
        print(f"  {'PASS' if good else 'FAIL'}  {each.count}: none failed, none lost, {trips:.0f} round trips")
    return 0 if holds else 1


if __name__ == "__main__":
    if not hasattr(os, "fork") or not shutil.which("ministack", path=str(Path(sys.executable).parent)):
        sys.exit("this benchmark needs fork, and the extra [test] for a server of lock tables")
    sys.exit(main(float(sys.argv[1]) if sys.argv[1:] else 50, [*map(int, sys.argv[2:])] or COUNTS))
