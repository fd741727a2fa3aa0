"""`molecule`: properties of a molecule from its structure, yes or no or a number.

Random forests on fragments and descriptors, and least squares on the likeness of molecules (domain/molecule): a mixture
for each property, calibrated on scaffolds that it had not seen. A yes-or-no claim gets a belief; an answer with a
number is worth the probability that the truth lies within the question's tolerance of it, beside what the same answer
would earn by luck.

It abstains on properties that it was not trained on and on molecules unlike any of training; a SMILES that is none is
INVALID.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from typing import Any

import numpy as np
import numpy.typing as npt

from biorl.answers.extraction import Extraction
from biorl.answers.spec import AnswerSpec, AnswerType
from biorl.genes.annotation import Annotation
from biorl.questions.question import Claim, MoleculeClaim, Question
from biorl.questions.tasks import molecule_task
from biorl.soft_verifier.domain.belief import Array, Artifact, Belief, Status, Trained, Verdict, packed_text
from biorl.soft_verifier.domain.judging import claim_problem, question_problem, verdicts_of
from biorl.soft_verifier.domain.known_labels import KnownLabel
from biorl.soft_verifier.domain.molecule.library import Library, Relatives
from biorl.soft_verifier.domain.molecule.property_model import PropertyModel, restore_property
from biorl.soft_verifier.domain.molecule.property_training import train_properties
from biorl.soft_verifier.domain.molecule.structure import (
    FRAGMENTS,
    NotAMoleculeError,
    Structure,
    read_structure,
    software,
    weight_and_log_p,
)
from biorl.soft_verifier.domain.molecule.written_numbers import UnreadableNumberError, number_in
from biorl.soft_verifier.domain.numbers import ExpectedNumber

ANSWERS_KEPT = 65_536
Expected = tuple[float, float]
"""Mean and scale."""
Models = Mapping[str, PropertyModel]
"""By property."""


class Molecule:
    reads_rationale = False
    learns_about = MoleculeClaim
    needs_annotation = False

    def __init__(self, artifact: Artifact) -> None:
        smiles = artifact.text("smiles")
        fingerprints = artifact.arrays["fingerprints"]
        relatives = Relatives.from_arrays(artifact.arrays) if "kinship.rows" in artifact.arrays else None
        self._models: dict[str, PropertyModel] = {}
        self._plain: dict[str, npt.NDArray[np.float64]] = {}
        for index, entry in enumerate(artifact.card["models"]):
            prefix = f"model{index}."
            rows = artifact.arrays[f"{prefix}rows"]
            names = [smiles[row] for row in rows.tolist()]
            kin = relatives.kin(rows) if relatives and entry["weighs_likeness"] else None
            own = restore_property(artifact, prefix, entry, names, fingerprints[rows], kin=kin)
            self._models[entry["property"]] = own
            self._plain[entry["property"]] = artifact.arrays[f"{prefix}plain"]
        # Of functions, not of methods: what refers to itself stays in memory when a newer one takes over.
        self._belief = lru_cache(ANSWERS_KEPT)(partial(_belief, self._models))
        self._expectation = lru_cache(ANSWERS_KEPT)(partial(_expectation, self._models))

    @property
    def tasks(self) -> tuple[str, ...]:
        return tuple(sorted({molecule_task(name) for name in self._models}))

    @classmethod
    def train_on_labels(cls, labels: Sequence[KnownLabel], annotation: Annotation | None) -> Trained:
        """From molecules alone; annotation of genes says nothing about them."""
        del annotation
        library = Library.of(labels)
        arrays: dict[str, Array] = {
            "smiles": packed_text(library.smiles),
            "fingerprints": library.fingerprints,
        }
        models, left_out, relatives = train_properties(library, labels)
        if relatives:
            arrays |= relatives.arrays()
        for index, model in enumerate(models):
            arrays |= {f"model{index}.{name}": array for name, array in model.arrays.items()}
        card = {"models": [model.entry for model in models], "left_out": left_out, "limits": _limits()}
        return Trained(arrays, card)

    def believe(self, claims: Sequence[Claim]) -> list[Belief]:
        return [
            self._belief(claim) if isinstance(claim, MoleculeClaim) else Belief.abstained("claim_not_covered")
            for claim in claims
        ]

    def judge(self, question: Question, answers: Sequence[Extraction]) -> list[Verdict]:
        if question.answer.type is AnswerType.NUMBER:
            return self._judge_numbers(question, answers)
        problem = question_problem(question)
        claims = [question.claim] if question.claim else []
        belief = Belief.invalid(problem) if problem else self.believe(claims)[0]
        return verdicts_of(belief, question.answer, answers)

    def expect(self, claims: Sequence[Claim]) -> list[ExpectedNumber | Belief]:
        """Of numbers: what is expected, with its 90 % interval, or why nothing is."""
        found: list[ExpectedNumber | Belief] = []
        for claim in claims:
            expected = self._expectation(claim) if isinstance(claim, MoleculeClaim) else Belief.abstained("no_molecule")
            if isinstance(expected, Belief):
                found.append(expected)
            else:
                residuals = self._models[claim.property].residuals  # type: ignore[union-attr]
                assert residuals is not None  # noqa: S101 - it expected a number
                found.append(ExpectedNumber(*expected, *residuals.interval(*expected)))
        return found

    def rivals(self, claims: Sequence[MoleculeClaim]) -> Mapping[str, npt.NDArray[np.float64]]:
        """What trivial models say: the nearest training molecule, and weight and logP in a straight line."""
        structures = [read_structure(claim.smiles) for claim in claims]
        models = [self._models[claim.property] for claim in claims]
        nearest = [model.nearest(structure) for model, structure in zip(models, structures, strict=True)]
        plain = [
            float(_with_one(structure) @ self._plain[claim.property])
            for claim, structure in zip(claims, structures, strict=True)
        ]
        values = [
            value * alike if model.calibration else value for model, (alike, value) in zip(models, nearest, strict=True)
        ]
        return {
            "nearest_molecule": np.array(values),
            "weight_and_log_p": np.array(plain),
            "train_mean": np.array([model.rate for model in models]),
        }

    def warm_up(self) -> None:
        for model in self._models.values():
            model.nearest(read_structure("CCO"))

    def _judge_numbers(self, question: Question, answers: Sequence[Extraction]) -> list[Verdict]:
        belief = self._about(question)
        if isinstance(belief, Belief):
            return [Verdict.without_score(belief.status, belief.reason)] * len(answers)
        return [self._judge_number(question.answer, *belief, answer) for answer in answers]

    def _about(self, question: Question) -> tuple[PropertyModel, Expected] | Belief:
        """The model of the question's property and what it expects, or why it cannot judge."""
        claim, spec = question.claim, question.answer
        if not isinstance(claim, MoleculeClaim):
            return Belief.invalid("claim_missing") if claim is None else Belief.abstained("claim_not_covered")
        if problem := claim_problem(claim):
            return Belief.invalid(problem)
        expected = self._expectation(claim)
        if isinstance(expected, Belief):
            return expected
        model = self._models[claim.property]
        if spec.unit != model.unit:
            return Belief.abstained("unit_not_covered")
        return (model, expected) if spec.absolute_tolerance > 0 else Belief.invalid("tolerance_missing")

    @staticmethod
    def _judge_number(spec: AnswerSpec, model: PropertyModel, expected: Expected, answer: Extraction) -> Verdict:
        if answer.answer is None:
            return Verdict(Status.SCORED, 0.0, 0.0, reason=answer.reason)
        try:
            value = number_in(spec, answer.answer)
        except UnreadableNumberError as error:
            return Verdict(Status.SCORED, 0.0, 0.0, reason=str(error), answer=answer.answer)
        assert model.residuals is not None  # noqa: S101 - it expected a number
        score = model.residuals.within(*expected, value, spec.absolute_tolerance)
        luck = model.base_rate_within(value, spec.absolute_tolerance)
        return Verdict(Status.SCORED, score, luck, uncertainty=_doubt(model, expected), answer=answer.answer)


