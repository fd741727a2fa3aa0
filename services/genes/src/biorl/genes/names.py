"""What a nomenclature alone says: genes that are named alike often work together (RPL3 and RPL4, "proteasome 26S
subunit"), and genes of one family often lie side by side (the HOX clusters).

Sources of gene sets for genes that curated annotation has not reached.
"""

import re
from collections import defaultdict
from collections.abc import Iterable

from biorl.genes.gene_sets import Members
from biorl.genes.symbols import GeneRecord

SHORTEST_STEM = 3
_WORD = re.compile(r"[a-z0-9]{2,}")
_BAND = re.compile(r"(\w+?[pq]\d+)(\.\d+)?")
_LETTERS = re.compile(r"[A-Za-z]+")


def words_of_full_names(records: Iterable[GeneRecord]) -> Members:
    """A term for each word of at least two letters: the genes whose full name has it."""
    return _words((record.symbol, record.full_name) for record in records)


def words_of_designations(records: Iterable[GeneRecord]) -> Members:
    """The same for all the other names that a gene was given."""
    return _words((record.symbol, record.designations) for record in records)


def _words(told: Iterable[tuple[str, str]]) -> Members:
    members: dict[str, list[str]] = defaultdict(list)
    for symbol, text in told:
        for word in set(_WORD.findall(text.lower())):
            members[word].append(symbol)
    return members


def chromosome_bands(records: Iterable[GeneRecord]) -> Members:
    """A term for each band and one for each part of it that is told: 12q13.13 lies in 12q13."""
    members: dict[str, list[str]] = defaultdict(list)
    for record in records:
        if band := _BAND.match(record.location):
            for term in {band[0], band[1]}:
                members[term].append(record.symbol)
    return members


def symbol_stems(records: Iterable[GeneRecord]) -> Members:
    """A term for each beginning of letters, SHORTEST_STEM or more: NDUFA10 has NDU, NDUF and NDUFA."""
    members: dict[str, list[str]] = defaultdict(list)
    for record in records:
        letters = _LETTERS.match(record.symbol)
        for end in range(SHORTEST_STEM, (letters.end() if letters else 0) + 1):
            members[record.symbol[:end]].append(record.symbol)
    return members
