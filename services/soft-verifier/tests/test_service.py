"""What verification promises, one sentence a law."""

from dataclasses import replace

import pytest

from biorl.questions.question import Context, PerturbationKind, Question, Split
from biorl.questions.testing import direction_question, number_question
from biorl.soft_verifier.domain.belief import Artifact, Belief, Source, Status, Verdict
from biorl.soft_verifier.domain.judging import MOST_TEXT
from biorl.soft_verifier.ports import ArtifactMissingError, UnknownVerifierError, VerifierNotServedError
from biorl.soft_verifier.service import BATCH, Choice, Group, Served, Verification, load
from biorl.soft_verifier.testing import Fixed, MemoryArtifacts, RecordingObserver, annotation, claim, gene, screen
from biorl.soft_verifier.training import train
from biorl.soft_verifier.verifiers import VERIFIERS

SOURCE = Source("fixed", "1", "0" * 64)
YES, NO = "<answer>yes</answer>", "<answer>no</answer>"
SURE = Belief.scored(0.9, 0.4, 0.2)


def serving(model, observer: RecordingObserver | None = None, **settings) -> Verification:
    return Verification([Served(SOURCE, model)], observer or RecordingObserver(), **settings)


def verdicts(model, question: Question, *completions: str) -> list[Verdict]:
    return serving(model).verify("fixed", [Group(question, completions)])[0]


def test_an_answer_earns_what_the_model_believes_of_it() -> None:
    yes, no = verdicts(Fixed(SURE), direction_question(), YES, NO)
    assert (yes.score, yes.baseline, yes.probability, yes.uncertainty) == (0.9, 0.4, 0.9, 0.2)
    assert (no.score, no.baseline, no.probability) == (pytest.approx(0.1), 0.6, 0.9)


def test_a_model_that_raises_is_an_error_and_not_a_score() -> None:
    observer, model = RecordingObserver(), Fixed(SURE, RuntimeError("out of memory"))
    (group,) = serving(model, observer).verify("fixed", [Group(direction_question(), (YES, "nonsense"))])
    assert [(verdict.status, verdict.reason, verdict.score) for verdict in group] == [
        (Status.ERROR, "verifier_error", None)
    ] * 2
    assert [str(error) for error in observer.errors] == ["out of memory"]


def test_an_error_is_not_remembered() -> None:
    model = Fixed(SURE, RuntimeError("for now"))
    verification = serving(model)
    assert verification.predict("fixed", [claim("A")])[0].status is Status.ERROR
    model.error = None
    assert verification.predict("fixed", [claim("A")]) == [SURE]


def test_what_the_model_does_not_know_is_an_abstention_for_the_whole_group() -> None:
    group = verdicts(Fixed(Belief.abstained("gene_not_covered")), direction_question(), YES, NO, "nonsense")
    assert {(verdict.status, verdict.reason) for verdict in group} == {(Status.ABSTAINED, "gene_not_covered")}


def test_a_task_that_the_verifier_does_not_judge_is_an_abstention() -> None:
    question = replace(direction_question(), task="perturbation.dose")
    assert verdicts(Fixed(SURE), question, YES)[0] == Verdict.without_score(Status.ABSTAINED, "task_not_covered")


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        (direction_question(split=Split.TEST), "held_out_gold"),
        (direction_question(context=Context("", "K562", PerturbationKind.CRISPRI)), "organism_missing"),
        (direction_question(context=Context("NCBITaxon:9606", "", PerturbationKind.CRISPRI)), "cell_line_missing"),
        (direction_question(context=Context("NCBITaxon:9606", "K562")), "perturbation_kind_missing"),
        (number_question(), "claim_missing"),
    ],
)
def test_a_wrong_request_is_invalid_and_reaches_no_model(question: Question, reason: str) -> None:
    model = Fixed(SURE)
    assert verdicts(model, question, YES, NO) == [Verdict.without_score(Status.INVALID, reason)] * 2
    assert model.asked == []


def test_a_bare_claim_without_its_context_is_invalid() -> None:
    incomplete = replace(claim("A"), context=Context())
    model = Fixed(SURE)
    assert serving(model).predict("fixed", [incomplete, claim("A")]) == [Belief.invalid("organism_missing"), SURE]
    assert model.asked == [claim("A")]


def test_a_sealed_held_out_question_is_judged() -> None:
    assert verdicts(Fixed(SURE), direction_question(split=Split.TEST).sealed(), YES)[0].score == 0.9


def test_a_question_is_judged_once_for_all_of_its_completions_and_once_in_a_batch() -> None:
    model = Fixed(SURE)
    verification = serving(model)
    group = Group(direction_question(), (YES,) * 16)
    verification.verify("fixed", [group] * 40)
    verification.verify("fixed", [group])
    assert len(model.asked) == 1


def test_memory_is_bounded_and_forgets_the_oldest() -> None:
    model = Fixed(SURE)
    verification = serving(model, beliefs_kept=2)
    for name in ("A", "B", "C", "C", "B", "A"):
        verification.predict("fixed", [claim(name)])
    assert [asked.perturbed_genes[0] for asked in model.asked] == ["A", "B", "C", "A"]


def test_what_cannot_be_judged_in_time_is_a_time_out_beside_what_was() -> None:
    looks = iter([False, True, True])
    questions = [Group(direction_question(f"G{number}"), (YES,)) for number in range(2 * BATCH)]
    judged = serving(Fixed(SURE)).verify("fixed", questions, lambda: next(looks))
    assert [group[0].status for group in judged] == [Status.SCORED] * BATCH + [Status.TIMEOUT] * BATCH
    assert judged[-1][0] == Verdict.without_score(Status.TIMEOUT, "deadline_exceeded")


