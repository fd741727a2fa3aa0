"""Questions to test with: plain makers whose defaults are a sensible K562 direction question."""

from biorl.answers.spec import YES_NO, AnswerSpec, AnswerType
from biorl.questions.identity import identified
from biorl.questions.question import (
    ChatMessage,
    Context,
    Outcome,
    PerturbationClaim,
    PerturbationKind,
    Provenance,
    Question,
    Split,
)

K562 = Context("NCBITaxon:9606", "K562", PerturbationKind.CRISPRI)


def direction_question(
    perturbed: str = "AARS1",
    readout: str = "ATF4",
    *,
    gold: str | None = "yes",
    split: Split = Split.TRAIN,
    context: Context = K562,
) -> Question:
    """ "Does CRISPRi of `perturbed` raise the expression of `readout`?", with its content digest as id."""
    claim = PerturbationClaim((perturbed,), readout, context, Outcome.UP_REGULATED)
    text = f"Does CRISPRi of {perturbed} in {context.cell_line} cells raise the expression of {readout} ?"
    return identified(
        Question(
            id="",
            task="perturbation.direction",
            prompt=(ChatMessage("user", f"{text} Answer yes or no ."),),
            answer=AnswerSpec(AnswerType.CHOICE, gold=gold, options=YES_NO),
            claim=claim,
            provenance=Provenance("testing@1", (f"effect-of-{perturbed}",), "simulated/testing"),
            split=split,
        )
    )


def number_question(gold: str = "42", unit: str = "nM") -> Question:
    """A literature question with a number for an answer."""
    return identified(
        Question(
            id="",
            task="literature.extraction",
            prompt=(ChatMessage("user", "What is the half-maximal inhibitory concentration of compound 7 ?"),),
            answer=AnswerSpec(AnswerType.NUMBER, gold=gold, unit=unit, relative_tolerance=0.05),
            provenance=Provenance("testing@1", ("PMC1.1",), "simulated/papers"),
        )
    )
