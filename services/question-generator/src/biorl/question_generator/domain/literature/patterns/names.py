"""Names that are right or wrong: genes, organisms, cell lines. Found by cue words and by lists of what is known."""

import re
from collections.abc import Iterator

from biorl.answers.spec import AnswerSpec, AnswerType
from biorl.question_generator.domain.literature.candidate import Candidate
from biorl.question_generator.domain.literature.lexicon import entries, one_of

_NOT_GENES = frozenset(entries("not_genes"))
# Letters alone are rarely a gene for sure, unless there are four of them; "N540K" and "S71" are residues.
_SYMBOL = (
    r"(?<![\w-])(?![A-Z]\d+[A-Z*]?\b)"
    r"(?P<symbol>[A-Z]{2,6}\d{1,3}[A-Z]{0,2}\d?|[A-Z]{4,6}(?<!V)|[A-Z][a-z]{1,5}\d{1,3}[a-z]?"
    r"|(?:IL|TNFSF|CD)-?\d{1,2}[A-Z]?)"
    r"(?![\w/-]|\.\d)"
)
_GENE_WORDS = re.compile(
    r"gene|mRNA|promoter|locus|utation|morphism|ariant|SNP|nock-?(?:down|out)|ilencing|eletion|xpression|oss of|"
    r"CRISPRi|ranscription"
)
"""What every cue needs, found fast."""
_GENE_CUES = (
    re.compile(rf"{_SYMBOL}\s(?:gene|mRNA|promoter|locus)\b"),
    re.compile(rf"\b(?i:mutations?|polymorphisms?|variants?|SNPs?)\sin\s(?:the\s)?{_SYMBOL}"),
    re.compile(
        rf"\b(?i:knock-?down|knock-?out|silencing|depletion|deletion|overexpression|expression|loss|CRISPRi|transcription)"
        rf"\sof\s(?:the\s)?{_SYMBOL}"
    ),
)


def find_gene(sentence: str) -> Iterator[Candidate]:
    """The one gene that the sentence names where only a gene can stand."""
    if not _GENE_WORDS.search(sentence):
        return
    symbols = {match["symbol"]: match for cue in _GENE_CUES for match in cue.finditer(sentence)}
    symbols = {symbol: match for symbol, match in symbols.items() if symbol.upper() not in _NOT_GENES}
    if len(symbols) != 1:
        return
    symbol, match = symbols.popitem()
    spec = AnswerSpec(AnswerType.GENE, symbol)
    yield Candidate(match.start("symbol"), match.end("symbol"), spec, "a gene symbol", hidden=_stem(symbol))


def _stem(symbol: str) -> tuple[str, ...]:
    """The protein written beside its gene ("Myc", "c-MYC") tells it too."""
    return tuple({symbol.upper(), symbol.capitalize(), symbol.lower()} - {symbol})


_SPECIES = frozenset(entries("species"))
_BINOMIAL = re.compile(r"\b[A-Z][a-z]{2,}\s[a-z]{3,}\b")


def find_organism(sentence: str) -> Iterator[Candidate]:
    """The one species that the sentence names in full."""
    names = {match.group(): match for match in _BINOMIAL.finditer(sentence) if match.group() in _SPECIES}
    if len(names) != 1:
        return
    name, match = names.popitem()
    genus, epithet = name.split()
    spec = AnswerSpec(AnswerType.ORGANISM, name, accepted=(f"{genus[0]}. {epithet}",))
    yield Candidate(match.start(), match.end(), spec, "a species (its Latin name)", hidden=(genus, epithet))


_CELL_LINE = re.compile(rf"(?<![\w-])(?P<line>{one_of('cell_lines')})(?=\scells?\b)")


def find_cell_line(sentence: str) -> Iterator[Candidate]:
    """The one cell line that the sentence names as cells."""
    if " cell" not in sentence:
        return
    lines = {match["line"]: match for match in _CELL_LINE.finditer(sentence)}
    if len(lines) != 1:
        return
    line, match = lines.popitem()
    joined, spaced = re.sub(r"[ -]", "", line), line.replace("-", " ")
    accepted = tuple(dict.fromkeys([joined, f"{line} cells", f"{joined} cells"]))
    spec = AnswerSpec(AnswerType.SHORT_TEXT, line, accepted=tuple(form for form in accepted if form != line))
    yield Candidate(match.start("line"), match.end("line"), spec, "a cell line", hidden=(spaced,))
