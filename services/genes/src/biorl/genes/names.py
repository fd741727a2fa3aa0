"""What names alone say: genes that are named alike often work together (RPL3 and RPL4, "proteasome 26S subunit").

Two sources of gene sets from a nomenclature, for genes that curated annotation has not reached.
"""

import re
from collections import defaultdict
from collections.abc import Iterable

from biorl.genes.gene_sets import Members
from biorl.genes.symbols import GeneRecord

_WORD = re.compile(r"[a-z0-9]{2,}")
_LETTERS = re.compile(r"[A-Za-z]+")


def words_of_full_names(records: Iterable[GeneRecord]) -> Members:
    """A term for each word of at least two letters: the genes whose full name has it."""
    members: dict[str, list[str]] = defaultdict(list)
    for record in records:
        for word in set(_WORD.findall(record.full_name.lower())):
            members[word].append(record.symbol)
    return members


def symbol_stems(records: Iterable[GeneRecord], shortest: int = 3) -> Members:
    """A term for each beginning of at least `shortest` letters before the first digit: NDUFA10 has NDU, NDUF, NDUFA."""
    members: dict[str, list[str]] = defaultdict(list)
    for record in records:
        letters = _LETTERS.match(record.symbol)
        for end in range(shortest, (letters.end() if letters else 0) + 1):
            members[record.symbol[:end]].append(record.symbol)
    return members
