"""`ServedModel`: a world model that others serve, used by configuration alone.

GEARS, State, CPA, TranscriptFormer or an MLP of your own sits behind a `TensorModel` (KServe v2, or torch in process).
Its numbers become calibrated probabilities by an artifact that `calibrate` learns from train effects; the model itself
is not trained here. What it does not cover is an abstention, and a model that is away is a status, never a number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any

import numpy as np

from biorl.genes.symbols import Symbols
from biorl.questions.question import Claim, PerturbationClaim
from biorl.soft_verifier.domain.belief import Array, Artifact, Belief, Status, Trained
from biorl.soft_verifier.domain.coverage import Coverage, Fitted
from biorl.soft_verifier.domain.effects import TASKS, Measurements, is_own_readout, perturbation_name
from biorl.soft_verifier.domain.naming import packed_symbols, unpacked_symbols
from biorl.soft_verifier.domain.reading import OutcomeReading, doubt_of, fit_reading
from biorl.soft_verifier.domain.tensors import Row, Tensors, Told
from biorl.soft_verifier.ports import ModelRefusedError, ModelTimeoutError, ModelUnavailableError, TensorModel


@dataclass(frozen=True, slots=True)
class Behind:
    """Where a verifier's model is, and how to talk to it."""

    model: TensorModel
    tensors: Tensors
    unseen: frozenset[str] = frozenset()
    """Train perturbations that the model has not learnt from, under any of their names: it is calibrated on them. Empty
    when nobody knows."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A claim that the model covers, in the model's spelling."""

    claim: PerturbationClaim
    perturbation: str
    readout: str
    outcome: OutcomeReading


class ServedModel:
    tasks = tuple(TASKS)

    def __init__(self, artifact: Artifact, behind: Behind) -> None:
        self._behind = behind
        self._symbols = unpacked_symbols(artifact)
        self._spelling = _Spelling.of(behind.tensors, self._symbols)
        models = artifact.card["models"]
        self._lines = {entry["cell_line"].casefold(): str(entry["cell_line"]) for entry in models}
        outcomes = (
            OutcomeReading.from_artifact(artifact, f"model{place}.", TASKS[entry["task"]])
            for place, entry in enumerate(models)
        )
        self._coverage = Coverage.of(models, outcomes)

    def believe(self, claims: Sequence[Claim]) -> list[Belief]:
        prepared = [self._coverage.ask(claim, self._prepare) for claim in claims]
        asked = [each for each in prepared if isinstance(each, _Asked)]
        beliefs = iter(self._ask(asked))
        return [next(beliefs) if isinstance(each, _Asked) else each for each in prepared]

    def _ask(self, asked: Sequence[_Asked]) -> list[Belief]:
        try:
            told = ask(self._behind, [each.claim for each in asked])
        except ModelTimeoutError:
            return [Belief(Status.TIMEOUT, reason="model_timeout")] * len(asked)
        except ModelUnavailableError:
            return [Belief(Status.ERROR, reason="model_unavailable")] * len(asked)
        return _read(asked, told)

    def _prepare(self, claim: PerturbationClaim, outcome: OutcomeReading) -> _Asked | Belief:
        genes = tuple(sorted({self._symbols.normalise(gene) for gene in claim.perturbed_genes}))
        readout = self._symbols.normalise(claim.readout)
        if readout not in outcome.column:
            return Belief.abstained("readout_not_covered")
        if readout in genes:
            return Belief.abstained("readout_perturbed")
        context = replace(claim.context, cell_line=self._lines[claim.context.cell_line.casefold()])
        spelled = self._spelling.claim(replace(claim, context=context), genes, readout)
        return spelled if isinstance(spelled, Belief) else _Asked(spelled, "+".join(genes), readout, outcome)


def _read(asked: Sequence[_Asked], told: Told) -> list[Belief]:
    """The model's numbers as beliefs; those of one outcome are read together."""
    value = np.where(np.isfinite(told.value), told.value, np.nan)
    probability, baseline = np.full((2, len(asked)), np.nan)
    for outcome in {id(each.outcome): each.outcome for each in asked}.values():
        rows = [row for row, each in enumerate(asked) if each.outcome is outcome]
        names, readouts = [asked[row].perturbation for row in rows], [asked[row].readout for row in rows]
        probability[rows], baseline[rows] = outcome.believe(names, readouts, value[rows])
    doubt = doubt_of(told.uncertainty, probability)
    return [_belief(*numbers) for numbers in zip(probability.tolist(), baseline.tolist(), doubt.tolist(), strict=True)]


def _belief(probability: float, baseline: float, doubt: float) -> Belief:
    if not isfinite(probability):
        return Belief.abstained("model_does_not_know")
    return Belief.scored(probability, baseline, doubt)


