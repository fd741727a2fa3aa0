"""`gene-class`: whether a gene belongs to a class, from what annotation says of it and of genes whose class is known.

One table of scores for each class (domain/gene_class), made when it is trained: genes are finite. A training gene has
the score that it gets without its own label. Scores are calibrated on the training genes left out one by one.

It abstains on classes that it was not trained on, genes that annotation does not know, and genes that are described too
differently from the training genes; the threshold is on the card.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from biorl.genes.annotation import Annotation
from biorl.questions.question import Claim, GeneClassClaim
from biorl.questions.tasks import gene_task
from biorl.soft_verifier.domain.belief import Array, Artifact, Belief, Trained, packed_text
from biorl.soft_verifier.domain.calibration import Calibration, fit_calibration
from biorl.soft_verifier.domain.doubt import chance_of_error
from biorl.soft_verifier.domain.gene_class.class_model import Labels, Scores, score_all
from biorl.soft_verifier.domain.gene_class.five_fold import FOLDS, REPEATS, five_fold
from biorl.soft_verifier.domain.gene_class.published import PUBLISHED
from biorl.soft_verifier.domain.gene_class.weighing import Views
from biorl.soft_verifier.domain.known_labels import KnownLabel, by_name
from biorl.soft_verifier.domain.labelled_quality import answer_quality
from biorl.soft_verifier.domain.naming import packed_symbols, unpacked_symbols

OUTSIDE_SHARE = 0.02
"""So many of the training genes, the least like the others, count as outside: the rest sets the threshold."""
ROUNDING = 1e-6
"""The table holds float32: a gene that stands at the threshold is within."""
FEWEST_OF_A_KIND = 10
"""So many genes of the class and so many that are not, or there is no model."""
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Class:
    organism: str
    score: Array
    variance: Array
    nearest: Array
    calibration: Calibration
    rate: float
    largest_variance: float

    def believe(self, row: int) -> Belief:
        variance = float(self.variance[row])
        if variance > self.largest_variance:
            return Belief.abstained("gene_unlike_training_genes")
        probability = float(self.calibration(float(self.score[row]), self.rate))
        return Belief.scored(probability, self.rate, float(chance_of_error(probability)))


class GeneClass:
    learns_about = GeneClassClaim
    needs_annotation = True

    def __init__(self, artifact: Artifact) -> None:
        self._symbols = unpacked_symbols(artifact)
        self._row = {gene: row for row, gene in enumerate(artifact.text("genes"))}
        entries = artifact.card["models"]
        self._classes = {entry["gene_class"]: _restored(artifact, index, entry) for index, entry in enumerate(entries)}

    @property
    def tasks(self) -> tuple[str, ...]:
        return tuple(sorted({gene_task(name) for name in self._classes}))

    @classmethod
    def train_on_labels(cls, labels: Sequence[KnownLabel], annotation: Annotation | None) -> Trained:
        """Raises ValueError without annotation."""
        if annotation is None:
            msg = "classes of genes are learnt from annotation; give a folder of it"
            raise ValueError(msg)
        genes = annotation.kernel.genes
        arrays: dict[str, Array] = {"genes": packed_text(genes)} | packed_symbols(annotation.symbols, genes)
        models: list[dict[str, Any]] = []
        left_out: list[dict[str, Any]] = []
        for name, known in by_name(labels).items():
            members = _members(known, annotation)
            if min(sum(members.values()), len(members) - sum(members.values())) < FEWEST_OF_A_KIND:
                left_out.append({"gene_class": name, "reason": "too_few_labels", "num_genes": len(members)})
                continue
            own, entry = _trained(name, known, members, annotation)
            arrays |= {f"model{len(models)}.{key}": array for key, array in own.items()}
            models.append(entry)
        return Trained(arrays, {"models": models, "left_out": left_out, "limits": _limits()})

    def believe(self, claims: Sequence[Claim]) -> list[Belief]:
        return [self._believe(claim) for claim in claims]

    def rivals(self, claims: Sequence[GeneClassClaim]) -> Mapping[str, Numbers]:
        """What a trivial model says: the class of the most alike training gene."""
        rows = [self._row[self._symbols.normalise(claim.gene)] for claim in claims]
        near = [self._classes[claim.gene_class].nearest[row] for claim, row in zip(claims, rows, strict=True)]
        return {"nearest_gene": np.array(near, dtype=np.float64)}

    def _believe(self, claim: Claim) -> Belief:
        if not isinstance(claim, GeneClassClaim):
            return Belief.abstained("claim_not_covered")
        if not claim.organism:
            return Belief.invalid("organism_missing")
        known = self._classes.get(claim.gene_class)
        if known is None:
            return Belief.abstained("gene_class_not_covered")
        if claim.organism != known.organism:
            return Belief.abstained("organism_not_covered")
        row = self._row.get(self._symbols.normalise(claim.gene))
        return Belief.abstained("gene_not_covered") if row is None else known.believe(row)


def _members(known: Sequence[KnownLabel], annotation: Annotation) -> dict[str, bool]:
    """Genes that annotation knows, with their answer; one that has both is left out."""
    answers: dict[str, set[bool]] = {}
    covered = frozenset(annotation.kernel.genes)
    for label in known:
        assert isinstance(label.claim, GeneClassClaim)  # noqa: S101 - chosen by `learns_about`
        gene = annotation.symbols.normalise(label.claim.gene)
        if gene in covered:
            answers.setdefault(gene, set()).add(bool(label.value))
    return {gene: answer.pop() for gene, answer in sorted(answers.items()) if len(answer) == 1}


def _trained(
    name: str, known: Sequence[KnownLabel], members: Mapping[str, bool], annotation: Annotation
) -> tuple[dict[str, Array], dict[str, Any]]:
    """The arrays of a class, and what the card says of it."""
    train, label = list(members), np.array(list(members.values()), dtype=np.bool_)
    views = Views.of(annotation.kernel, train)
    kernel = annotation.kernel.weighing(views.best_weights(label).tolist())
    scores, own = score_all(kernel, annotation.kernel.genes, train, label)
    calibration = fit_calibration(own.score, np.full(len(train), label.mean()), label)
    entry: dict[str, Any] = {
        **_counts(name, known, label),
        "sources": {source.likeness.name: round(source.weight, 3) for source in kernel.sources},
        "largest_variance": float(np.quantile(own.variance, 1 - OUTSIDE_SHARE)) + ROUNDING,
        "five_fold": _five_fold(name, views, label),
        "leave_one_out": _left_out(own, calibration, label),
    }
    return _arrays(scores, calibration), entry


def _counts(name: str, known: Sequence[KnownLabel], label: Labels) -> dict[str, Any]:
    claim = known[0].claim
    return {
        "gene_class": name,
        "organism": claim.organism if isinstance(claim, GeneClassClaim) else "",
        "num_genes": len(label),
        "num_members": int(label.sum()),
        "num_without_annotation": len({label.claim for label in known}) - len(label),
        "rate": float(label.mean()),
    }


def _five_fold(name: str, views: Views, label: Labels) -> dict[str, Any]:
    folds = five_fold(views, label)
    return {
        "auroc": round(float(np.mean(folds)), 6),
        "standard_deviation": round(float(np.std(folds)), 6),
        "folds": f"{FOLDS}, stratified, {REPEATS} times",
        "published": PUBLISHED.get(name, {}),
    }


def _left_out(own: Scores, calibration: Calibration, label: Labels) -> dict[str, Any]:
    """Of the training genes, each without its own label."""
    probability = calibration(own.score, float(label.mean()))
    return answer_quality(probability, label, chance_of_error(probability), {"nearest_gene": own.nearest})


def _arrays(scores: Scores, calibration: Calibration) -> dict[str, Array]:
    return {
        "score": scores.score.astype(np.float32),
        "variance": scores.variance.astype(np.float32),
        "nearest": scores.nearest.astype(np.float32),
        **calibration.arrays("calibration"),
    }


def _restored(artifact: Artifact, index: int, entry: Mapping[str, Any]) -> _Class:
    arrays = {name: artifact.arrays[f"model{index}.{name}"] for name in ("score", "variance", "nearest")}
    return _Class(
        str(entry["organism"]),
        **arrays,
        calibration=Calibration.from_arrays(artifact.arrays, f"model{index}.calibration"),
        rate=float(entry["rate"]),
        largest_variance=float(entry["largest_variance"]),
    )


def _limits() -> dict[str, Any]:
    return {
        "features": "likeness by annotation; what each source weighs is in `sources` of a class",
        "abstains": "above a posterior variance of `largest_variance`: genes described unlike the training genes",
        "train_genes": "scored without their own label",
        "calibration": "fitted on the left-out scores that it is shown for; the test split judges it",
    }
