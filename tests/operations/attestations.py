"""Attestations as publishing tools write them, signed by certificates made on the spot."""

from __future__ import annotations

import base64
import datetime
import hashlib
import json
from pathlib import Path

GITHUB = "https://github.com/acme/demo/.github/workflows/release.yml@refs/tags/v1"
URL = "https://packages.example/team/"


def attest(path: Path, identity: str = GITHUB, *, sha256: str | None = None, critical: bool = True) -> Path:
    """Write the attestation beside the distribution at ``path`` (PEP 740)."""
    digest = sha256 or hashlib.sha256(path.read_bytes()).hexdigest()
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": path.name, "digest": {"sha256": digest}}],
        "predicateType": "https://attestations.example/publish/v1",
        "predicate": None,
    }
    attestation = {
        "version": 1,
        "verification_material": {
            "certificate": _text(_certificate(identity, critical)),
            "transparency_entries": [{"logIndex": "1"}],
        },
        "envelope": {"statement": _text(json.dumps(statement).encode()), "signature": _text(b"signed")},
    }
    beside = path.with_name(f"{path.name}.publish.attestation")
    beside.write_text(json.dumps(attestation))
    return beside


def _certificate(identity: str, critical: bool) -> bytes:
    from cryptography import x509  # noqa: PLC0415 - modules with unit tests import this one
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    key = ec.generate_private_key(ec.SECP256R1())
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    name = x509.UniformResourceIdentifier(identity) if "://" in identity else x509.RFC822Name(identity)
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]))
        .issuer_name(x509.Name([]))
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(minutes=10))
        .add_extension(x509.SubjectAlternativeName([name]), critical=critical)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.DER)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
