"""Which molecules are held out: whole scaffolds, so that a test asks for chemistry that training has not seen.

The rule of the field, as DeepChem applies it to MoleculeNet (Bemis and Murcko's scaffolds; largest first into train,
then validation, then test; of equally large ones the one that the file names last comes first), so that what the
benchmark holds out is held out here.

Most scaffolds are of one molecule, so the order of the file decides much; and files are often sorted by what is asked
of them (BBBP's last half crosses the barrier, BACE's goes from strong to weak), so that what is held out differs from
the rest by rule. With a seed, equally large scaffolds come in an order that knows nothing of the file. Either way the
same file gives the same split.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from biorl.questions.question import Split


@dataclass(frozen=True, slots=True)
class ScaffoldRule:
    """Shares of molecules; what neither gets is train."""

    validation_share: float = 0.1
    test_share: float = 0.1
    seed: int | None = None
    """Orders scaffolds of equal size; None takes the order of the file, as DeepChem does."""

    def rank(self, scaffold: str, first_row: int) -> tuple[int, str]:
        """Of scaffolds of equal size, the greatest goes into train first."""
        if self.seed is None:
            return first_row, ""
        return 0, hashlib.sha256(f"{self.seed} {scaffold}".encode()).hexdigest()


DEFAULT_SCAFFOLD_RULE = ScaffoldRule()


def scaffold_split(scaffolds: Sequence[str], rule: ScaffoldRule) -> dict[str, Split]:
    """From scaffold to side, given the scaffold of each row in the order of the file."""
    first = {scaffold: row for row, scaffold in reversed(list(enumerate(scaffolds)))}
    sizes = dict.fromkeys(first, 0)
    for scaffold in scaffolds:
        sizes[scaffold] += 1
    not_test = 1 - rule.test_share
    room = {
        Split.TRAIN: (not_test - rule.validation_share) * len(scaffolds),
        Split.VALIDATION: not_test * len(scaffolds),
    }
    sides: dict[str, Split] = {}
    counts = {Split.TRAIN: 0, Split.VALIDATION: 0}
    for scaffold in sorted(first, key=lambda name: (sizes[name], rule.rank(name, first[name])), reverse=True):
        sides[scaffold] = side = _side(sizes[scaffold], counts, room)
        if side in counts:
            counts[side] += sizes[scaffold]
    return sides


def _side(size: int, counts: Mapping[Split, int], room: Mapping[Split, float]) -> Split:
    """The first side with room: train up to its share, validation up to both shares together."""
    if counts[Split.TRAIN] + size <= room[Split.TRAIN]:
        return Split.TRAIN
    return Split.VALIDATION if sum(counts.values()) + size <= room[Split.VALIDATION] else Split.TEST
