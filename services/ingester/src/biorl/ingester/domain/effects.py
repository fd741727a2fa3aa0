"""Measured effects of perturbations, and how often each readout responds in training.

The rates are what lets a question writer balance within a readout gene without seeing the whole screen. They are
computed over TRAIN perturbations only: a held-out row never reaches them.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace

from biorl.questions.identity import digest
from biorl.questions.question import Context, Split


@dataclass(frozen=True, slots=True)
class Dataset:
    name: str
    digest: str
    """SHA-256 (hex) of the files that it was read from."""
    licence: str = ""
    num_perturbations: int = 0
    benchmarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadoutEffect:
    readout: str
    differentially_expressed: bool | None = None
    """None when the source gives directions only."""
    direction: int = 0
    """+1 up, -1 down, 0 not changed or not measured."""
    log2_fold_change: float | None = None
    adjusted_p_value: float | None = None
    train_response_rate: float | None = None
    train_up_rate: float | None = None


@dataclass(frozen=True, slots=True)
class PerturbationEffects:
    """All that one screen measured of one perturbation in one context."""

    dataset: Dataset
    context: Context
    perturbed_genes: tuple[str, ...]
    split: Split
    readouts: tuple[ReadoutEffect, ...]
    id: str = ""

    @property
    def key(self) -> str:
        kind = self.context.perturbation_kind or ""
        return f"{self.dataset.name}|{self.context.cell_line}|{kind}|{'+'.join(self.perturbed_genes)}"


def finished(effects: Sequence[PerturbationEffects]) -> list[PerturbationEffects]:
    """A whole dataset with train rates, its size and content digests as ids."""
    rates = _train_rates(effects)
    sized = [replace(item, dataset=replace(item.dataset, num_perturbations=len(effects))) for item in effects]
    return [_identified(_rated(item, rates)) for item in sized]


def _train_rates(effects: Iterable[PerturbationEffects]) -> dict[tuple[str, str], tuple[float | None, float | None]]:
    """(cell line, readout) to the share that responds, and the share of those that rises."""
    asked: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for item in effects:
        if item.split is not Split.TRAIN:
            continue
        for effect in item.readouts:
            counts = asked[item.context.cell_line, effect.readout]
            if effect.differentially_expressed is not None:
                counts[0] += 1
                counts[1] += effect.differentially_expressed
            if effect.direction:
                counts[2] += 1
                counts[3] += effect.direction > 0
    return {key: (_share(c[1], c[0]), _share(c[3], c[2])) for key, c in asked.items()}


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _rated(
    item: PerturbationEffects, rates: dict[tuple[str, str], tuple[float | None, float | None]]
) -> PerturbationEffects:
    none = (None, None)
    known = [rates.get((item.context.cell_line, effect.readout), none) for effect in item.readouts]
    readouts = tuple(
        replace(effect, train_response_rate=rate[0], train_up_rate=rate[1])
        for effect, rate in zip(item.readouts, known, strict=True)
    )
    return replace(item, readouts=readouts)


def _identified(item: PerturbationEffects) -> PerturbationEffects:
    return replace(item, id=digest(asdict(replace(item, id=""))))
