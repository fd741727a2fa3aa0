"""From measured numbers to labels, and from a perturbation's name to its genes and its side of the split."""

import hashlib
import math
from dataclasses import dataclass

from biorl.questions.question import PerturbationKind, Split

CONTROL_LABELS = frozenset(
    {
        "control", "controls", "ctrl", "dmso", "mock", "neg", "negative control", "non targeting", "nontargeting", "nt",
        "ntc", "safe targeting", "scramble", "scrambled", "unperturbed", "unstimulated", "untreated", "vehicle", "wt",
    }
)  # fmt: skip
"""What the field writes for "nothing was perturbed", in lower case with hyphens and underscores as spaces."""
KIND_WORDS = {
    "crispri": PerturbationKind.CRISPRI,
    "crispra": PerturbationKind.CRISPRA,
    "crispr": PerturbationKind.KNOCKOUT,
    "crispr ko": PerturbationKind.KNOCKOUT,
    "crispr cas9": PerturbationKind.KNOCKOUT,
    "knockout": PerturbationKind.KNOCKOUT,
    "ko": PerturbationKind.KNOCKOUT,
    "overexpression": PerturbationKind.OVEREXPRESSION,
    "oe": PerturbationKind.OVEREXPRESSION,
    "compound": PerturbationKind.COMPOUND,
    "drug": PerturbationKind.COMPOUND,
    "chemical": PerturbationKind.COMPOUND,
}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a readout counts as changed: both must hold."""

    max_adjusted_p: float = 0.05
    min_abs_log2fc: float = math.log2(1.5)


@dataclass(frozen=True, slots=True)
class SplitRule:
    """Which perturbations are held out, where the data do not say."""

    test_share: float = 0.2
    validation_share: float = 0.0
    seed: int = 0


DEFAULT_THRESHOLDS = Thresholds()
DEFAULT_SPLIT = SplitRule()


def label(log2fc: float | None, adjusted_p: float | None, thresholds: Thresholds) -> tuple[bool | None, int]:
    """(changed, direction). Significant but small is neither a case nor a control: (None, 0)."""
    if adjusted_p is None:
        return None, 0
    if adjusted_p > thresholds.max_adjusted_p:
        return False, 0
    if log2fc is None:
        return True, 0
    if abs(log2fc) < thresholds.min_abs_log2fc:
        return None, 0
    return True, 1 if log2fc > 0 else -1


def genes_of(name: str, separator: str = "+") -> tuple[str, ...]:
    """The genes perturbed together, sorted; control words fall out ("KLF1+ctrl" is KLF1). Empty for a control."""
    parts = (part.strip() for part in (name.split(separator) if separator else [name]))
    return tuple(sorted({part for part in parts if part and not is_control(part)}))


def is_control(name: str) -> bool:
    return _plain(name) in CONTROL_LABELS


def kind_of(word: str) -> PerturbationKind | None:
    return KIND_WORDS.get(_plain(word))


def split_of(perturbed_genes: tuple[str, ...], rule: SplitRule) -> Split:
    """By digest of the genes, so that a perturbation is on the same side in every cell line and on every machine."""
    text = f"{rule.seed}|{'+'.join(sorted(perturbed_genes))}"
    place = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") / 2**64
    if place < rule.test_share:
        return Split.TEST
    return Split.VALIDATION if place < rule.test_share + rule.validation_share else Split.TRAIN


def _plain(word: str) -> str:
    return " ".join(word.lower().replace("-", " ").replace("_", " ").split())
