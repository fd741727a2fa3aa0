"""The composition `knowledge`: a rationale that knows the genes is paid and never lifts a wrong answer over a right."""

import asyncio

from biorl.questions.testing import direction_question
from biorl.reward_aggregator.adapters.compositions import load_compositions
from biorl.reward_aggregator.domain.group import Group
from biorl.reward_aggregator.domain.verdict import Status, Verdict
from biorl.reward_aggregator.testing import Bench, FakeVerifier, believes, bench, says

WELL_READ = "<think>AARS1 charges tRNA</think><answer>{}</answer>"
IGNORANT = "<think>hm</think><answer>{}</answer>"


def knows(question: object, completion: str) -> Verdict:
    return Verdict(Status.SCORED, 1.0 if "charges" in completion else 0.0)


def scored(tried: Bench, *completions: str) -> list[float | None]:
    group = Group(direction_question(), completions)
    (rewards,) = asyncio.run(tried.aggregator.score([group])).rewards
    return [reward.reward for reward in rewards]


def tried(ontology: FakeVerifier) -> Bench:
    model = FakeVerifier(believes(0.7))
    return bench(load_compositions()["knowledge"], perturbation_knn=model, ontology=ontology)


def test_of_two_answers_alike_the_one_that_knows_more_earns_more() -> None:
    well_read, ignorant = scored(tried(FakeVerifier(knows)), WELL_READ.format("yes"), IGNORANT.format("yes"))
    assert well_read is not None
    assert ignorant is not None
    assert well_read > ignorant


def test_a_well_read_wrong_answer_earns_less_than_an_ignorant_right_one() -> None:
    wrong, right = scored(tried(FakeVerifier(knows)), WELL_READ.format("no"), IGNORANT.format("yes"))
    assert wrong is not None
    assert right is not None
    assert wrong < right


def test_genes_that_nobody_annotated_cost_nobody_the_reward() -> None:
    silent = FakeVerifier(says(Status.ABSTAINED, "gene_not_annotated"))
    assert None not in scored(tried(silent), WELL_READ.format("yes"), IGNORANT.format("no"))
