"""Measured effects of perturbations, and what only the whole dataset can tell about them.

A reader measures one perturbation at a time (`Measured`); `assemble` adds how often each readout responds among the
TRAIN perturbations of its context, the size of the dataset, and content digests as ids. A held-out row never reaches
the rates.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from biorl.questions.question import Context, Split

MAX_READOUTS = 6_000
"""More readouts of one perturbation become several PerturbationEffects, so that each fits a message of the bus."""


@dataclass(frozen=True, slots=True)
class Dataset:
    name: str
    """"perturbqa/k562"; stable over versions."""
    digest: str
    """SHA-256 (hex) of the files that it was read from."""
    licence: str = ""
    num_perturbations: int = 0
    """How many PerturbationEffects there are in all."""
    benchmarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadoutEffect:
    readout: str
    differentially_expressed: bool | None = None
    """None when the source does not say: it gives directions only, or the evidence is neither for nor against."""
    direction: int = 0
    """+1 up, -1 down, 0 not changed or not measured."""
    log2_fold_change: float | None = None
    adjusted_p_value: float | None = None
    train_response_rate: float | None = None
    """Share of the train perturbations of this context, asked about this readout, that change it; None without any."""
    train_up_rate: float | None = None
    """Share of those that raise it among those that change it in a known direction; None without any."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One perturbation in one context, before the rest of the dataset is known."""

    context: Context
    perturbed_genes: tuple[str, ...]
    split: Split
    readouts: tuple[ReadoutEffect, ...]


@dataclass(frozen=True, slots=True)
class PerturbationEffects:
    """All that one screen measured of one perturbation in one context."""

    id: str
    """SHA-256 (hex) of everything else."""
    dataset: Dataset
    context: Context
    perturbed_genes: tuple[str, ...]
    split: Split
    readouts: tuple[ReadoutEffect, ...]

    @property
    def key(self) -> str:
        """Dataset, context and perturbation: what stays when the dataset is measured anew."""
        place = (self.context.organism, self.context.cell_line, self.context.perturbation_kind or "")
        return "|".join((self.dataset.name, *place, "+".join(self.perturbed_genes)))


@dataclass(frozen=True, slots=True)
class _Rates:
    response: float | None
    up: float | None


def assemble(dataset: Dataset, measured: Sequence[Measured]) -> Iterator[PerturbationEffects]:
    """In order of context and perturbation, whatever the order of the rows was. Rates come from TRAIN rows alone."""
    parts = [part for item in sorted(measured, key=_order) for part in _parts(item)]
    complete = replace(dataset, num_perturbations=len(parts))
    rates = _rates(parts)
    for part in parts:
        known = rates[part.context]
        readouts = tuple(_with_rates(effect, known.get(effect.readout)) for effect in part.readouts)
        yield _identified(complete, replace(part, readouts=readouts))


def _order(item: Measured) -> tuple[str, str, str, tuple[str, ...], str]:
    context = item.context
    return (context.organism, context.cell_line, context.perturbation_kind or "", item.perturbed_genes, item.split)


def _parts(item: Measured) -> Iterator[Measured]:
    for start in range(0, len(item.readouts), MAX_READOUTS):
        yield replace(item, readouts=item.readouts[start : start + MAX_READOUTS])


def _rates(measured: Sequence[Measured]) -> defaultdict[Context, dict[str, _Rates]]:
    asked: defaultdict[Context, defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0, 0, 0]))
    for item in measured:
        if item.split is Split.TRAIN:
            for effect in item.readouts:
                _count(asked[item.context][effect.readout], effect)
    rates: defaultdict[Context, dict[str, _Rates]] = defaultdict(dict)
    for context, counts in asked.items():
        for readout, (known, changed, directed, up) in counts.items():
            rates[context][readout] = _Rates(changed / known if known else None, up / directed if directed else None)
    return rates


def _count(counts: list[int], effect: ReadoutEffect) -> None:
    """Known, changed, with a direction, up."""
    counts[0] += effect.differentially_expressed is not None
    counts[1] += effect.differentially_expressed is True
    counts[2] += effect.direction != 0
    counts[3] += effect.direction > 0


def _with_rates(effect: ReadoutEffect, rates: _Rates | None) -> ReadoutEffect:
    return ReadoutEffect(
        effect.readout,
        effect.differentially_expressed,
        effect.direction,
        effect.log2_fold_change,
        effect.adjusted_p_value,
        rates.response if rates else None,
        rates.up if rates else None,
    )


def _identified(dataset: Dataset, item: Measured) -> PerturbationEffects:
    """Written out by hand: `dataclasses.asdict` takes minutes for a genome-wide screen."""
    content = [
        [dataset.name, dataset.digest, dataset.licence, dataset.num_perturbations, dataset.benchmarks],
        [item.context.organism, item.context.cell_line, item.context.perturbation_kind],
        [item.perturbed_genes, item.split],
        [_fields(effect) for effect in item.readouts],
    ]
    identity = hashlib.sha256(json.dumps(content, separators=(",", ":")).encode()).hexdigest()
    return PerturbationEffects(identity, dataset, item.context, item.perturbed_genes, item.split, item.readouts)


def _fields(effect: ReadoutEffect) -> tuple[str | bool | int | float | None, ...]:
    return (
        effect.readout,
        effect.differentially_expressed,
        effect.direction,
        effect.log2_fold_change,
        effect.adjusted_p_value,
        effect.train_response_rate,
        effect.train_up_rate,
    )
