"""The client in threads, in other event loops, and in processes that were spawned or forked."""

import asyncio
import multiprocessing
import pickle
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from biorl.client import BlockingRewardClient, Group, Outage, RewardsUnavailableError
from biorl.client.testing import FakeRewardServer
from biorl.questions.question import Question
from biorl.questions.testing import direction_question
from biorl.verifier.v1 import verifier_pb2

QUESTION = direction_question()


def score(_question: Question, completion: str) -> float:
    return len(completion) / 10


@pytest.fixture
def server() -> Iterator[FakeRewardServer]:
    with FakeRewardServer(score) as running:
        yield running


@pytest.fixture
def client(server: FakeRewardServer) -> Iterator[BlockingRewardClient]:
    client = BlockingRewardClient(server.target, Outage("stop"), run_id="r1")
    yield client
    client.close()


def test_code_without_an_event_loop_gets_rewards(client: BlockingRewardClient) -> None:
    ((short, long),) = client.score([Group(QUESTION, ("a", "bbb"))])
    assert (short.reward, long.reward) == (0.1, 0.3)
    assert client.describe().name == "default"


def test_threads_and_event_loops_share_calls(client: BlockingRewardClient, server: FakeRewardServer) -> None:
    async def from_a_loop() -> list[float | None]:
        given = await asyncio.gather(*(client.score_one_async(QUESTION, "x" * size) for size in range(1, 6)))
        return [reward.reward for reward in given]

    assert asyncio.run(from_a_loop()) == [0.1, 0.2, 0.3, 0.4, 0.5]
    with ThreadPoolExecutor(32) as pool:
        given = list(pool.map(lambda size: client.score_one(QUESTION, "x" * size).reward, range(200)))
    assert given == [size / 10 for size in range(200)]
    assert len(server.requests) < 60


def test_an_outage_reaches_the_caller(client: BlockingRewardClient, server: FakeRewardServer) -> None:
    server.fail_next(*[verifier_pb2.STATUS_ERROR] * 2)
    with pytest.raises(RewardsUnavailableError):
        client.score_one(QUESTION, "a")
    with pytest.raises(RewardsUnavailableError):
        client.score([Group(QUESTION, ("a",))])
    assert client.score_one(QUESTION, "a").reward == 0.1


def test_a_client_works_again_after_it_was_closed(client: BlockingRewardClient) -> None:
    assert client.score_one(QUESTION, "a").reward == 0.1
    client.close()
    assert client.score_one(QUESTION, "a").reward == 0.1


def test_a_client_in_use_can_be_pickled(client: BlockingRewardClient) -> None:
    client.score_one(QUESTION, "a")
    again: BlockingRewardClient = pickle.loads(pickle.dumps(client))  # noqa: S301 - our own bytes
    assert again.score_one(QUESTION, "bb").reward == 0.2
    again.close()


def test_a_spawned_process_opens_a_channel_of_its_own(client: BlockingRewardClient) -> None:
    client.score_one(QUESTION, "a")
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply_async(client.score_one, (QUESTION, "abc")).get(60).reward == 0.3
    assert client.score_one(QUESTION, "a").reward == 0.1


FORKING = """
import multiprocessing
import sys
from biorl.client import BlockingRewardClient
from biorl.client.background import wait_for
from biorl.questions.testing import direction_question

async def nothing():
    pass

client = BlockingRewardClient(sys.argv[1])
wait_for(nothing())  # the parent has its background loop already; gRPC itself must not have been used before a fork
with multiprocessing.get_context("fork").Pool(2) as pool:
    calls = [pool.apply_async(client.score_one, (direction_question(), "x" * size)) for size in range(4)]
    print([call.get(30).reward for call in calls])
"""


def test_forked_processes_open_channels_of_their_own(server: FakeRewardServer) -> None:
    command = [sys.executable, "-c", FORKING, server.target]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout == "[0.0, 0.1, 0.2, 0.3]\n", done.stderr