def test_a_verifier_that_answers_batches_is_asked_in_its_own() -> None:
    class Counts(Fixed):
        batch = 1000
        calls = 0

        def believe(self, claims):
            self.calls += 1
            return super().believe(claims)

    model = Counts(Belief.scored(0.5))
    asked = [claim(f"G{number}") for number in range(1500)]
    assert len(serving(model).predict("fixed", asked)) == 1500
    assert model.calls == 2


def test_verdicts_come_in_the_order_of_the_request() -> None:
    class ByName(Fixed):
        def believe(self, claims):
            return [Belief.scored(int(one.perturbed_genes[0]) / 1000) for one in claims]

    names = [str(number) for number in range(2 * BATCH + 7)]
    groups = [Group(direction_question(name), (YES, NO)) for name in names]
    groups.insert(3, Group(number_question(), (YES,)))
    judged = serving(ByName(SURE)).verify("fixed", groups)
    assert judged.pop(3)[0].status is Status.INVALID
    assert [group[0].score for group in judged] == [int(name) / 1000 for name in names]


def test_nobody_answers_to_an_unknown_name() -> None:
    with pytest.raises(VerifierNotServedError, match="'perturbation-net' is served here; served: fixed"):
        serving(Fixed(SURE)).verify("perturbation-net", [])


def test_the_observer_hears_of_every_verdict() -> None:
    observer = RecordingObserver()
    serving(Fixed(SURE), observer).verify("fixed", [Group(direction_question(), (YES, NO, "nonsense"))])
    assert [verdict.reason for verdict in observer.verdicts] == ["", "", "no_answer_tag"]


class SaysWhy:
    """A judge that reads the rationale."""

    tasks = ("*",)
    reads_rationale = True

    def judge(self, question: Question, answers) -> list[Verdict]:
        if "explode" in answers[0].rationale:
            raise RuntimeError
        return [Verdict(Status.SCORED, float("because" in answer.rationale)) for answer in answers]


def test_a_judge_sees_the_rationale() -> None:
    group = verdicts(
        SaysWhy(), number_question(), "<think>because</think><answer>1 nM</answer>", "<answer>1 nM</answer>"
    )
    assert [verdict.score for verdict in group] == [1.0, 0.0]


def test_a_judge_never_sees_a_held_out_gold_answer() -> None:
    question = replace(number_question(), split=Split.TEST)
    assert verdicts(SaysWhy(), question, YES) == [Verdict.without_score(Status.INVALID, "held_out_gold")]


def test_a_judge_is_asked_of_no_claim_without_end() -> None:
    question = direction_question("A" * (MOST_TEXT + 1))
    assert verdicts(SaysWhy(), question, YES) == [Verdict.without_score(Status.INVALID, "claim_too_long")]


def test_a_judge_that_raises_is_an_error() -> None:
    (verdict,) = verdicts(SaysWhy(), number_question(), "<think>explode</think><answer>1</answer>")
    assert (verdict.status, verdict.reason) == (Status.ERROR, "verifier_error")


def test_a_judge_forms_no_beliefs() -> None:
    beliefs = serving(SaysWhy()).predict("fixed", [claim("A")])
    assert beliefs == [Belief.invalid("verifier_judges_answers_only")]


def test_a_verifier_without_its_artifact_does_not_start() -> None:
    with pytest.raises(ArtifactMissingError, match="perturbation-knn"):
        load([Choice("perturbation-knn")], VERIFIERS, MemoryArtifacts())


def test_a_verifier_that_does_not_exist_is_named_with_those_that_do() -> None:
    with pytest.raises(UnknownVerifierError, match=f"'nonsense'; there are: {', '.join(sorted(VERIFIERS))}"):
        load([Choice("nonsense")], VERIFIERS, MemoryArtifacts())


def test_several_verifiers_are_served_side_by_side() -> None:
    store = MemoryArtifacts()
    for name in ("experiment", "perturbation-knn"):
        train(name, screen(), annotation(), store)
    served = load([Choice("exact"), Choice("experiment"), Choice("perturbation-knn")], VERIFIERS, store)
    verification = Verification(served, RecordingObserver())
    assert [item.source.verifier for item in verification.served()] == ["exact", "experiment", "perturbation-knn"]
    assert verification.predict("experiment", [claim(gene(0, 9))])[0].reason == "not_measured"
    assert verification.predict("perturbation-knn", [claim(gene(0, 9))])[0].status is Status.SCORED
    assert len({item.source.digest for item in served}) == 3


class ToyModel:
    """The tutorial's world model: a knock-down changes a gene of the same first letter."""

    tasks = ("perturbation.de",)

    def __init__(self, artifact: Artifact) -> None:
        """Nothing to load."""

    def believe(self, claims):
        return [Belief.scored(0.8 if one.perturbed_genes[0][0] == one.readout[0] else 0.2) for one in claims]


def test_a_new_world_model_is_one_class_and_one_registration_line() -> None:
    registry = VERIFIERS | {"toy": ToyModel}
    verification = Verification(load([Choice("toy")], registry, MemoryArtifacts()), RecordingObserver())
    question = replace(direction_question("ABC1", "ABC2"), task="perturbation.de")
    (group,) = verification.verify("toy", [Group(question, (YES, NO))])
    assert [verdict.score for verdict in group] == [0.8, pytest.approx(0.2)]
