"""A throw-away certificate authority and a broker certificate for 127.0.0.1, by openssl. For tests only."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

SUBJECT_NAMES = "subjectAltName=IP:127.0.0.1,DNS:localhost"


@dataclass(frozen=True)
class TlsFiles:
    """PEM files: who signs, and what the broker shows."""

    authority: Path
    keystore: Path
    """PKCS8 key, certificate, and the authority's certificate, in one file, as Kafka wants them."""


def make_tls_files(folder: Path) -> TlsFiles:
    """Valid for a day."""
    folder.mkdir(parents=True, exist_ok=True)
    authority, key, request, certificate = (folder / name for name in ("ca.pem", "key.pem", "csr.pem", "cert.pem"))
    authority_key = folder / "ca-key.pem"
    names = folder / "names.cnf"
    names.write_text(SUBJECT_NAMES)
    _openssl("req", "-x509", *_new_key(authority_key), "-subj", "/CN=biorl test CA", "-days", "1", "-out", authority)
    _openssl("req", *_new_key(key), "-subj", "/CN=localhost", "-out", request)
    signing = ["-CA", authority, "-CAkey", authority_key, "-CAcreateserial", "-extfile", names, "-days", "1"]
    _openssl("x509", "-req", "-in", request, *signing, "-out", certificate)
    keystore = folder / "keystore.pem"
    keystore.write_text("".join(part.read_text() for part in (key, certificate, authority)))
    keystore.chmod(0o600)
    return TlsFiles(authority, keystore)


def _new_key(path: Path) -> list[str | Path]:
    return ["-newkey", "rsa:2048", "-nodes", "-keyout", path]


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)
