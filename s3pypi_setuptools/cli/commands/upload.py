"""``s3pypi upload FILES…``: publish distributions."""

from __future__ import annotations

from ...monitor import SAME_FILES
from ..command import DRY_RUN, Argument, Call, Command
from ..render.output import Output, publish_output

__all__ = ["UPLOAD"]


def _upload(call: Call) -> Output:
    arguments = call.arguments
    return publish_output(call.repository.publish(*arguments.files, dry_run=arguments.dry_run, monitor=call.monitor))


UPLOAD = Command(
    program="s3pypi",
    usage="upload FILES... [--target TARGET] [options]",
    description="Publish built distributions, with regenerated indexes, to a repository on S3 or in a folder.",
    examples="""\
examples:
  s3pypi dist/* --target s3://bucket/prefix   publish what was built
  s3pypi upload dist/ -t ./repo               all of dist/, into a folder
  s3pypi dist/* -t prod                       a target of pyproject.toml
  s3pypi dist/* --if-exists=skip --json       skip files that exist already

Exit status: 0 all is published, 1 something failed, 2 the command line is wrong, 130 interrupted, 143 terminated.""",
    arguments=(
        Argument("files", metavar="FILES", nargs="+", help="wheels and sdists, globs ('dist/*'), or folders with them"),
    ),
    dry_run=DRY_RUN,
    done="published",
    then=SAME_FILES,
    sends=True,
    run=_upload,
)
