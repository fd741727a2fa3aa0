"""`experiment`: what the train split measured. Hard verification: the belief is 1 or 0.

It knows nothing beyond its table: a pair that was not measured, or that two measurements disagree about, is an
abstention.
"""

from collections.abc import Mapping, Sequence

from biorl.genes.annotation import Annotation
from biorl.questions.question import Claim, PerturbationClaim
from biorl.soft_verifier.domain.belief import Array, Artifact, Belief, Trained, packed_text
from biorl.soft_verifier.domain.coverage import Coverage, counted
from biorl.soft_verifier.domain.effects import TASKS, Measurements, perturbation_name
from biorl.soft_verifier.domain.naming import packed_symbols, unpacked_symbols
from biorl.soft_verifier.domain.smoothing import fit_rates

Table = Mapping[tuple[str, str], Belief]
DISAGREE = Belief.abstained("measurements_disagree")
NOT_MEASURED = Belief.abstained("not_measured")


class Experiment:
    tasks = tuple(TASKS)

    def __init__(self, artifact: Artifact) -> None:
        entries = artifact.card["models"]
        self._symbols = unpacked_symbols(artifact)
        self._coverage = Coverage.of(entries, (_table(artifact, index) for index in range(len(entries))))

    @classmethod
    def train(cls, measured: Sequence[Measurements], annotation: Annotation) -> Trained:
        arrays: dict[str, Array] = {}
        for index, part in enumerate(measured):
            arrays |= {f"{index}.{name}": array for name, array in _arrays(part).items()}
        genes = {gene for part in measured for gene in (*part.readouts, *"+".join(part.perturbations).split("+"))}
        return Trained(
            arrays | packed_symbols(annotation.symbols, genes), {"models": [counted(part) for part in measured]}
        )

    def believe(self, claims: Sequence[Claim]) -> list[Belief]:
        return [self._coverage.ask(claim, self._believe) for claim in claims]

    def _believe(self, claim: PerturbationClaim, table: Table) -> Belief:
        perturbation = perturbation_name(claim.perturbed_genes, self._symbols)
        return table.get((perturbation, self._symbols.normalise(claim.readout)), NOT_MEASURED)


def _arrays(part: Measurements) -> dict[str, Array]:
    return {
        "perturbations": packed_text(part.perturbations),
        "readouts": packed_text(part.readouts),
        "perturbation": part.perturbation.astype("int32"),
        "readout": part.readout.astype("int32"),
        "label": part.label,
    }


def _table(artifact: Artifact, index: int) -> Table:
    """Beliefs of every measured pair; the baseline is the readout's own rate of positives."""
    perturbations, readouts = artifact.text(f"{index}.perturbations"), artifact.text(f"{index}.readouts")
    readout, label = artifact.arrays[f"{index}.readout"], artifact.arrays[f"{index}.label"]
    rates = fit_rates(readout, label, len(readouts)).tolist()
    beliefs = [(Belief.scored(0.0, rate), Belief.scored(1.0, rate)) for rate in rates]
    table: dict[tuple[str, str], Belief] = {}
    for row, column, positive in zip(
        artifact.arrays[f"{index}.perturbation"].tolist(), readout.tolist(), label.tolist(), strict=True
    ):
        pair = (perturbations[row], readouts[column])
        table[pair] = DISAGREE if pair in table else beliefs[column][positive]
    return table
