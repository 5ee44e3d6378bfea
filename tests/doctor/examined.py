"""Targets, examined."""

from __future__ import annotations

from dataclasses import dataclass

from s3pypi_setuptools import PackageRepository, open_repository
from s3pypi_setuptools.doctor.check import Check
from s3pypi_setuptools.doctor.doctor import DoctorReport
from tests.support.servers import S3Server


@dataclass(frozen=True)
class Examined:
    """A report, by the names of its checks."""

    report: DoctorReport

    def __getitem__(self, name: str) -> Check:
        [check] = [check for check in self.report.checks if check.name == name]
        return check

    def __contains__(self, name: str) -> bool:
        return any(check.name == name for check in self.report.checks)

    def named(self, result: str) -> set[str]:
        """The checks with that result."""
        return {check.name for check in self.report.checks if check.result.value == result}


def repository(server: S3Server, bucket: str, **more: str | bool | None) -> PackageRepository:
    return open_repository(f"s3://{bucket}/team", **{**server.settings, **more})


def examine(server: S3Server, bucket: str, *, read_only: bool = False, **more: str | bool | None) -> Examined:
    """What `doctor` finds; no probe is left after."""
    found = Examined(repository(server, bucket, **more).doctor(read_only=read_only))
    assert not [key for key in left(server, bucket) if "probe" in key]
    return found


def left(server: S3Server, bucket: str) -> list[str]:
    """The bucket's keys, and those of unfinished uploads."""
    client = server.client()
    objects = client.list_objects_v2(Bucket=bucket).get("Contents", [])
    uploads = client.list_multipart_uploads(Bucket=bucket).get("Uploads") or []
    return [found["Key"] for found in (*objects, *uploads)]
