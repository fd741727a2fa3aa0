"""The aggregator as its callers meet it: real gRPC on both sides, a real bus behind it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from biorl.chassis.bus.testing import bus_at
from biorl.chassis.grpc.config import GrpcClientConfig, GrpcServerConfig
from biorl.chassis.grpc.server import GrpcService, serve
from biorl.chassis.life import Life
from biorl.client.rewards import Group, Outage, RewardClient, RewardsUnavailableError
from biorl.questions.question import Split
from biorl.questions.testing import direction_question
from biorl.reward.v1 import reward_pb2
from biorl.reward_aggregator.adapters import grpc_servicer
from biorl.reward_aggregator.adapters.compositions import load_compositions
from biorl.reward_aggregator.adapters.metrics import PrometheusObserver
from biorl.reward_aggregator.adapters.reward_log import BusRewardLog
from biorl.reward_aggregator.adapters.verdict_cache import LruVerdictCache
from biorl.reward_aggregator.adapters.verifiers import GrpcVerifiers
from biorl.reward_aggregator.service import RewardAggregator
from biorl.verifier.v1 import verifier_pb2
from biorl.verifier.v1.verifier_pb2_grpc import VerifierServiceServicer, add_VerifierServiceServicer_to_server

TOPIC = "biorl.rewards.v1"
QUESTION = direction_question("AARS1", "ATF4", gold="yes", split=Split.TEST)
YES, NO, MUTE = "<answer>yes</answer>", "<answer>no</answer>", "no idea"


class SureVerifier(VerifierServiceServicer):
    """Believes .8 where the base rate is .5; refuses a held-out gold answer like the real one."""

    def __init__(self) -> None:
        self.gold_seen: list[bool] = []

    async def ListVerifiers(self, request, context):
        source = verifier_pb2.Source(verifier="perturbation-knn", version="1", digest="d1")
        return verifier_pb2.ListVerifiersResponse(verifiers=[verifier_pb2.Verifier(source=source)])

    async def Verify(self, request, context):
        self.gold_seen += [group.question.answer.HasField("gold") for group in request.groups]
        judged = [[verdict(text) for text in group.completions] for group in request.groups]
        return verifier_pb2.VerifyResponse(groups=[verifier_pb2.VerdictGroup(verdicts=row) for row in judged])


def verdict(text: str) -> verifier_pb2.Verdict:
    score = {YES: 0.8, NO: 0.2}.get(text, 0.0)
    source = verifier_pb2.Source(verifier="perturbation-knn", version="1", digest="d1")
    return verifier_pb2.Verdict(status=verifier_pb2.STATUS_SCORED, score=score, baseline=0.5, source=source)


@asynccontextmanager
async def serving(service: GrpcService, statuses: dict | None = None) -> AsyncIterator[int]:
    life, port = Life(), asyncio.get_running_loop().create_future()
    task = asyncio.create_task(serve(GrpcServerConfig(drain_s=1), [service], life, statuses, port.set_result))
    try:
        yield await port
    finally:
        life.stop()
        await task


@asynccontextmanager
async def aggregating(verifier_port: int, folder: Path) -> AsyncIterator[int]:
    log = BusRewardLog(bus_at(folder, TOPIC).producer(), TOPIC, 1000)
    verifiers = GrpcVerifiers(GrpcClientConfig(target=f"127.0.0.1:{verifier_port}", max_attempts=1), {})
    aggregator = RewardAggregator(
        compositions=load_compositions(),
        default="default",
        verifiers=verifiers,
        cache=LruVerdictCache(100),
        log=log,
        observer=PrometheusObserver(),
        now_ms=lambda: 1_700_000_000_000,
    )
    servicer = grpc_servicer.RewardServicer(aggregator)
    service = GrpcService(grpc_servicer.NAME, grpc_servicer.add_to_server, servicer)
    try:
        async with serving(service, grpc_servicer.STATUSES) as port:
            yield port
    finally:
        await verifiers.close()
        log.close(5.0)


def run(test: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(test())


def test_a_right_answer_outranks_a_wrong_one_and_a_mute_one_over_two_hops(tmp_path: Path) -> None:
    verifier = SureVerifier()
    service = GrpcService("biorl.verifier.v1.VerifierService", add_VerifierServiceServicer_to_server, verifier)

    async def test() -> None:
        async with (
            serving(service) as port,
            aggregating(port, tmp_path) as rewards,
            RewardClient(f"127.0.0.1:{rewards}") as client,
        ):
            ((right, wrong, mute),) = await client.score([Group(QUESTION, (YES, NO, MUTE))], run_id="r1")
        assert right.reward is not None
        assert wrong.reward is not None
        assert right.reward > wrong.reward > (mute.reward or 0.0)
        assert mute.status == "scored"
        assert right.parts[0].source == "perturbation-knn@1"

    run(test)
    assert verifier.gold_seen == [False], "a held-out gold answer reached the verifier"
    bus = bus_at(tmp_path, TOPIC)
    records = list(bus.read({}, bus.end_offsets(TOPIC)))
    kept = [reward_pb2.ScoredRollout.FromString(record.value or b"") for record in records]
    assert {item.completion for item in kept} == {YES, NO, MUTE}
    assert {item.run_id for item in kept} == {"r1"}


def test_while_no_verifier_answers_there_is_no_reward_and_the_client_stops_or_waits_as_asked(tmp_path: Path) -> None:
    heard: list[str] = []

    async def test() -> None:
        async with aggregating(1, tmp_path) as rewards:
            target = f"127.0.0.1:{rewards}"
            async with RewardClient(target, Outage("stop")) as client:
                with pytest.raises(RewardsUnavailableError, match="verifiers"):
                    await client.score([Group(QUESTION, (YES,))])
            async with RewardClient(target, Outage("wait", patience_s=1.0, on_waiting=heard.append)) as client:
                with pytest.raises(RewardsUnavailableError):
                    await client.score([Group(QUESTION, (YES,))])

    run(test)
    assert heard
    bus = bus_at(tmp_path, TOPIC)
    records = list(bus.read({}, bus.end_offsets(TOPIC)))
    assert not any(reward_pb2.ScoredRollout.FromString(item.value or b"").reward.HasField("reward") for item in records)
