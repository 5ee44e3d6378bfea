"""Attestations that publishing tools leave beside distributions (PEP 740), gathered into a provenance object.

What is checked is that each attests the very bytes that are published. Signatures are for installers to verify: the
publisher that the provenance names is the one that the signing certificate states.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import stat
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from ..errors import InvalidDistribution
from ..naming import ATTESTATION_SUFFIX

__all__ = ["attests", "provenance_of", "read_attestation"]

_VERSION = 1
_MAX_SIZE = 1024 * 1024
_SUBJECT_ALTERNATIVE_NAME = bytes.fromhex("0603551d11")
"""The object identifier 2.5.29.17, in DER."""

_WORKFLOW = re.compile(r"https://github\.com/([^/]+/[^/]+)/\.github/workflows/([^@]+)@")
_PIPELINE = re.compile(r"https://gitlab\.com/(.+?)//([^@]+)@")


def read_attestation(path: Path, filename: str, sha256: str) -> dict[str, Any] | None:
    """The attestation beside the distribution at ``path``; None where there is none.

    Raises `InvalidDistribution` for one that is malformed, or attests other bytes than those with ``sha256``.
    """
    beside = path.with_name(path.name + ATTESTATION_SUFFIX)
    try:
        # Asked before it is opened: opening a pipe would wait for its writer.
        if not stat.S_ISREG(beside.stat().st_mode):
            raise InvalidDistribution(f"{beside}: not a regular file")
        with beside.open("rb") as stream:
            data = stream.read(_MAX_SIZE + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InvalidDistribution(f"{beside}: cannot be read: {error.strerror or error}") from error
    try:
        attestation = _decoded(data)
        if attestation["version"] != _VERSION:
            raise InvalidDistribution(f"{beside}: is an attestation of a version that is not known here")
        matches = _attests(attestation, filename, sha256)
        provenance_of(attestation)  # can it be passed on?
    except (ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        raise InvalidDistribution(f"{beside}: is no attestation (PEP 740); sign again, or remove it") from error
    if not matches:
        raise InvalidDistribution(f"{beside}: attests other bytes than those of {filename}; sign again, or remove it")
    return attestation


def provenance_of(attestation: dict[str, Any]) -> bytes:
    """The provenance object (PEP 740) with that one attestation; equal attestations give equal bytes."""
    bundle = {"publisher": _publisher(_certificate(attestation)), "attestations": [attestation]}
    provenance = {"version": _VERSION, "attestation_bundles": [bundle]}
    text = json.dumps(provenance, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False)
    return text.encode()


def attests(provenance: bytes, filename: str, sha256: str) -> bool:
    """Whether ``provenance`` is a provenance object whose attestations are all of the file with that ``sha256``."""
    try:
        bundles = _decoded(provenance)["attestation_bundles"]
        found = [each for bundle in bundles for each in bundle["attestations"]]
        return bool(found) and all(_attests(each, filename, sha256) for each in found)
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        return False


def _decoded(data: bytes) -> dict[str, Any]:
    value = json.loads(data)
    if len(data) > _MAX_SIZE or not isinstance(value, dict):
        raise ValueError
    return value


def _attests(attestation: dict[str, Any], filename: str, sha256: str) -> bool:
    """Whether the in-toto statement is about that file; raises what malformed ones lead to."""
    statement = json.loads(_bytes(attestation["envelope"]["statement"]))
    _bytes(attestation["envelope"]["signature"])
    subjects = statement["subject"]
    return any(subject["name"] == filename and subject["digest"]["sha256"] == sha256 for subject in subjects)


def _certificate(attestation: dict[str, Any]) -> bytes:
    return _bytes(attestation["verification_material"]["certificate"])


def _bytes(text: object) -> bytes:
    if not isinstance(text, str):
        raise TypeError
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError from error


def _publisher(certificate: bytes) -> dict[str, Any]:
    """Who signed, in the terms of PEP 740's publisher objects."""
    identity = _identity(certificate)
    if match := _WORKFLOW.match(identity):
        return {"kind": "GitHub", "repository": match[1], "workflow": match[2], "claims": None}
    if match := _PIPELINE.match(identity):
        return {"kind": "GitLab", "repository": match[1], "workflow_filepath": match[2], "claims": None}
    if "@" in identity and "://" not in identity:
        return {"kind": "Google", "email": identity, "claims": None}
    return {"kind": "certificate", "identity": identity, "claims": None}


def _identity(certificate: bytes) -> str:
    """The first e-mail address or URI among the certificate's alternative names (RFC 5280, 4.2.1.6); may be empty."""
    start = certificate.find(_SUBJECT_ALTERNATIVE_NAME)
    if start < 0:
        return ""
    position = start + len(_SUBJECT_ALTERNATIVE_NAME)
    if certificate[position : position + 3] == b"\x01\x01\xff":  # marked as critical
        position += 3
    try:
        for _ in range(2):  # the extension's octets, and the sequence of names within
            position, _end = _contents(certificate, position)
        kind = certificate[position]
        first, last = _contents(certificate, position)
        rfc822_name, uri = 0x81, 0x86
        text = certificate[first:last].decode("ascii") if kind in (rfc822_name, uri) else ""
    except (IndexError, UnicodeDecodeError):
        return ""
    return unquote(text) if text.isprintable() else ""


def _contents(data: bytes, position: int) -> tuple[int, int]:
    """Where the contents of the DER element at ``position`` begin and end."""
    length = data[position + 1]
    start = position + 2
    if length & 0x80:
        count = length & 0x7F
        length = int.from_bytes(data[start : start + count], "big")
        start += count
    return start, start + length
