"""TLS credentials from files. A server reads its certificate anew when the files change, so it can be rotated, and
says on /metrics when it ends.
"""

import logging
import math
from functools import partial
from pathlib import Path

import grpc
from cryptography import x509

from biorl.chassis.grpc.config import ClientTls, ServerTls
from biorl.chassis.grpc.metrics import CERTIFICATE_EXPIRY

logger = logging.getLogger(__name__)


def server_credentials(tls: ServerTls) -> grpc.ServerCredentials:
    """Raises OSError when a file is not there."""
    certificates = _Certificates(tls)
    CERTIFICATE_EXPIRY.labels(str(tls.cert_file)).set_function(partial(expires_at, tls.cert_file))
    return grpc.dynamic_ssl_server_credentials(
        certificates.current(),
        certificates.changed,  # type: ignore[arg-type]  # the stubs do not know of None, the documentation does
        require_client_authentication=tls.client_ca_file is not None,
    )


def expires_at(certificate: Path) -> float:
    """Seconds since the epoch; of a chain the server's own. NaN while none can be read, as amid a rotation."""
    try:
        return x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc.timestamp()
    except (OSError, ValueError):
        return math.nan


def client_credentials(tls: ClientTls) -> grpc.ChannelCredentials:
    """Read once: a channel that lives long enough to see a rotation is opened again by its owner."""
    return grpc.ssl_channel_credentials(_read(tls.ca_file), _read(tls.key_file), _read(tls.cert_file))


class _Certificates:
    def __init__(self, tls: ServerTls) -> None:
        self._tls = tls
        self._read_at = self._changed_at()

    def current(self) -> grpc.ServerCertificateConfiguration:
        pair = (self._tls.key_file.read_bytes(), self._tls.cert_file.read_bytes())
        return grpc.ssl_server_certificate_configuration([pair], root_certificates=_read(self._tls.client_ca_file))

    def changed(self) -> grpc.ServerCertificateConfiguration | None:
        """Asked at every handshake; None goes on with what there is."""
        try:
            changed_at = self._changed_at()
            if changed_at == self._read_at:
                return None
            fresh = self.current()
        except OSError as error:  # mid-rotation; the next handshake asks again
            logger.warning("certificates are not read anew: %s", error)
            return None
        self._read_at = changed_at
        logger.info("certificates were read anew")
        return fresh

    def _changed_at(self) -> list[int]:
        files = [self._tls.cert_file, self._tls.key_file, self._tls.client_ca_file]
        return [file.stat().st_mtime_ns for file in files if file]


def _read(path: Path | None) -> bytes | None:
    return path.read_bytes() if path else None
