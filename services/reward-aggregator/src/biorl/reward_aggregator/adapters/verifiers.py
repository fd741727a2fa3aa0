"""Verifiers over gRPC: one address for each name, or one for all. An outage becomes verdicts, never an exception."""

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence

import grpc

from biorl.chassis.grpc.client import open_channel
from biorl.chassis.grpc.config import GrpcClientConfig
from biorl.chassis.grpc.deadlines import timeout_s as within
from biorl.reward_aggregator.adapters.wire import group_to_wire, source_from_wire, verdict_from_wire
from biorl.reward_aggregator.domain.group import Group
from biorl.reward_aggregator.domain.reward import UNREACHABLE
from biorl.reward_aggregator.domain.verdict import Source, Status, Verdict
from biorl.verifier.v1 import verifier_pb2 as pb
from biorl.verifier.v1.verifier_pb2_grpc import VerifierServiceStub

logger = logging.getLogger(__name__)

SOURCE_FRESH_S = 5.0
"""For so long a verifier's word on who it is holds."""
LATE = frozenset({grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED})


class GrpcVerifiers:
    """Implements `Verifiers`. Belongs to one event loop."""

    def __init__(self, default: GrpcClientConfig, by_name: Mapping[str, GrpcClientConfig]) -> None:
        self._default = _Endpoint(default)
        self._by_name = {name: _Endpoint(config) for name, config in by_name.items()}

    async def source(self, verifier: str) -> Source | None:
        return await self._endpoint(verifier).source(verifier)

    async def verify(
        self, verifier: str, groups: Sequence[Group], timeout_s: float | None
    ) -> Sequence[Sequence[Verdict]]:
        return await self._endpoint(verifier).verify(verifier, groups, timeout_s)

    async def close(self) -> None:
        await asyncio.gather(*(endpoint.close() for endpoint in [self._default, *self._by_name.values()]))

    def _endpoint(self, verifier: str) -> "_Endpoint":
        return self._by_name.get(verifier, self._default)


class _Endpoint:
    def __init__(self, config: GrpcClientConfig) -> None:
        self._config = config
        self._channel = open_channel(config)
        self._stub = VerifierServiceStub(self._channel)
        self._sources: dict[str, Source] = {}
        self._asked_at = float("-inf")

    async def source(self, verifier: str) -> Source | None:
        if time.monotonic() - self._asked_at > SOURCE_FRESH_S:
            self._asked_at = time.monotonic()
            try:
                response = await self._stub.ListVerifiers(pb.ListVerifiersRequest(), timeout=within(2.0))
            except grpc.aio.AioRpcError as error:
                logger.warning("verifiers at %s do not answer: %s", self._config.target, error.code().name)
                self._sources = {}
                self._asked_at = float("-inf")
            else:
                self._sources = {item.source.verifier: source_from_wire(item.source) for item in response.verifiers}
        return self._sources.get(verifier)

    async def verify(
        self, verifier: str, groups: Sequence[Group], timeout_s: float | None
    ) -> Sequence[Sequence[Verdict]]:
        request = pb.VerifyRequest(verifier=verifier, groups=[group_to_wire(group) for group in groups])
        try:
            response = await self._stub.Verify(request, timeout=within(timeout_s or self._config.timeout_s))
            found = [[verdict_from_wire(item) for item in group.verdicts] for group in response.groups]
        except grpc.aio.AioRpcError as error:
            return _failed(groups, error)
        except ValueError:
            logger.exception("verifier %s breaks the contract", verifier)
            return _all(groups, Verdict.failure(Status.ERROR, "broken_contract", Source(verifier)))
        if [len(group) for group in found] != [len(group.completions) for group in groups]:
            logger.error("verifier %s answered in another shape than it was asked in", verifier)
            return _all(groups, Verdict.failure(Status.ERROR, "broken_contract", Source(verifier)))
        return found

    async def close(self) -> None:
        await self._channel.close()


def _failed(groups: Sequence[Group], error: grpc.aio.AioRpcError) -> list[list[Verdict]]:
    status = Status.TIMEOUT if error.code() in LATE else Status.ERROR
    return _all(groups, Verdict.failure(status, UNREACHABLE))


def _all(groups: Sequence[Group], verdict: Verdict) -> list[list[Verdict]]:
    return [[verdict] * len(group.completions) for group in groups]
