"""``s3pypi mirror``: copy a repository to another place. It is an import whose source must be elsewhere."""

from __future__ import annotations

from functools import partial

from .import_ import IMPORT, import_files

__all__ = ["MIRROR"]

MIRROR = IMPORT._replace(
    program="s3pypi mirror",
    usage="[PROJECT...] --from TARGET --to TARGET [options]",
    description="""\
Copy the files that a repository of this or another tool lists into another repository. Run it again to copy what is
new.

Hashes, upload times, yanks, statuses, metadata files and attestations are copied too. Files that the other repository
lists already are skipped if they have the same bytes; with other bytes they are an error. Nothing is deleted.""",
    examples="""\
examples:
  s3pypi mirror --from s3://packages/simple --to ./backup
  s3pypi mirror demo --from prod --to s3://packages-eu --region eu-west-1

Exit status: 0 all files are listed in both, 1 something failed, 2 the command line is wrong.""",
    needs_source="say what to mirror",
    run=partial(import_files, elsewhere=True),
)
