"""Distributions as values, and how they are read from disk."""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from ..errors import InvalidDistribution
from ..naming import ATTESTATION_SUFFIX, normalize_name
from ..text import printable
from . import filename_checks as filenames
from . import sdist, wheel
from .local_file import LocalFile, signature
from .metadata import CoreMetadata

__all__ = ["Description", "Distribution", "FileType"]

log = logging.getLogger(__name__)

FileType: TypeAlias = Literal["bdist_wheel", "sdist"]


@dataclass(frozen=True, slots=True)
class Description:
    """What a file says of itself, as far as that is known without reading all of it.

    :param project: normalized name (PEP 503).
    :param version: in its normal spelling (PEP 440); ``1.0`` and ``1.0.0`` stay apart.
    :param requires_python: a valid specifier set, as the metadata states it; None when it states none that can be read.
    :param metadata: a wheel's ``METADATA``, byte for byte (PEP 658); None for an sdist.
    :param signature: of the file that was read, to notice another in its place.
    :param warnings: what its metadata says against the specification and installers pass over, a line each.
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
        """Read the metadata within the file at ``path``, and check that the filename agrees.

        :param strict: refuse what would be a warning.

        Raises `InvalidDistribution`, with the path and one line, for a file that is missing, empty or corrupt, that
        is no wheel (PEP 427) or sdist (PEP 625 and older spellings), or that installers would refuse.
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
            raise InvalidDistribution(f"{printable(str(path))}: cannot be read: {error.strerror or error}") from error
        return description

    @classmethod
    def _read(cls, path: Path) -> Description:
        filetype = filenames.check(path.name)
        # Asked before it is opened: opening a pipe would wait for its writer.
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
        """The distribution with the hashes of the same bytes; ``hashed`` and errors as `LocalFile.read`."""
        file = LocalFile.read(self.path, hashed)
        try:
            # Asked of an open file both times: on Windows a path's status differs from it.
            with self.path.open("rb") as stream:
                status = os.fstat(stream.fileno())
        except OSError as error:
            raise InvalidDistribution(
                f"{printable(str(self.path))}: cannot be read: {error.strerror or error}"
            ) from error
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

    :param provenance: the provenance object (PEP 740) with the attestation that lies beside the file, if one does.
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
        """Read and hash the file at ``path``; all its facts are of the same bytes. What is odd about it is logged.

        :param hashed: told the number of bytes each time some have been hashed.
        :param strict: refuse metadata that installers pass over with a warning.

        Raises `InvalidDistribution` as `Description.read` and `LocalFile.read`, and for an attestation beside the file
        that is not of its bytes.
        """
        description = Description.read(path, strict=strict)
        for warning in description.warnings:
            log.warning("%s: %s", path.name, warning)
        return description.hashed(hashed)


def _provenance(path: Path, sha256: str) -> bytes | None:
    if not os.path.exists(f"{path}{ATTESTATION_SUFFIX}"):  # noqa: PTH110 - false, where the name is too long for a file
        return None
    from .attestation import provenance_of, read_attestation  # noqa: PLC0415 - few have one

    attestation = read_attestation(path, path.name, sha256)
    return provenance_of(attestation) if attestation else None
