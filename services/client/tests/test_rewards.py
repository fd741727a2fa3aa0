"""The client against a real server: what it sends, what it believes, and what it does while nobody answers."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Iterator

import grpc
import pytest

from biorl.chassis.grpc.config import GrpcClientConfig
from biorl.client import BrokenContractError, Group, Outage, RewardClient, RewardsUnavailableError
from biorl.client.testing import FakeRewardServer, unreachable
from biorl.questions.question import Question, Split
from biorl.questions.testing import direction_question
from biorl.reward.v1 import reward_pb2
from biorl.verifier.v1 import verifier_pb2

YES, NO, UNKNOWN = "<answer>yes</answer>", "<answer>no</answer>", "unknown gene"
QUESTION = direction_question("AARS1", "ATF4")
OTHER = direction_question("AARS1", "DDIT3")


def score(_question: Question, completion: str) -> float | None:
    return {YES: 0.9, NO: 0.1}.get(completion)


@pytest.fixture
def server() -> Iterator[FakeRewardServer]:
    with FakeRewardServer(score) as running:
        yield running


def run(test: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(test())


def test_rewards_come_in_the_order_of_groups_and_completions(server: FakeRewardServer) -> None:
    async def test() -> None:
        async with RewardClient(server.target) as client:
            groups = [Group(QUESTION, (YES, NO)), Group(OTHER, (NO,))]
            rewards = await client.score(groups, run_id="r1")
        assert [[reward.reward for reward in given] for given in rewards] == [[0.9, 0.1], [0.1]]
        assert rewards[0][0].parts[0].source == "fake@1"

    run(test)
    assert server.requests[0].run_id == "r1"


def test_what_abstains_has_no_number_and_says_why(server: FakeRewardServer) -> None:
    async def test() -> None:
        async with RewardClient(server.target) as client:
            ((known, unknown),) = await client.score([Group(QUESTION, (YES, UNKNOWN))])
        assert known.status == "scored"
        assert (unknown.reward, unknown.status, unknown.reason) == (None, "abstained", "gene_not_covered")
        assert unknown.parts[0].value is None

    run(test)


def test_the_gold_answer_of_a_held_out_question_never_leaves(server: FakeRewardServer) -> None:
    held_out = direction_question("AARS1", "ATF4", gold="yes", split=Split.TEST)

    async def test() -> None:
        async with RewardClient(server.target) as client:
            await client.score([Group(held_out, (YES,)), Group(QUESTION, (YES,))])

    run(test)
    sent = [group.question for group in server.requests[0].groups]
    assert [question.answer.HasField("gold") for question in sent] == [False, True]
    assert sent[0].id == held_out.id


def test_an_outage_is_waited_for_and_told_and_its_end_too(server: FakeRewardServer) -> None:
    heard: list[str] = []
    outage = Outage("wait", 60.0, heard.append, lambda: heard.append("back"))
    server.fail_next(unreachable(), verifier_pb2.STATUS_ERROR, verifier_pb2.STATUS_TIMEOUT)

    async def test() -> None:
        async with RewardClient(GrpcClientConfig(target=server.target, max_attempts=1), outage) as client:
            ((reward,),) = await client.score([Group(QUESTION, (YES,))])
        assert reward.reward == 0.9

    run(test)
    assert heard == [
        "the reward service does not answer: unavailable: the service is away",
        *["the reward service cannot reach its verifiers"] * 2,
        "back",
    ]


def test_a_server_that_dies_and_comes_back_is_waited_for(server: FakeRewardServer) -> None:
    outage = Outage("wait", 60.0, lambda _reason: server.start())

    async def test() -> None:
        async with RewardClient(server.target, outage) as client:
            await client.score([Group(QUESTION, (YES,))])
            server.stop()
            ((reward,),) = await client.score([Group(QUESTION, (NO,))])
        assert reward.reward == 0.1

    run(test)


@pytest.mark.parametrize("outage", [Outage("stop"), Outage("wait", patience_s=0.0)])
def test_an_outage_that_is_not_waited_for_raises_and_scores_nothing(server: FakeRewardServer, outage: Outage) -> None:
    server.fail_next(*[verifier_pb2.STATUS_ERROR] * 10)

    async def test() -> None:
        async with RewardClient(server.target, outage) as client:
            with pytest.raises(RewardsUnavailableError, match="verifiers"):
                await client.score([Group(QUESTION, (YES,))])

    run(test)


def test_what_the_callback_raises_ends_the_wait(server: FakeRewardServer) -> None:
    def stop(_reason: str) -> None:
        raise KeyboardInterrupt

    async def test() -> None:
        async with RewardClient(server.target, Outage("wait", 60.0, stop)) as client:
            await client.score([Group(QUESTION, (YES,))])

    server.fail_next(verifier_pb2.STATUS_ERROR)
    with pytest.raises(KeyboardInterrupt):
        run(test)


def test_a_refusal_is_not_an_outage(server: FakeRewardServer) -> None:
    async def test() -> None:
        async with RewardClient(server.target) as client:
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await client.score([Group(QUESTION, (YES,))], composition="nonsense")
        assert refused.value.code() is grpc.StatusCode.NOT_FOUND

    run(test)


def test_a_group_too_large_for_a_message_is_refused_and_not_waited_for(server: FakeRewardServer) -> None:
    async def test() -> None:
        async with RewardClient(GrpcClientConfig(target=server.target, max_message_bytes=2000)) as client:
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await client.score([Group(QUESTION, ("x" * 5000,))])
        assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED

    run(test)


def test_many_groups_go_in_several_messages_and_no_group_is_torn(server: FakeRewardServer) -> None:
    groups = [Group(direction_question(f"G{number}", "ATF4"), (YES, NO, YES)) for number in range(40)]

    async def test() -> None:
        async with RewardClient(GrpcClientConfig(target=server.target, max_message_bytes=10_000)) as client:
            rewards = await client.score(groups)
        assert [[item.reward for item in given] for given in rewards] == [[0.9, 0.1, 0.9]] * 40

    run(test)
    assert len(server.requests) > 3
    assert [len(group.completions) for request in server.requests for group in request.groups] == [3] * 40


def drop_one(response: reward_pb2.ScoreResponse) -> None:
    del response.groups[0].rewards[0]


def score_without_status(response: reward_pb2.ScoreResponse) -> None:
    response.groups[0].rewards[0].status = verifier_pb2.STATUS_ERROR


def not_a_number(response: reward_pb2.ScoreResponse) -> None:
    response.groups[0].rewards[0].reward = math.nan


def unheard_of(response: reward_pb2.ScoreResponse) -> None:
    response.groups[0].rewards[0].ClearField("reward")
    response.groups[0].rewards[0].status = 99


@pytest.mark.parametrize("spoil", [drop_one, score_without_status, not_a_number, unheard_of])
def test_an_answer_that_breaks_the_contract_is_an_error_and_never_a_number(
    server: FakeRewardServer, spoil: Callable[[reward_pb2.ScoreResponse], None]
) -> None:
    server.reshape(spoil)

    async def test() -> None:
        async with RewardClient(server.target) as client:
            with pytest.raises(BrokenContractError):
                await client.score([Group(QUESTION, (YES, NO))])

    run(test)


def test_a_composition_is_described(server: FakeRewardServer) -> None:
    async def test() -> None:
        async with RewardClient(server.target) as client:
            described = await client.describe()
        assert [part.name for part in described.parts] == ["answer"]

    run(test)
