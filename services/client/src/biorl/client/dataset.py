"""Questions by id, from a dataset that the question-generator exported (`data/*.parquet`).

Frameworks hand a reward function only what stands in a row; an adaptor finds the question by the row's `question_id`.
The gold answers of held-out questions are not in such a file, and would be sealed here if they were.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from biorl.answers.spec import AnswerSpec, AnswerType, Option
from biorl.questions.question import (
    ChatMessage,
    Claim,
    Context,
    Evidence,
    GeneClassClaim,
    MoleculeClaim,
    Outcome,
    PerturbationClaim,
    PerturbationKind,
    Provenance,
    Question,
    Split,
)

Questions = Mapping[str, Question]
"""By id, sealed."""


def load_questions(path: Path | str) -> Questions:
    """All questions of an exported dataset: its folder, or one of its files. Needs pyarrow (the extra `parquet`).

    Raises FileNotFoundError where there are none, KeyError or ValueError for another kind of file.
    """
    from pyarrow import parquet  # noqa: PLC0415 - optional dependency

    place = Path(path)
    files = sorted(place.glob("data/*.parquet") or place.glob("*.parquet")) if place.is_dir() else [place]
    if not files:
        raise FileNotFoundError(f"{place} holds no data/*.parquet")
    questions = (question_of(row) for file in files for row in parquet.read_table(file).to_pylist())
    return {question.id: question.sealed() for question in questions}


def question_of(row: Mapping[str, Any]) -> Question:
    """One row of the export."""
    return Question(
        id=row["id"],
        task=row["task"],
        prompt=tuple(ChatMessage(**message) for message in row["prompt"]),
        answer=_answer(row),
        claim=_CLAIMS[row["claim_type"]](json.loads(row["claim"])) if row["claim_type"] else None,
        evidence=tuple(Evidence(**evidence) for evidence in row["evidence"]),
        licence=row["licence"],
        provenance=Provenance(row["writer"], tuple(row["sources"]), row["dataset"]),
        topics=tuple(row["topics"]),
        split=Split(row["split"]),
        benchmarks=tuple(row["benchmarks"]),
        difficulty=row["difficulty"],
    )


def _answer(row: Mapping[str, Any]) -> AnswerSpec:
    return AnswerSpec(
        type=AnswerType(row["answer_type"]),
        gold=row["gold"],
        accepted=tuple(row["accepted"]),
        options=tuple(Option(**option) for option in row["options"]),
        unit=row["unit"],
        relative_tolerance=row["relative_tolerance"],
        absolute_tolerance=row["absolute_tolerance"],
        member_type=AnswerType(row["member_type"]) if row["member_type"] else None,
        namespace=row["namespace"],
        either_strand=row["either_strand"],
    )


def _perturbation(claim: Mapping[str, Any]) -> Claim:
    context = claim["context"]
    kind = context["perturbation_kind"]
    return PerturbationClaim(
        tuple(claim["perturbed_genes"]),
        claim["readout"],
        Context(context["organism"], context["cell_line"], PerturbationKind(kind) if kind else None),
        Outcome(claim["outcome"]),
    )


_CLAIMS: dict[str, Callable[[Mapping[str, Any]], Claim]] = {
    "PerturbationClaim": _perturbation,
    "GeneClassClaim": lambda claim: GeneClassClaim(**claim),
    "MoleculeClaim": lambda claim: MoleculeClaim(**claim),
}
