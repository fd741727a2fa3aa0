"""Protobuf to domain and back: absence stays absence."""

import pytest

from biorl.effect.v1 import effect_pb2
from biorl.question.v1 import question_pb2
from biorl.questions.question import Split
from biorl.questions.testing import K562, direction_question
from biorl.questions.wire import MalformedMessageError, context_to_wire, question_to_wire
from biorl.soft_verifier.adapters.wire import (
    belief_to_wire,
    claim_or_none,
    effects_from_wire,
    group_from_wire,
    verdict_to_wire,
)
from biorl.soft_verifier.domain.belief import Belief, Status, Verdict
from biorl.soft_verifier.domain.effects import Effect
from biorl.verifier.v1 import verifier_pb2 as pb

SOURCE = pb.Source(verifier="knn", version="1", digest="0")


def test_effects_become_a_row_for_each_readout() -> None:
    message = effect_pb2.PerturbationEffects(
        dataset=effect_pb2.Dataset(name="perturbqa/k562"),
        context=context_to_wire(K562),
        perturbed_genes=["AARS"],
        split=question_pb2.SPLIT_TRAIN,
        readouts=[
            effect_pb2.ReadoutEffect(readout="ATF4", differentially_expressed=True, direction=1),
            effect_pb2.ReadoutEffect(readout="TP53", direction=-1),
            effect_pb2.ReadoutEffect(readout="MYC", differentially_expressed=False),
        ],
    )
    assert list(effects_from_wire(message)) == [
        Effect(K562, ("AARS",), "ATF4", Split.TRAIN, True, 1, "perturbqa/k562"),
        Effect(K562, ("AARS",), "TP53", Split.TRAIN, None, -1, "perturbqa/k562"),
        Effect(K562, ("AARS",), "MYC", Split.TRAIN, False, 0, "perturbqa/k562"),
    ]


@pytest.mark.parametrize(
    "message",
    [
        effect_pb2.PerturbationEffects(split=question_pb2.SPLIT_TRAIN),
        effect_pb2.PerturbationEffects(perturbed_genes=["AARS"]),
    ],
)
def test_effects_without_a_split_or_a_gene_are_malformed(message: effect_pb2.PerturbationEffects) -> None:
    with pytest.raises(MalformedMessageError):
        list(effects_from_wire(message))


def test_a_number_that_is_not_there_stays_absent() -> None:
    verdict = verdict_to_wire(Verdict.without_score(Status.ABSTAINED, "gene_not_covered"), SOURCE)
    assert verdict.status == pb.STATUS_ABSTAINED
    assert not any(verdict.HasField(name) for name in ("score", "baseline", "probability", "uncertainty"))
    belief = belief_to_wire(Belief.abstained("gene_not_covered"), SOURCE)
    assert not any(belief.HasField(name) for name in ("probability", "baseline", "uncertainty"))


def test_a_score_of_zero_is_there() -> None:
    verdict = verdict_to_wire(Verdict(Status.SCORED, 0.0, 0.0, 0.9, "no_answer_tag"), SOURCE)
    assert verdict.HasField("score")
    assert (verdict.score, verdict.reason, verdict.source.verifier) == (0.0, "no_answer_tag", "knn")


def test_a_question_comes_through_whole() -> None:
    message = pb.Group(question=question_to_wire(direction_question()), completions=["a", "b"])
    group = group_from_wire(message)
    assert group is not None
    assert (group.question, group.completions) == (direction_question(), ("a", "b"))


def test_what_no_writer_produces_is_none() -> None:
    assert group_from_wire(pb.Group()) is None
    assert claim_or_none(question_pb2.Claim()) is None
