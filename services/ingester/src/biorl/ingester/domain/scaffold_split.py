"""Which molecules are held out: whole scaffolds, so that a test asks for chemistry that training has not seen.

The rule of the field (Bemis and Murcko's scaffolds; largest first into train, then validation, then test), without any
chance in it: equal molecules give equal splits, in any order of rows.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from biorl.questions.question import Split


@dataclass(frozen=True, slots=True)
class ScaffoldRule:
    """Shares of molecules; what neither gets is train."""

    validation_share: float = 0.1
    test_share: float = 0.1


DEFAULT_SCAFFOLD_RULE = ScaffoldRule()


def scaffold_split(scaffolds: Mapping[str, str], rule: ScaffoldRule) -> dict[str, Split]:
    """From molecule to side, given each molecule's scaffold. A scaffold is never on two sides."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for molecule, scaffold in scaffolds.items():
        groups[scaffold].append(molecule)
    not_test = (1 - rule.test_share) * len(scaffolds)
    room = {Split.TRAIN: not_test - rule.validation_share * len(scaffolds), Split.VALIDATION: not_test}
    sides: dict[str, Split] = {}
    counts = {Split.TRAIN: 0, Split.VALIDATION: 0}
    for scaffold in sorted(groups, key=lambda name: (-len(groups[name]), name)):
        side = _side(len(groups[scaffold]), counts, room)
        if side in counts:
            counts[side] += len(groups[scaffold])
        sides |= dict.fromkeys(groups[scaffold], side)
    return sides


def _side(size: int, counts: Mapping[Split, int], room: Mapping[Split, float]) -> Split:
    """The first side with room: train up to its share, validation up to both shares together."""
    if counts[Split.TRAIN] + size <= room[Split.TRAIN]:
        return Split.TRAIN
    return Split.VALIDATION if sum(counts.values()) + size <= room[Split.VALIDATION] else Split.TEST
