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
    r"(?![\w/-]|\.\d|\sgenes?\s\d)"
)
_ANY_SYMBOL = re.compile(r"[A-Z]{4}|[A-Za-z]-?\d")
"""What every symbol needs, found fast."""
_GENE_WORDS = re.compile(
    r"gene|mRNA|promoter|locus|utation|morphism|ariant|SNP|nock-?(?:down|out)|ilencing|eletion|xpression|oss of|"
    r"CRISPRi|ranscription|eficien|null|epleted|the\s|[-−–]/[-−–]"
)
"""What every cue needs, found fast."""
_ONE_SYMBOL = re.compile(_SYMBOL)
_GENE_CUES = (
    re.compile(
        rf"{_SYMBOL}\s(?:gene|mRNA|promoter|expression|knock-?down|knock-?out|overexpression|deficiency|deletion)\b"
    ),
    re.compile(
        rf"\bthe\s(?:[\w-]+\s){{0,3}}(?:transcription factor|cytokine|chemokine|co-?receptor|receptor|kinase|"
        rf"ligase|phosphatase|"
        rf"protease|adaptor|transporter|channel|tumou?r suppressor|oncogene|marker|histone demethylase|"
        rf"repressor|corepressor|"
        rf"coactivator|methyltransferase|acetyltransferase|deacetylase|GTPase|integrin|ligand)\s{_SYMBOL}"
    ),
    re.compile(rf"{_SYMBOL}(?=[-−–](?:deficient|null|knock-?out|depleted|overexpressing)|\s?[-−–]/[-−–])"),
    re.compile(rf"\b(?i:mutations?|polymorphisms?|variants?|SNPs?)\sin\s(?:the\s)?{_SYMBOL}"),
    re.compile(
        rf"\b(?i:knock-?down|knock-?out|silencing|depletion|deletion|overexpression|expression|loss|CRISPRi|transcription)"
        rf"\sof\s(?:the\s)?{_SYMBOL}"
    ),
)


def find_gene(sentence: str) -> Iterator[Candidate]:
    """The one gene that the sentence names where only a gene can stand."""
    if not _ANY_SYMBOL.search(sentence) or not _GENE_WORDS.search(sentence):
        return
    if not _ONE_SYMBOL.search(sentence):
        return
    symbols = {match["symbol"]: match for cue in _GENE_CUES for match in cue.finditer(sentence)}
    symbols = {symbol: match for symbol, match in symbols.items() if symbol.upper() not in _NOT_GENES}
    if len(symbols) != 1:
        return
    symbol, match = symbols.popitem()
    before = sentence[: match.start("symbol")]
    if _EXAMPLE.search(before) or _LISTED.search(before) or _LIST.match(sentence, match.end("symbol")):
        return
    # The paper may be about people or mice: without its species, no way of writing the symbol is the wrong one.
    accepted = tuple(sorted({symbol.upper(), symbol.capitalize()} - {symbol}))
    spec = AnswerSpec(AnswerType.GENE, symbol, accepted=accepted)
    yield Candidate(
        match.start("symbol"), match.end("symbol"), spec, "the symbol of a gene or its protein", hidden=_stem(symbol)
    )


_LIST = re.compile(r"\sand\sother\b|,\s(?:and\s)?[\w-]*[A-Z\d][\w-]*(?:,|\sand\b|\.|\s\w)")
_LISTED = re.compile(r"[A-Z\d][\w-]*,\s(?:and\s|or\s)?$|[A-Z\d][\w-]*,\s[^,.;]{0,30}\s(?:and|or)\s$")
"""One of many in a row: any of them would do."""
_EXAMPLE = re.compile(
    r"\b(?:such as|e\.g\.,?|for (?:example|instance),?|like|including)\s(?:the\s)?(?:[a-z-]+\s){0,3}$"
)
"""One example of many: others would do as well."""


def _stem(symbol: str) -> tuple[str, ...]:
    """The protein written beside its gene ("Myc", "c-MYC") tells it too."""
    return tuple({symbol.upper(), symbol.capitalize(), symbol.lower()} - {symbol})


_COMPOUND = re.compile(
    r"\bthe\s(?P<kind>(?:(?!of\b|and\b|or\b|in\b|to\b)[\w/-]+\s){1,4}?(?:inhibitor|antagonist|agonist|activator|blocker|"
    r"chelator|antibiotic|ionophore))\s(?P<name>[A-Z][A-Za-z]*-?\d[\w-]{2,}|[a-z]{3,}(?:mycin|cycline|cillin|floxacin|tinib|mab|azole|"
    r"statin|amide|idine|afil|oprost|olol|sartan|parib|ciclib|zomib|xaban|stat|imus|one|ine|ide|ate|oid|in))(?![\w/-])"
)


_COMPOUND_WORDS = re.compile(r"(?:inhibit|agonist|antagonist|activat|block|chelat|antibiotic|ionophore)o?r?\s")


def find_compound(sentence: str) -> Iterator[Candidate]:
    """The one compound that the sentence names right after saying what it does."""
    if not _COMPOUND_WORDS.search(sentence):
        return
    found = list(_COMPOUND.finditer(sentence))
    if len(found) != 1 or re.match(r"\s?(?:,|and|or|\(|plus|together|with|[A-Z]\d*\b)", sentence[found[0].end() :]):
        return
    match = found[0]
    joined = match["name"].replace("-", "")
    accepted = (joined,) if joined != match["name"] else ()
    spec = AnswerSpec(AnswerType.SHORT_TEXT, match["name"], accepted=accepted)
    yield Candidate(match.start("name"), match.end("name"), spec, "the name of the compound", hidden=(joined,))


_SPECIES = frozenset(entries("species"))
_BINOMIAL = re.compile(r"\b[A-Z][a-z]{2,}\s[a-z]{3,}\b")


def find_organism(sentence: str) -> Iterator[Candidate]:
    """The one species that the sentence names in full."""
    names = {match.group(): match for match in _BINOMIAL.finditer(sentence) if match.group() in _SPECIES}
    if len(names) != 1:
        return
    name, match = names.popitem()
    if _EXAMPLE.search(sentence[: match.start()]):
        return
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
