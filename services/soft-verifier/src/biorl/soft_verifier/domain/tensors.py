"""How a served model's tensors speak of biology: which input holds what of a claim, and what the output's columns are.

Two forms are enough for the models of the field. A model of expression (GEARS, State, CPA) takes a perturbation and
gives a shift for each readout: one column for each name in `readouts`. A model of pairs (an MLP on embeddings,
TranscriptFormer's co-expression) takes the readout as well and gives one number. NaN means "I do not know".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from biorl.questions.question import PerturbationClaim
from biorl.soft_verifier.domain.belief import Array

ROLES = ("perturbation", "readout", "cell_line", "organism", "perturbation_kind")
Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tensors:
    """Raises ValueError when the roles make no sense."""

    inputs: Mapping[str, str]
    """From role to the name of its tensor: text, shape [batch, 1]."""
    output: str
    """Shift or score, larger is up; shape [batch, readouts], or [batch, 1] where the readout is an input."""
    uncertainty: str = ""
    """A second output of the same shape, in [0, 1]; empty when the model has none."""
    readouts: tuple[str, ...] = ()
    """Names of the output's columns; empty where the readout is an input."""
    perturbations: tuple[str, ...] = ()
    """Genes that the model has learnt to perturb, in its spelling; empty when it answers NaN for the others."""
    separator: str = "+"
    """Between genes perturbed together."""
    batch: int = 64
    """Rows in a request, at most."""
    column: Mapping[str, int] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        unknown = sorted(set(self.inputs) - set(ROLES))
        if unknown or "perturbation" not in self.inputs:
            msg = f"inputs are {', '.join(ROLES)}, `perturbation` among them; not {', '.join(unknown) or 'without it'}"
            raise ValueError(msg)
        if ("readout" in self.inputs) == bool(self.readouts):
            msg = "either the readout is an input, or `readouts` names the output's columns"
            raise ValueError(msg)
        object.__setattr__(self, "column", {name: place for place, name in enumerate(self.readouts)})

    @property
    def width(self) -> int:
        """Columns of the output."""
        return len(self.readouts) or 1

    @property
    def outputs(self) -> tuple[str, ...]:
        return (self.output, self.uncertainty) if self.uncertainty else (self.output,)

    def row(self, claim: PerturbationClaim) -> Row:
        """One text for each input, in their order."""
        context = claim.context
        said = {
            "perturbation": self.separator.join(claim.perturbed_genes),
            "readout": claim.readout,
            "cell_line": context.cell_line,
            "organism": context.organism,
            "perturbation_kind": str(context.perturbation_kind or ""),
        }
        return tuple(said[role] for role in self.inputs)

    def arrays(self, rows: Sequence[Row]) -> dict[str, Array]:
        """By tensor name, [row, 1] of text."""
        names = self.inputs.values()
        return {
            name: np.array([row[place] for row in rows], dtype=object).reshape(len(rows), 1)
            for place, name in enumerate(names)
        }

    def place(self, readout: str) -> int | None:
        """Column of a readout; None when the model does not have it."""
        return 0 if not self.readouts else self.column.get(readout)


@dataclass(frozen=True, slots=True)
class Told:
    """What a served model says of some claims, [claim]; NaN where it does not know."""

    value: npt.NDArray[np.float64]
    uncertainty: npt.NDArray[np.float64]
