"""Which contexts and outcomes an artifact has a model for, and what to say about the others.

Context is a key, not a hint: a model of K562 says nothing about RPE1. Cell lines are matched without regard to case.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Self, TypeVar

from biorl.questions.question import Claim, Context, Outcome, PerturbationClaim, PerturbationKind
from biorl.soft_verifier.domain.belief import Array, Belief
from biorl.soft_verifier.domain.effects import TASKS, Measurements

Model = TypeVar("Model")
Answer = TypeVar("Answer")
Key = tuple[str, str, PerturbationKind | None, Outcome]

_TASK_OF = {outcome: task for task, outcome in TASKS.items()}


def key_of(context: Context, outcome: Outcome) -> Key:
    return context.organism, context.cell_line.casefold(), context.perturbation_kind, outcome


def described(context: Context, outcome: Outcome) -> dict[str, Any]:
    """The key as a card writes it."""
    return {
        "task": _TASK_OF[outcome],
        "organism": context.organism,
        "cell_line": context.cell_line,
        "perturbation_kind": str(context.perturbation_kind or ""),
    }


def counted(part: Measurements) -> dict[str, Any]:
    """The key and how much was measured, as a card writes it."""
    return described(part.context, part.outcome) | {
        "num_pairs": len(part.label),
        "num_perturbations": len(part.perturbations),
        "num_readouts": len(part.readouts),
        "positive_rate": round(float(part.label.mean()), 6),
    }


def left_out(part: Measurements, reason: str) -> dict[str, Any]:
    """What a card says of measurements that no model came from."""
    return described(part.context, part.outcome) | {"reason": reason}


class TooLittleMeasuredError(ValueError):
    """Too little was measured to learn from; the message is the reason on the card."""


@dataclass(slots=True)
class Fitted:
    """An artifact in the making, with a model for each context and outcome; where too little was measured, a reason."""

    arrays: dict[str, Array] = field(default_factory=dict)
    models: list[dict[str, Any]] = field(default_factory=list)
    left_out: list[dict[str, Any]] = field(default_factory=list)

    def add(
        self, part: Measurements, fit: Callable[[Measurements], tuple[Mapping[str, Array], Mapping[str, Any]]]
    ) -> None:
        """`fit` gives a model's arrays and what a card says of it, or raises TooLittleMeasuredError."""
        try:
            arrays, about = fit(part)
        except TooLittleMeasuredError as error:
            self.left_out.append(left_out(part, str(error)))
            return
        self.put(f"model{len(self.models)}.", arrays)
        self.models.append({**described(part.context, part.outcome), **about})

    def put(self, prefix: str, arrays: Mapping[str, Array]) -> None:
        self.arrays |= {f"{prefix}{name}": array for name, array in arrays.items()}


def read_key(entry: Mapping[str, Any]) -> Key:
    context = Context(entry["organism"], entry["cell_line"], PerturbationKind(entry["perturbation_kind"]))
    return key_of(context, TASKS[entry["task"]])


@dataclass(frozen=True, slots=True)
class Coverage(Generic[Model]):
    models: Mapping[Key, Model]

    @classmethod
    def of(cls, entries: Sequence[Mapping[str, Any]], models: Iterator[Model]) -> Self:
        """From a card's entries and the models that belong to them, in the same order."""
        return cls({read_key(entry): model for entry, model in zip(entries, models, strict=True)})

    def ask(self, claim: Claim, answer: Callable[[PerturbationClaim, Model], Answer]) -> Answer | Belief:
        """What `answer` makes of the claim and its model, or the abstention that says what is not covered."""
        if not isinstance(claim, PerturbationClaim):
            return Belief.abstained("claim_not_covered")
        model = self.find(claim)
        return model if isinstance(model, Belief) else answer(claim, model)

    def find(self, claim: PerturbationClaim) -> Model | Belief:
        """The model of the claim's context and outcome, or the abstention that says what is not covered."""
        wanted = key_of(claim.context, claim.outcome)
        return self.models[wanted] if wanted in self.models else self._gap(wanted)

    def _gap(self, wanted: Key) -> Belief:
        parts = ("organism", "cell_line", "perturbation_kind", "task")
        for length, part in enumerate(parts, start=1):
            if not any(key[:length] == wanted[:length] for key in self.models):
                return Belief.abstained(f"{part}_not_covered")
        msg = f"{wanted} is covered"
        raise AssertionError(msg)
