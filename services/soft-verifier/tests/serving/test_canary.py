"""A candidate is asked and compared; its answers, its bugs and its slowness reach nobody."""

import threading
import time
from collections.abc import Sequence

import pytest

from biorl.answers.extraction import Extraction
from biorl.questions.question import Claim, Question
from biorl.questions.testing import direction_question
from biorl.soft_verifier.domain.belief import Belief, Source, Status, Verdict
from biorl.soft_verifier.service import Group, Served, Verification
from biorl.soft_verifier.serving.canary import MOST_WAITING
from biorl.soft_verifier.serving.loading import Canary
from biorl.soft_verifier.testing import Fixed, RecordingObserver, claim

LIVE, NEXT = Source("fixed", "1", "0" * 64), Source("fixed", "2", "1" * 64)
SURE, LESS = Belief.scored(0.9), Belief.scored(0.7)


def serving(live, candidate, share: float = 1.0) -> tuple[Verification, RecordingObserver]:
    observer = RecordingObserver()
    served = Served(LIVE, live, {}, None, Canary("2", share), Served(NEXT, candidate))
    return Verification([served], observer), observer


def test_it_is_compared_and_not_used() -> None:
    verification, observer = serving(Fixed(SURE), Fixed(LESS))
    assert verification.predict("fixed", [claim("A"), claim("B")]) == [SURE, SURE]
    verification.close()
    assert [item.difference for item in observer.comparisons] == pytest.approx([-0.2, -0.2])


def test_where_one_knows_and_the_other_does_not_the_statuses_say_so() -> None:
    verification, observer = serving(Fixed(SURE), Fixed(Belief.abstained("gene_not_covered")))
    verification.predict("fixed", [claim("A")])
    verification.close()
    (item,) = observer.comparisons
    assert (item.live, item.candidate, item.difference) == (Status.SCORED, Status.ABSTAINED, None)


def test_a_share_of_the_claims_is_chosen_by_content_whatever_call_they_come_in() -> None:
    claims = [claim(f"GENE{number}") for number in range(400)]
    seen = []
    for parts in (1, 8):
        candidate = Fixed(LESS)
        verification, _ = serving(Fixed(SURE), candidate, share=0.25)
        for part in range(parts):
            verification.predict("fixed", claims[part::parts])
        verification.close()
        seen.append(set(candidate.asked))
    assert seen[0] == seen[1]
    assert 60 < len(seen[0]) < 140


def test_a_candidate_that_raises_harms_nobody() -> None:
    verification, observer = serving(Fixed(SURE), Fixed(LESS, RuntimeError("new bug")))
    assert verification.predict("fixed", [claim("A")]) == [SURE]
    verification.close()
    assert [str(error) for error in observer.errors] == ["new bug"]


class Stuck(Fixed):
    def __init__(self) -> None:
        super().__init__(LESS)
        self.free = threading.Event()

    def believe(self, claims: Sequence[Claim]) -> list[Belief]:
        self.free.wait(30)
        return super().believe(claims)


def test_a_candidate_that_is_stuck_holds_nobody_up_and_what_it_misses_is_counted() -> None:
    candidate = Stuck()
    verification, observer = serving(Fixed(SURE), candidate)
    started = time.monotonic()
    for number in range(MOST_WAITING + 10):
        assert verification.predict("fixed", [claim(f"GENE{number}")]) == [SURE]
    assert time.monotonic() - started < 5
    assert observer.dropped == 10
    candidate.free.set()
    verification.close()
    assert len(observer.comparisons) == MOST_WAITING


def test_a_candidate_that_is_stuck_does_not_hold_up_the_version_that_takes_over() -> None:
    candidate = Stuck()
    verification, observer = serving(Fixed(SURE), candidate)
    verification.predict("fixed", [claim("A")])
    started = time.monotonic()
    verification.replace(Served(NEXT, Fixed(LESS)))
    assert time.monotonic() - started < 5
    assert verification.predict("fixed", [claim("A")]) == [LESS]
    candidate.free.set()
    assert not observer.errors


def test_a_version_that_was_replaced_still_answers_whoever_holds_it() -> None:
    verification, observer = serving(Fixed(SURE), Fixed(LESS))
    held = verification.at("fixed")
    verification.replace(Served(NEXT, Fixed(LESS)))
    assert held.predict([claim("A")]) == [SURE]
    assert observer.dropped == 1
    assert verification.predict("fixed", [claim("A")]) == [LESS]


class Marks:
    """A judge that gives every answer the same mark."""

    tasks = ("*",)
    reads_rationale = False

    def __init__(self, mark: float) -> None:
        self.mark = mark

    def judge(self, question: Question, answers: Sequence[Extraction]) -> list[Verdict]:
        return [Verdict(Status.SCORED, self.mark)] * len(answers)


def test_judges_are_compared_by_their_scores() -> None:
    verification, observer = serving(Marks(1.0), Marks(0.25))
    ((one, two),) = verification.verify("fixed", [Group(direction_question(), ("a", "b"))])
    verification.close()
    assert (one.score, two.score) == (1.0, 1.0)
    assert [item.difference for item in observer.comparisons] == [-0.75, -0.75]