def _belief(models: Models, claim: MoleculeClaim) -> Belief:
    found = _found(models, claim)
    if isinstance(found, Belief):
        return found
    model, structure = found
    return Belief.abstained("property_is_a_number") if model.residuals else model.believe(structure)


def _expectation(models: Models, claim: MoleculeClaim) -> Expected | Belief:
    found = _found(models, claim)
    if isinstance(found, Belief):
        return found
    model, structure = found
    if model.residuals is None:
        return Belief.abstained("property_is_yes_or_no")
    expected = model.expect(structure)
    return (expected.mean, expected.scale) if expected else Belief.abstained("outside_applicability_domain")


def _found(models: Models, claim: MoleculeClaim) -> tuple[PropertyModel, Structure] | Belief:
    try:
        structure = read_structure(claim.smiles)
    except NotAMoleculeError as error:
        return Belief.invalid(str(error))
    model = models.get(claim.property)
    return (model, structure) if model else Belief.abstained("property_not_covered")


def _doubt(model: PropertyModel, expected: Expected) -> float:
    """How wide the prediction is against the spread of the property: 1 says no more than the training set does."""
    return min(1.0, expected[1] / max(float(model.target.std()), 1e-9))


def _with_one(structure: Structure) -> Any:
    return np.concatenate([[1.0], weight_and_log_p(structure.features[None, :])[0]])


def _limits() -> dict[str, Any]:
    return {
        "features": f"{FRAGMENTS} each of counted ECFP4 fragments, atom pairs, torsions; descriptors by {software()}",
        "abstains": "below a Tanimoto coefficient of `least_likeness` to the nearest training molecule",
        "train_molecules": "judged by what has not seen their scaffold",
        "calibration": "fitted on the cross-validated predictions that it is shown for; the test split judges it",
    }
