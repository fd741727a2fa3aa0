"""Claims of many calls in one question, each call with its own answer, and nobody left waiting."""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from biorl.questions.question import Claim
from biorl.soft_verifier.domain.belief import Belief, Status
from biorl.soft_verifier.serving.batcher import Batcher
from biorl.soft_verifier.serving.loading import Batching
from biorl.soft_verifier.testing import claim


class Slow:
    """Takes as long for one claim as for many, as a GPU does; and notes the size of each batch."""

    def __init__(self, seconds: float = 0.02) -> None:
        self.seconds, self.sizes = seconds, list[int]()

    def believe(self, claims: Sequence[Claim]) -> list[Belief]:
        self.sizes.append(len(claims))
        time.sleep(self.seconds)
        if any(asked.perturbed_genes == ("POISON",) for asked in claims):
            raise RuntimeError("poisoned")
        return [Belief.scored(int(asked.perturbed_genes[0]) / 1000) for asked in claims]


def asked_at_once(batcher: Batcher, calls: list[list[Claim]]) -> list[object]:
    gate = threading.Barrier(len(calls))

    def ask(claims: list[Claim]) -> object:
        gate.wait()
        try:
            return list(batcher.believe(claims))
        except RuntimeError as error:
            return str(error)

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(ask, calls))


def test_every_call_gets_its_own_answers_in_few_questions() -> None:
    model = Slow()
    calls = [[claim(str(call * 10 + at)) for at in range(3)] for call in range(40)]
    found = asked_at_once(Batcher(model.believe, Batching()), calls)
    assert found == [[Belief.scored((call * 10 + at) / 1000) for at in range(3)] for call in range(40)]
    assert len(model.sizes) <= 6


def test_a_batch_is_no_larger_than_allowed_but_a_call_may_be() -> None:
    model = Slow()
    calls = [[claim(str(call * 10 + at)) for at in range(4)] for call in range(10)]
    asked_at_once(Batcher(model.believe, Batching(max_claims=10)), [*calls, [claim(str(at)) for at in range(25)]])
    assert max(model.sizes) == 25
    assert sorted(model.sizes)[-2] <= 10


def test_equal_claims_of_a_batch_are_asked_once() -> None:
    model = Slow()
    asked_at_once(Batcher(model.believe, Batching(wait_s=0.05)), [[claim("7")]] * 20)
    assert sum(model.sizes) < 20


def test_one_call_that_raises_harms_no_other() -> None:
    model = Slow()
    found = asked_at_once(
        Batcher(model.believe, Batching(wait_s=0.05)), [[claim("POISON")], [claim("1")], [claim("2")]]
    )
    assert found == ["poisoned", [Belief.scored(0.001)], [Belief.scored(0.002)]]


def test_a_call_alone_does_not_wait() -> None:
    model = Slow(0)
    started = time.monotonic()
    assert Batcher(model.believe, Batching()).believe([claim("5")])[0].status is Status.SCORED
    assert time.monotonic() - started < 1


@pytest.mark.parametrize("wait_s", [0.0, 0.001])
def test_nobody_is_left_waiting_under_load(wait_s: float) -> None:
    model = Slow(0.0005)
    batcher = Batcher(model.believe, Batching(max_claims=8, wait_s=wait_s))

    def ask(number: int) -> bool:
        return batcher.believe([claim(str(number % 1000))])[0] == Belief.scored(number % 1000 / 1000)

    with ThreadPoolExecutor(32) as pool:
        assert all(pool.map(ask, range(1500), timeout=60))