@dataclass(frozen=True, slots=True)
class _Spelling:
    """Normalised symbols to what the model calls them."""

    perturbations: Mapping[str, str] | None
    """None when the model itself says what it does not know."""
    readouts: Mapping[str, str] | None

    @classmethod
    def of(cls, tensors: Tensors, symbols: Symbols) -> "_Spelling":
        perturbations = {symbols.normalise(name): name for name in tensors.perturbations}
        readouts = {symbols.normalise(name): name for name in tensors.readouts}
        return cls(perturbations or None, readouts or None)

    def names(self) -> set[str]:
        """Symbols of all that the model can be asked about."""
        return {*(self.perturbations or {}), *(self.readouts or {})}

    def claim(self, claim: PerturbationClaim, genes: Sequence[str], readout: str) -> PerturbationClaim | Belief:
        if self.perturbations is not None and not all(gene in self.perturbations for gene in genes):
            return Belief.abstained("gene_not_covered")
        if self.readouts is not None and readout not in self.readouts:
            return Belief.abstained("readout_not_covered")
        known, read = self.perturbations or {}, self.readouts or {}
        spelled = tuple([known.get(gene, gene) for gene in genes])
        return PerturbationClaim(spelled, read.get(readout, readout), claim.context, claim.outcome)


def ask(behind: Behind, claims: Sequence[PerturbationClaim]) -> Told:
    """What the model says, each distinct row once. Raises what a `TensorModel` raises."""
    tensors = behind.tensors
    rows = [tensors.row(claim) for claim in claims]
    distinct = list(dict.fromkeys(rows))
    parts = [_inferred(behind, distinct[at : at + tensors.batch]) for at in range(0, len(distinct), tensors.batch)]
    if not parts:
        return Told(np.empty(0), np.empty(0))
    value, doubt = (np.concatenate([part[which] for part in parts]) for which in (0, 1))
    row_of = {row: place for place, row in enumerate(distinct)}
    at = np.array([row_of[row] for row in rows])
    column = np.array([tensors.place(claim.readout) or 0 for claim in claims])
    return Told(value[at, column], doubt[at, column])


def _inferred(behind: Behind, rows: Sequence[Row]) -> tuple[Array, Array]:
    """(value, uncertainty), [row, column] each."""
    tensors = behind.tensors
    found = behind.model.infer(tensors.arrays(rows), tensors.outputs)
    shape = (len(rows), tensors.width)
    for name in tensors.outputs:
        if found[name].shape != shape:
            msg = f"output {name} has the shape {found[name].shape}, not {shape}: [batch, readouts]"
            raise ModelRefusedError(msg)
    value = found[tensors.output].astype(np.float64)
    doubt = found[tensors.uncertainty].astype(np.float64) if tensors.uncertainty else np.full(shape, np.nan)
    return value, doubt


def calibrate(measured: Sequence[Measurements], symbols: Symbols, behind: Behind) -> Trained:
    """Learns how to read a model's numbers, from the train rows that it covers."""
    spelling = _Spelling.of(behind.tensors, symbols)
    genes = {name for part in measured for each in part.perturbations for name in each.split("+")}
    separator = behind.tensors.separator
    unseen = {perturbation_name(tuple(name.split(separator)), symbols) for name in behind.unseen}

    def fit(part: Measurements) -> tuple[dict[str, Array], dict[str, Any]]:
        rows, claims = _answerable(part, spelling, unseen)
        told = ask(behind, claims)
        outcome, quality = fit_reading(part, rows, told.value, told.uncertainty)
        return outcome.arrays(), {"cross_validated": quality}

    made = Fitted()
    for part in measured:
        made.add(part, fit)
    genes |= {name for part in measured for name in part.readouts} | spelling.names()
    card = {"models": made.models, "left_out": made.left_out, "limits": _limits(behind)}
    card |= {"served": dict(behind.model.describe())}
    return Trained(made.arrays | packed_symbols(symbols, genes), card)


def _answerable(part: Measurements, spelling: _Spelling, unseen: set[str]) -> tuple[Array, list[PerturbationClaim]]:
    own = is_own_readout(part)
    rows: list[int] = []
    claims: list[PerturbationClaim] = []
    for row, (place, readout) in enumerate(zip(part.perturbation.tolist(), part.readout.tolist(), strict=True)):
        name = part.perturbations[place]
        if own[row] or (unseen and name not in unseen):
            continue
        genes = tuple(name.split("+"))
        asked = PerturbationClaim(genes, part.readouts[readout], part.context, part.outcome)
        spelled = spelling.claim(asked, genes, part.readouts[readout])
        if isinstance(spelled, PerturbationClaim):
            rows.append(row)
            claims.append(spelled)
    return np.array(rows, dtype=np.int64), claims


def _limits(behind: Behind) -> dict[str, str]:
    known = (
        "on perturbations that the model has not learnt from"
        if behind.unseen
        else ("on all train perturbations: where the model has learnt from them, it is less sure than it looks")
    )
    return {"calibrated": known}
