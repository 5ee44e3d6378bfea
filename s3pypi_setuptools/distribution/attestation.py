"""Read the attestations beside a distribution, and make a provenance object of them.

Both are defined by PEP 740 (https://peps.python.org/pep-0740/). The digest in an attestation is checked against the
file. Its signature is not: installers verify it. The publishers in the provenance object are those that the signing
certificates name.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from ..errors import InvalidDistribution
from ..naming import ATTESTATION_SUFFIX
from .local_file import opened

_VERSION = 1
_MAX_SIZE = 1024 * 1024
_SUBJECT_ALTERNATIVE_NAME = bytes.fromhex("0603551d11")
"""The object identifier 2.5.29.17, in DER."""

_WORKFLOW = re.compile(r"https://github\.com/([^/]+/[^/]+)/\.github/workflows/([^@]+)@")
_PIPELINE = re.compile(r"https://gitlab\.com/(.+?)//([^@]+)@")


def read_provenance(path: Path, sha256: str) -> bytes:
    """Make the provenance object of the attestations in the file beside the distribution at ``path``.

    That file holds one attestation, as PyPI's publish action writes it, or a list of them, as upload tools send it.
    The object has a bundle for each publisher; equal attestations give equal bytes.

    :param sha256: digest of the distribution, in lower-case hexadecimal.

    Raises `InvalidDistribution` if the file cannot be read, is malformed, or attests another name or digest.
    """
    beside = path.with_name(path.name + ATTESTATION_SUFFIX)
    with opened(beside) as stream:
        data = stream.read(_MAX_SIZE + 1)
    try:
        found = _decoded(data)
        attestations = found if isinstance(found, list) else [found]
        if not attestations:
            raise ValueError
        if any(one["version"] != _VERSION for one in attestations):
            raise InvalidDistribution(f"{beside}: is an attestation of a version that is not known here")
        matches = all(_attests(one, path.name, sha256) for one in attestations)
        provenance = _provenance(attestations)
        _decoded(provenance)  # raises if they cannot be passed on
    except (ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        raise InvalidDistribution(f"{beside}: is no attestation (PEP 740); sign again, or remove it") from error
    if not matches:
        raise InvalidDistribution(f"{beside}: attests other bytes than those of {path.name}; sign again, or remove it")
    return provenance


def _provenance(attestations: list[dict[str, Any]]) -> bytes:
    bundles: list[dict[str, Any]] = []
    for attestation in attestations:
        publisher = _publisher(_certificate(attestation))
        bundle = next((each for each in bundles if each["publisher"] == publisher), None)
        if bundle is None:
            bundles.append(bundle := {"publisher": publisher, "attestations": []})
        bundle["attestations"].append(attestation)
    provenance = {"version": _VERSION, "attestation_bundles": bundles}
    text = json.dumps(provenance, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False)
    return text.encode()


def attests(provenance: bytes, filename: str, sha256: str) -> bool:
    """Whether ``provenance`` is a provenance object, and all of its attestations are for that file and digest."""
    try:
        bundles = _decoded(provenance)["attestation_bundles"]
        found = [each for bundle in bundles for each in bundle["attestations"]]
        return bool(found) and all(_attests(each, filename, sha256) for each in found)
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        return False


def _decoded(data: bytes) -> Any:
    if len(data) > _MAX_SIZE:
        raise ValueError
    return json.loads(data)


def _attests(attestation: dict[str, Any], filename: str, sha256: str) -> bool:
    """Whether the in-toto statement is about that file; a malformed attestation raises one of several errors."""
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
    """Make a publisher object (PEP 740) of the identity in the signing certificate."""
    identity = _identity(certificate)
    if match := _WORKFLOW.match(identity):
        return {"kind": "GitHub", "repository": match[1], "workflow": match[2], "claims": None}
    if match := _PIPELINE.match(identity):
        return {"kind": "GitLab", "repository": match[1], "workflow_filepath": match[2], "claims": None}
    if "@" in identity and "://" not in identity:
        return {"kind": "Google", "email": identity, "claims": None}
    return {"kind": "certificate", "identity": identity, "claims": None}


def _identity(certificate: bytes) -> str:
    """The certificate's first alternative name, if it is an e-mail address or URI, else an empty text.

    See https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.6.
    """
    start = certificate.find(_SUBJECT_ALTERNATIVE_NAME)
    if start < 0:
        return ""
    position = start + len(_SUBJECT_ALTERNATIVE_NAME)
    if certificate[position : position + 3] == b"\x01\x01\xff":  # marked as critical
        position += 3
    try:
        for _ in range(2):  # enter the extension's octets, and the sequence of names in them
            position, _end = _contents(certificate, position)
        kind = certificate[position]
        first, last = _contents(certificate, position)
        rfc822_name, uri = 0x81, 0x86
        text = certificate[first:last].decode("ascii") if kind in (rfc822_name, uri) else ""
    except (IndexError, UnicodeDecodeError):
        return ""
    return unquote(text) if text.isprintable() else ""


def _contents(data: bytes, position: int) -> tuple[int, int]:
    """The positions at which the contents of the DER element at ``position`` begin and end."""
    length = data[position + 1]
    start = position + 2
    if length & 0x80:
        count = length & 0x7F
        length = int.from_bytes(data[start : start + count], "big")
        start += count
    return start, start + length
