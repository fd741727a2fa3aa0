"""When a server's certificate ends, as /metrics says it."""

import asyncio
import math
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from biorl.chassis.grpc.config import GrpcServerConfig, ServerTls
from biorl.chassis.grpc.testing import echo_service, running
from biorl.chassis.grpc.tls import expires_at

NAME = "biorl_grpc_certificate_expiry_timestamp_seconds"
SelfSigned = Callable[..., tuple[Path, Path]]


def files_on_the_gauge() -> set[str]:
    samples = [sample for metric in REGISTRY.collect() if metric.name == NAME for sample in metric.samples]
    return {sample.labels["file"] for sample in samples}


@pytest.mark.parametrize("days", [1, 90, 365 * 40])
def test_the_end_of_a_certificate_is_the_day_that_it_was_made_for(
    tmp_path: Path, self_signed: SelfSigned, days
) -> None:
    certificate, _ = self_signed(tmp_path, "server", days=days)
    assert expires_at(certificate) == pytest.approx(time.time() + days * 86400, abs=3600)


def test_of_a_chain_the_servers_own_counts_and_what_stands_before_it_does_not(
    tmp_path: Path, self_signed: SelfSigned
) -> None:
    (own, key), (authority, _) = self_signed(tmp_path, "own", days=90), self_signed(tmp_path, "authority", days=3650)
    chain = tmp_path / "chain.crt"
    chain.write_bytes(b"Subject: \xc3\xa9\n" + key.read_bytes() + own.read_bytes() + authority.read_bytes())
    assert expires_at(chain) == expires_at(own)


def test_what_is_no_certificate_or_half_of_one_has_no_end(tmp_path: Path, self_signed: SelfSigned) -> None:
    certificate, key = self_signed(tmp_path, "server")
    assert math.isnan(expires_at(tmp_path / "nowhere.crt"))
    assert math.isnan(expires_at(key))
    certificate.write_bytes(certificate.read_bytes()[:300])
    assert math.isnan(expires_at(certificate))


def test_the_gauge_follows_a_renewed_certificate_while_the_server_runs(tmp_path: Path, self_signed: SelfSigned) -> None:
    (cert, key), (renewed, renewed_key) = self_signed(tmp_path, "old"), self_signed(tmp_path, "renewed", days=90)

    async def test() -> None:
        async with running([echo_service(same)], {}, GrpcServerConfig(tls=ServerTls(cert_file=cert, key_file=key))):
            assert REGISTRY.get_sample_value(NAME, {"file": str(cert)}) == expires_at(cert)
            key.write_bytes(renewed_key.read_bytes())
            cert.write_bytes(renewed.read_bytes())
            assert REGISTRY.get_sample_value(NAME, {"file": str(cert)}) == expires_at(renewed)

    asyncio.run(test())


def test_a_server_without_tls_has_no_certificate_that_could_end() -> None:
    before = files_on_the_gauge()

    async def test() -> None:
        async with running([echo_service(same)]):
            assert files_on_the_gauge() == before

    asyncio.run(test())


async def same(request: bytes) -> bytes:
    return request
