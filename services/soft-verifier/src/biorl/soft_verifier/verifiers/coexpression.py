"""`coexpression`: two genes that are on in the same cells may move each other.

Pointwise mutual information in unperturbed cells (domain/coexpression/association.py), read as a calibrated probability
by the train split's effects. Only pairs whose co-expression is significant are judged: of the others it abstains.
Cells of the claim's own line are used, or those that the operator lets stand for all lines.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from biorl.genes.annotation import Annotation
from biorl.questions.question import Claim, PerturbationClaim
from biorl.soft_verifier.domain.belief import Array, Artifact, Belief, Trained, packed_text
from biorl.soft_verifier.domain.coexpression.association import FALSE_DISCOVERIES, Associations, associate
from biorl.soft_verifier.domain.coexpression.cells import Cells, Switches, switches
from biorl.soft_verifier.domain.coverage import Coverage, Fitted, TooLittleMeasuredError
from biorl.soft_verifier.domain.doubt import chance_of_error
from biorl.soft_verifier.domain.effects import TASKS, Measurements, is_own_readout
from biorl.soft_verifier.domain.naming import packed_symbols, unpacked_symbols
from biorl.soft_verifier.domain.reading import OutcomeReading, fit_reading
from biorl.soft_verifier.domain.smoothing import Sparse


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Significant pairs of one table of cells."""

    place: Mapping[str, int]
    pmi: Sparse
    """[G, G], float32; 0 where co-expression is not significant."""

    @classmethod
    def of(cls, found: Associations) -> "_Pairs":
        kept = np.where(found.significant, found.pmi, 0).astype(np.float16).astype(np.float32)
        return cls({gene: place for place, gene in enumerate(found.genes)}, sp.csr_array(kept))

    def value(self, one: str, other: str) -> float | str:
        """PMI, or the reason why there is none."""
        if one not in self.place or other not in self.place:
            return "gene_not_expressed"
        value = float(self.pmi[self.place[one], self.place[other]])
        return value or "coexpression_not_significant"

    def arrays(self) -> dict[str, Array]:
        upper = sp.coo_array(sp.triu(self.pmi))
        row, column = upper.coords
        return {
            "genes": packed_text(tuple(self.place)),
            "pmi.data": upper.data.astype(np.float16),
            "pmi.row": row.astype(np.int32),
            "pmi.column": column.astype(np.int32),
        }

    @classmethod
    def from_artifact(cls, artifact: Artifact, prefix: str) -> "_Pairs":
        genes = artifact.text(f"{prefix}genes")
        data, row, column = (artifact.arrays[f"{prefix}pmi.{part}"] for part in ("data", "row", "column"))
        upper = sp.coo_array((data.astype(np.float32), (row, column)), shape=(len(genes), len(genes)))
        return cls({gene: place for place, gene in enumerate(genes)}, sp.csr_array(upper + upper.T))


@dataclass(frozen=True, slots=True)
class _Model:
    pairs: _Pairs
    outcome: OutcomeReading

    def believe(self, gene: str, readout: str) -> Belief:
        if gene == readout:
            return Belief.abstained("readout_perturbed")
        if readout not in self.outcome.column:
            return Belief.abstained("readout_not_covered")
        value = self.pairs.value(gene, readout)
        if isinstance(value, str):
            return Belief.abstained(value)
        probability, baseline = self.outcome.believe([gene], [readout], np.array([value]))
        return Belief.scored(float(probability[0]), float(baseline[0]), float(chance_of_error(probability[0])))


class Coexpression:
    tasks = tuple(TASKS)

    def __init__(self, artifact: Artifact) -> None:
        self._symbols = unpacked_symbols(artifact)
        tables = {entry["cells"] for entry in artifact.card["models"]}
        pairs = {prefix: _Pairs.from_artifact(artifact, prefix) for prefix in sorted(tables)}
        models = (
            _Model(
                pairs[entry["cells"]],
                OutcomeReading.from_artifact(artifact, f"model{place}.", TASKS[entry["task"]]),
            )
            for place, entry in enumerate(artifact.card["models"])
        )
        self._coverage = Coverage.of(artifact.card["models"], models)

    @classmethod
    def train_on_cells(
        cls, cells: Sequence[Cells], measured: Sequence[Measurements], annotation: Annotation
    ) -> Trained:
        switched = [switches(table) for table in cells]
        found = [associate(each) for each in switched]
        tables = [_Pairs.of(each) for each in found]
        made = Fitted()

        def fit(part: Measurements) -> tuple[dict[str, Array], dict[str, Any]]:
            number = _table_for(part, cells)
            if number is None:
                raise TooLittleMeasuredError("no unperturbed cells of this line")
            outcome, quality = _read(part, tables[number])
            made.put(f"cells{number}.", tables[number].arrays())
            return outcome.arrays(), {"cells": f"cells{number}.", "cross_validated": quality}

        for part in measured:
            made.add(part, fit)
        genes = {
            *(gene for table in tables for gene in table.place),
            *(name for part in measured for name in part.readouts),
        }
        card = {
            "models": made.models,
            "left_out": made.left_out,
            "associations": [_described(*each) for each in zip(cells, switched, found, strict=True)],
            "limits": {"abstains": f"on pairs whose co-expression chance explains, at a rate of {FALSE_DISCOVERIES}"},
        }
        return Trained(made.arrays | packed_symbols(annotation.symbols, genes), card)

    def believe(self, claims: Sequence[Claim]) -> list[Belief]:
        return [self._coverage.ask(claim, self._believe) for claim in claims]

    def _believe(self, claim: PerturbationClaim, model: _Model) -> Belief:
        genes = {self._symbols.normalise(gene) for gene in claim.perturbed_genes}
        if len(genes) > 1:
            return Belief.abstained("combination_not_covered")
        return model.believe(genes.pop(), self._symbols.normalise(claim.readout))


def _table_for(part: Measurements, cells: Sequence[Cells]) -> int | None:
    """Cells of the line itself before those that stand for all."""
    lines = [table.cell_line.casefold() for table in cells]
    wanted = part.context.cell_line.casefold()
    return next((lines.index(name) for name in (wanted, "") if name in lines), None)


def _read(part: Measurements, pairs: _Pairs) -> tuple[OutcomeReading, dict[str, Any]]:
    own = is_own_readout(part)
    rows = np.flatnonzero(~own & np.array(["+" not in name for name in part.perturbations])[part.perturbation])
    found = [
        pairs.value(part.perturbations[place], part.readouts[readout])
        for place, readout in zip(part.perturbation[rows].tolist(), part.readout[rows].tolist(), strict=True)
    ]
    value = np.array([np.nan if isinstance(each, str) else each for each in found], dtype=np.float64)
    return fit_reading(part, rows, value)


def _described(table: Cells, switched: Switches, found: Associations) -> dict[str, Any]:
    num_pairs = len(found.genes) * (len(found.genes) - 1) // 2
    return {
        "cell_line": table.cell_line or "any",
        "digest": hashlib.sha256(np.packbits(switched.on).tobytes()).hexdigest(),
        "num_cells": len(switched.on),
        "num_genes": len(found.genes),
        "num_pairs": num_pairs,
        "num_significant": int(found.significant.sum()) // 2,
        "false_discovery_rate": FALSE_DISCOVERIES,
        "strata": "of like sequencing depth",
    }
