"""When a server's certificate ends, as read without a library and as `cryptography` reads it."""

import asyncio
import datetime as dt
import math
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from prometheus_client import REGISTRY

from biorl.chassis.grpc.config import GrpcServerConfig, ServerTls
from biorl.chassis.grpc.expiry import expires_at
from biorl.chassis.grpc.testing import echo_service, running

NAME = "biorl_grpc_certificate_expiry_timestamp_seconds"
SelfSigned = Callable[..., tuple[Path, Path]]


def as_the_library_has_it(certificate: Path) -> float:
    return x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc.timestamp()


def files_on_the_gauge() -> set[str]:
    samples = [sample for metric in REGISTRY.collect() if metric.name == NAME for sample in metric.samples]
    return {sample.labels["file"] for sample in samples}


@pytest.mark.parametrize("days", [1, 90, 365 * 10, 365 * 40])
def test_the_end_of_a_certificate_is_read_on_either_side_of_2050(tmp_path: Path, self_signed: SelfSigned, days) -> None:
    certificate, _ = self_signed(tmp_path, "server", days=days)
    assert expires_at(certificate) == as_the_library_has_it(certificate)
    assert dt.datetime.fromtimestamp(expires_at(certificate), dt.UTC) > dt.datetime.now(dt.UTC)


def test_of_a_chain_the_servers_own_counts_and_what_stands_before_it_does_not(
    tmp_path: Path, self_signed: SelfSigned
) -> None:
    (own, key), (authority, _) = self_signed(tmp_path, "own", days=90), self_signed(tmp_path, "authority", days=3650)
    chain = tmp_path / "chain.crt"
    chain.write_bytes(b"Subject: \xc3\xa9\n" + key.read_bytes() + own.read_bytes() + authority.read_bytes())
    assert expires_at(chain) == as_the_library_has_it(own)


def test_what_is_no_certificate_has_no_end_and_half_of_one_none_that_is_wrong(
    tmp_path: Path, self_signed: SelfSigned
) -> None:
    certificate, key = self_signed(tmp_path, "server")
    assert math.isnan(expires_at(tmp_path / "nowhere.crt"))
    assert math.isnan(expires_at(key))
    whole, end = certificate.read_bytes(), as_the_library_has_it(certificate)
    for length in range(len(whole)):
        certificate.write_bytes(whole[:length])
        found = expires_at(certificate)
        assert math.isnan(found) or found == end


def test_the_gauge_follows_a_renewed_certificate_while_the_server_runs(tmp_path: Path, self_signed: SelfSigned) -> None:
    (cert, key), (renewed, renewed_key) = self_signed(tmp_path, "old"), self_signed(tmp_path, "renewed", days=90)

    async def test() -> None:
        async with running([echo_service(same)], {}, GrpcServerConfig(tls=ServerTls(cert_file=cert, key_file=key))):
            assert REGISTRY.get_sample_value(NAME, {"file": str(cert)}) == as_the_library_has_it(cert)
            key.write_bytes(renewed_key.read_bytes())
            cert.write_bytes(renewed.read_bytes())
            assert REGISTRY.get_sample_value(NAME, {"file": str(cert)}) == as_the_library_has_it(renewed)

    asyncio.run(test())


def test_a_server_without_tls_has_no_certificate_that_could_end() -> None:
    before = files_on_the_gauge()

    async def test() -> None:
        async with running([echo_service(same)]):
            assert files_on_the_gauge() == before

    asyncio.run(test())


async def same(request: bytes) -> bytes:
    return request
