"""``s3pypi policy publish|read|serve [TARGET]``: the smallest IAM policy for a use of a repository."""

from __future__ import annotations

import json

from ..command import TARGET, Argument, Call, Command
from ..options import CHANGING
from ..render.output import Output

__all__ = ["POLICY"]

_USES = ("publish", "read", "serve")


def _policy(call: Call) -> Output:
    arguments = call.arguments
    report = call.repository.policy(arguments.use, delete=arguments.delete, kms_key=arguments.kms_key)
    return Output(report=report, lines=json.dumps(report.policy, indent=2).splitlines())


POLICY = Command(
    program="s3pypi policy",
    usage="{publish,read,serve} [TARGET] [--delete] [--kms-key ARN] [options]",
    description="""\
Print the smallest IAM policy, as JSON, with which the target can be read, published to, or served with uploads. It
allows what these settings need: the prefix, a lock table, an ACL, the users of the service. No request is made.""",
    examples="""\
examples:
  s3pypi policy publish s3://bucket/simple                    for a CI job that uploads
  s3pypi policy publish s3://bucket/simple --delete           for one that also replaces, deletes or prunes
  s3pypi policy read s3://bucket/simple                       for s3pypi exec, or for a CDN
  s3pypi policy serve s3://bucket/simple --users ssm:HOST     for the service

Exit status: 0 the policy was printed, 1 the target is not a bucket, or a setting is wrong, 2 the command line is
wrong.""",
    arguments=(
        Argument("use", metavar="USE", choices=_USES, help="what the policy is for: publish, read or serve"),
        TARGET,
        Argument("--delete", action="store_true", help="also allow replacing and deleting files, and pruning"),
        Argument("--kms-key", metavar="ARN", help="the KMS key with which the bucket encrypts objects"),
    ),
    settings={*CHANGING, "users"},
    json=False,
    answers=True,
    run=_policy,
)
