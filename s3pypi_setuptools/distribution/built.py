"""Distributions as values, read from files on disk."""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..errors import InvalidDistribution
from ..naming import ATTESTATION_SUFFIX, normalize_name
from ..text import printable
from . import filename_checks as filenames
from . import sdist, wheel
from .filename_checks import FileType
from .local_file import LocalFile, opened, signature, unreadable
from .metadata import CoreMetadata

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Description:
    """What is known of a distribution before the whole file has been read.

    :param project: normalized name (https://peps.python.org/pep-0503/#normalized-names).
    :param version: normalized as by `packaging.version.Version`; ``1.0`` and ``1.0.0`` are different texts.
    :param requires_python: the valid specifier set in the metadata, as written there; None if there is none.
    :param metadata: the bytes of a wheel's ``METADATA`` (https://peps.python.org/pep-0658/); None for an sdist.
    :param signature: of the file that was read (`local_file.signature`), to notice that another took its place.
    :param warnings: violations of the metadata specification that installers ignore, one line each.
    """

    path: Path
    filename: str
    project: str
    version: str
    filetype: FileType
    requires_python: str | None
    metadata: bytes | None
    signature: tuple[int, ...]
    warnings: tuple[str, ...] = ()

    @classmethod
    def read(cls, path: Path, *, strict: bool = False) -> Description:
        """Read the metadata in the file at ``path``, and check that it agrees with the filename.

        :param strict: refuse a file that would only cause a warning.

        Raises `InvalidDistribution`, with the path and one line, for a file that is missing, empty or corrupt, that is
        neither a wheel (https://peps.python.org/pep-0427/) nor an sdist (https://peps.python.org/pep-0625/, or in an
        older spelling), or that installers would refuse.
        """
        try:
            description = cls._read(path)
            if strict and description.warnings:
                raise InvalidDistribution(
                    f"{'; '.join(description.warnings)}; correct it in the project and build again, or leave out "
                    "strict-metadata"
                )
        except InvalidDistribution as error:
            raise InvalidDistribution(f"{printable(str(path))}: {error}") from error
        except OSError as error:
            raise unreadable(path, error) from error
        return description

    @classmethod
    def _read(cls, path: Path) -> Description:
        filetype = filenames.check(path.name)
        # Checked before opening, since opening a pipe waits for its writer.
        if not stat.S_ISREG(path.stat().st_mode):
            raise InvalidDistribution("not a regular file")
        with path.open("rb") as stream:
            status = os.fstat(stream.fileno())
            if not status.st_size:
                raise InvalidDistribution("the file is empty")
            if filetype == "bdist_wheel":
                folder, metadata = wheel.read_metadata(stream)
                fields = CoreMetadata.parse(metadata, "METADATA")
                filenames.check_wheel(path.name, folder, fields)
            else:
                fields = CoreMetadata.parse(sdist.read_metadata(stream, path.name), "PKG-INFO")
                filenames.check_sdist(path.name, fields)
                metadata = None
        return cls(
            path=path,
            filename=path.name,
            project=normalize_name(fields.name),
            version=str(fields.version),
            filetype=filetype,
            requires_python=fields.requires_python,
            metadata=metadata,
            signature=signature(status),
            warnings=fields.warnings,
        )

    def hashed(self, hashed: Callable[[int], None] = lambda count: None) -> Distribution:
        """Hash the file, which must not have changed since its metadata was read.

        :param hashed: called with the number of bytes that were hashed since the last call.

        Raises `InvalidDistribution` if the file changed or cannot be read, and for attestations beside the file that
        are malformed or for other bytes.
        """
        file = LocalFile.read(self.path, hashed)
        # The status of an open file, as before: on Windows, that of a path differs from it.
        with opened(self.path) as stream:
            status = os.fstat(stream.fileno())
        if signature(status) != self.signature or file.size != status.st_size:
            raise InvalidDistribution(
                f"{printable(str(self.path))}: changed while it was being read; publish again when it is complete"
            )
        return Distribution(
            file=file,
            provenance=_provenance(self.path, file.sha256),
            filename=self.filename,
            project=self.project,
            version=self.version,
            filetype=self.filetype,
            requires_python=self.requires_python,
            metadata=self.metadata,
        )


@dataclass(frozen=True, slots=True)
class Distribution:
    """One built file that can be published; parameters as of `Description`.

    :param file: the file's path, size and hashes.
    :param provenance: the provenance object (https://peps.python.org/pep-0740/) with the attestations beside the file;
        None if there are none.
    """

    file: LocalFile
    filename: str
    project: str
    version: str
    filetype: FileType
    requires_python: str | None = None
    metadata: bytes | None = None
    provenance: bytes | None = None

    @classmethod
    def read(
        cls, path: Path, hashed: Callable[[int], None] = lambda count: None, *, strict: bool = False
    ) -> Distribution:
        """Read and hash the file at ``path``, and log its warnings.

        :param hashed: called with the number of bytes that were hashed since the last call.
        :param strict: refuse a file that would only cause a warning.

        Raises `InvalidDistribution` for a file that cannot be read or changes meanwhile, is no wheel or sdist that
        installers accept, or has attestations beside it that are malformed or for other bytes.
        """
        description = Description.read(path, strict=strict)
        for warning in description.warnings:
            log.warning("%s: %s", path.name, warning)
        return description.hashed(hashed)


def _provenance(path: Path, sha256: str) -> bytes | None:
    if not os.path.exists(f"{path}{ATTESTATION_SUFFIX}"):  # noqa: PTH110 - false if the name is too long for a file
        return None
    from .attestation import read_provenance  # noqa: PLC0415 - few have one

    return read_provenance(path, sha256)
