"""``s3upload FILES… --target TARGET``: any files, no index."""

from __future__ import annotations

from functools import partial

from ...config.options import OF_REPOSITORIES
from ...monitor import SAME_FILES
from ..command import DRY_RUN, Argument, Call, Command
from ..options import EVERY, resolved
from ..render.output import Output, upload_output

__all__ = ["S3UPLOAD"]


def _upload(call: Call) -> Output:
    from ...distribution.selection import select_files  # noqa: PLC0415

    paths, dry_run = select_files(call.arguments.files), call.arguments.dry_run
    return upload_output(call.repository.upload_files(paths, dry_run=dry_run, monitor=call.monitor))


S3UPLOAD = Command(
    program="s3upload",
    usage="FILES... --target TARGET [--acl ACL] [--force] [options]",
    description="Upload files under their own names, without an index. They are private unless --acl says otherwise.",
    examples="""\
examples:
  s3upload 'build/*.zip' --target s3://bucket/prefix
  s3upload site.css -t s3://bucket -a public-read -f

A file that is stored already with other bytes is an error, unless --force is given.
Exit status: 0 all is stored, 1 something failed, 2 the command line is wrong, 130 interrupted, 143 terminated.""",
    arguments=(Argument("files", metavar="FILES", nargs="+", help="files, or globs ('build/*')"),),
    settings=[name for name in EVERY if name not in OF_REPOSITORIES],
    titles={"objects and pages": "objects"},
    dry_run=DRY_RUN,
    done="uploaded",
    then=SAME_FILES,
    sends=True,
    resolve=partial(resolved, repository=False),
    run=_upload,
)
