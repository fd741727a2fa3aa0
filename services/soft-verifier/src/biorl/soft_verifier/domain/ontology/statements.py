"""Which terms a text says of which gene.

A term belongs to the genes that were named last before it in its sentence ("AARS1 and SARS1 charge tRNA" names two);
before the first name, to the first. A sentence that names none of the genes asked about goes on about those of the
sentence before, unless it names another gene. What is denied ("is not involved in DNA repair") is not said, even where
it is claimed as well; a question says nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from biorl.soft_verifier.domain.ontology.term_names import TermNames
from biorl.soft_verifier.domain.ontology.words import NOTHING, sentences, stem, words

DENIALS = frozenset(
    {
        "not", "no", "never", "neither", "nor", "without", "lack", "lacks", "lacking", "unrelated", "cannot", "isn't",
        "aren't", "doesn't", "don't", "didn't", "wasn't", "can't", "false", "untrue", "wrong", "fails", "fail",
        "hardly", "unlikely", "independent", "independently", "excluded",
    }
)  # fmt: skip
DENIAL_REACH = 8
"""Stems after a denial that it still denies."""
NAMED_TOGETHER = 3
"""Words between two names that make them one subject."""


@dataclass(frozen=True, slots=True)
class _Sentence:
    text: list[str]
    """Stems."""
    names: list[tuple[int, str]]
    """(position, gene) of the genes asked about."""
    names_another: bool
    denials: list[int]
    """Positions."""


def statements(
    text: str, genes: Sequence[str], normalise: Callable[[str], str | None], terms: TermNames
) -> dict[str, set[int]]:
    """From each gene to the terms that the text says of it.

    `normalise` gives the symbol that a word of the text means, and None for a word that is no gene.
    """
    told: dict[str, set[int]] = defaultdict(set)
    denied: dict[str, set[int]] = defaultdict(set)
    subject: tuple[str, ...] = ()
    for sentence in sentences(text):
        read = _read(sentence, frozenset(genes), normalise)
        if not read.names and read.names_another:
            continue
        for at, term in terms.find(read.text) if not sentence.rstrip().endswith("?") else ():
            kept = denied if _denied(at, read.denials) else told
            for gene in _subject_at(at, read, subject):
                kept[gene].add(term)
        subject = _subject_at(len(read.text), read, subject)
    return {gene: left for gene, said in told.items() if (left := said - denied[gene])}


def _read(sentence: str, genes: frozenset[str], normalise: Callable[[str], str | None]) -> _Sentence:
    read = _Sentence([], [], False, [])
    another = False
    for word in words(sentence):
        gene = normalise(word)
        if gene in genes:
            read.names.append((len(read.text), str(gene)))
        elif gene is not None:
            another = True
        if word.lower() in DENIALS:
            read.denials.append(len(read.text))
        read.text.extend(stem(part) for part in word.split("-") if part.lower() not in NOTHING)
    return _Sentence(read.text, read.names, another, read.denials)


def _denied(at: int, denials: Sequence[int]) -> bool:
    return any(0 < at - denial <= DENIAL_REACH for denial in denials)


def _subject_at(at: int, read: _Sentence, before: tuple[str, ...]) -> tuple[str, ...]:
    """The genes that a term at this position is said of."""
    if not read.names:
        return before
    groups: list[list[tuple[int, str]]] = []
    for name in read.names:
        if groups and name[0] - groups[-1][-1][0] <= NAMED_TOGETHER:
            groups[-1].append(name)
        else:
            groups.append([name])
    said = [group for group in groups if group[0][0] <= at]
    return tuple(gene for _, gene in (said[-1] if said else groups[0]))
