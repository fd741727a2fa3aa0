"""When a certificate ends, for an alert before it does.

Reads the little DER that it takes: no service needs a library of certificates otherwise.
"""

import base64
import datetime as dt
import math
from collections.abc import Iterator
from pathlib import Path

VERSION = 0xA0
UTC_TIME = 0x17
LONG_FORM = 0x80


def expires_at(file: Path) -> float:
    """Seconds since the epoch; NaN while there is no certificate to be read, as in the middle of a rotation."""
    try:
        return not_valid_after(file.read_bytes()).timestamp()
    except (OSError, ValueError, IndexError):
        return math.nan


def not_valid_after(pem: bytes) -> dt.datetime:
    """Of the first certificate, which is the server's own where a chain follows. Raises ValueError or IndexError."""
    block = pem.partition(b"-----BEGIN CERTIFICATE-----")[2].partition(b"-----END")[0]
    ((_, certificate),) = _elements(base64.b64decode(block))
    (_, to_be_signed), *_ = _elements(certificate)
    # RFC 5280: a version that may be left out, serial number, algorithm, issuer, validity.
    validity = [content for tag, content in _elements(to_be_signed) if tag != VERSION][3]
    _, (tag, text) = _elements(validity)
    form = "%y%m%d%H%M%SZ" if tag == UTC_TIME else "%Y%m%d%H%M%SZ"
    return dt.datetime.strptime(text.decode("ascii"), form).replace(tzinfo=dt.UTC)


def _elements(der: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and content of one element after the other."""
    at = 0
    while at < len(der):
        tag, length, at = der[at], der[at + 1], at + 2
        if length & LONG_FORM:
            size = length - LONG_FORM
            length, at = int.from_bytes(der[at : at + size]), at + size
        yield tag, der[at : at + length]
        at += length
