"""Whether something rose or fell: statements that measured it, without hedge, negation or a second direction."""

import re
from collections.abc import Iterator

from biorl.answers.spec import AnswerSpec, AnswerType
from biorl.question_generator.domain.literature.candidate import Candidate
from biorl.question_generator.domain.literature.patterns.quantities import SETTING

_UP = r"increased|elevated|upregulated|up-regulated|enhanced|increases|elevates|upregulates|up-regulates|enhances"
_DOWN = (
    r"decreased|reduced|downregulated|down-regulated|diminished|lowered|decreases|reduces|downregulates|down-regulates|"
    r"diminishes|lowers|declined"
)
_VERB = rf"(?P<verb>{_UP}|{_DOWN})"
_VERB_PART = re.compile(r"creas|levat|egulat|nhanc|educ|iminish|ower|eclin")
"""What every verb needs, found fast."""
_ADVERB = (
    r"(?:significantly|markedly|strongly|dramatically|substantially|greatly|robustly|drastically|considerably|"
    r"consistently|slightly|modestly|potently|remarkably|rapidly|selectively|profoundly|clearly|notably)"
)
_CAUSE = (
    r"(?:knock-?down|knock-?out|silencing|depletion|deletion|loss|overexpression|expression|inhibition|activation|treatment|"
    r"exposure|administration|injection|infection|stimulation|addition|deficiency|supplementation|mutation|CRISPRi|"
    r"CRISPRa|removal|ablation|blockade|disruption)"
)
_CAUSED = re.compile(rf"(?i:\b{_CAUSE})\s(?:of|with|by|to)\s[^,;.()]{{2,70}}?\s{_VERB}\s(?:the\s)?\w+")
"""Says itself what the change came of."""
_STATEMENTS = (
    re.compile(rf"\b(?:was|were|is|are|been)\s(?:{_ADVERB}\s)?{_VERB}\b"),
    re.compile(rf"\b{_ADVERB}\s{_VERB}\b(?!\s(?:by|in)\s\w+\s(?:compared|relative))"),
    _CAUSED,
)
_ANY_DIRECTION = re.compile(
    r"\b(?:increas\w*|decreas\w*|reduc\w*|elevat\w*|up-?regulat\w*|down-?regulat\w*|higher|lower\w*|more|less|fewer|greater|"
    r"enhanc\w*|diminish\w*|ris(?:e|es|en|ing)|rose|fall\w*|fell|drop\w*|declin\w*|augment\w*|boost\w*|improv\w*|impair\w*|"
    r"attenuat\w*|suppress\w*|stronger|weaker|larger|smaller|abolish\w*|doubl\w*|halv\w*|gain\w*|accumulat\w*|induc\w*|"
    r"inhibit\w*|repress\w*|promot\w*|worsen\w*|exacerbat\w*|shorten\w*|prolong\w*|expan\w*|shrink\w*|shrunk|high|low|"
    r"log2)\b",
    re.IGNORECASE,
)
_UNSURE = re.compile(
    r"\b(?:not|no|nor|neither|never|without|fail\w*|lack\w*|whether|may|might|could|would|should|can|if|unless|except|"
    r"hypothes\w*|expect\w*|predict\w*|possib\w*|potential\w*|suggest\w*|tend\w*|trend\w*|unchanged|similar\w*|"
    r"either|only|to determine|aim\w*|unclear|unknown|propos\w*)\b",
    re.IGNORECASE,
)
_CHEMISTRY = re.compile(r"\breduced (?:to \w+ (?:iron|ion)|and (?:loaded|alkylated)|form)")
_ASIDE = re.compile(
    r"\([^()]*\)|\b(?:especially|particularly|including|as expected|in (?:fact|addition|turn|both|particular))\b[^,;]*"
)
_SETTING = re.compile(SETTING)
_FROM_TO = re.compile(r"\bfrom\s[^.;]*\d[^.;]*\sto\s[^.;]*\d")
_PROMOTES = (
    r"promoted|promotes|stimulates|augmented|augments|potentiated|potentiates|boosted|boosts|accelerated|accelerates"
)
_INHIBITS = (
    r"inhibited|inhibits|suppressed|suppresses|attenuated|attenuates|impaired|impairs|repressed|represses|abrogated|"
    r"abrogates|abolished|abolishes"
)
_AMOUNT = (
    r"(?:expression|activity|activation|proliferation|growth|migration|invasion|apoptosis|differentiation|levels?|production|"
    r"secretion|phosphorylation|transcription|translation|survival|formation|accumulation|release|synthesis|replication|"
    r"viability|infectivity|infiltration|uptake|secretion|degradation|recruitment|regeneration|neurogenesis|angiogenesis|"
    r"adipogenesis|metastasis|inflammation|autophagy|motility|contractility|elongation|outgrowth|germination|biosynthesis)"
)
_EFFECT = re.compile(
    rf"(?<!\bto\s)\b(?P<verb>{_PROMOTES}|{_INHIBITS})\s(?!by\b|in\b)(?:(?!by\b|and\b|in\b|that\b)[\w/α-ω’'-]+\s){{0,5}}?{_AMOUNT}\b"
)
_EFFECT_PART = re.compile(
    r"promot|stimulat|ugment|otentiat|boost|celerat|nhibit|ppress|ttenuat|mpair|repress|brogat|bolish"
)
"""What every verb needs, found fast."""
# "was suppressed", "the suppressed activity", "links impaired autophagy to": nothing is done to an amount.
_PARTICIPLE = re.compile(
    rf"\b(?:is|are|was|were|been|being|be|by|the|an?|its|their|of|for|with|in|links?|and|or|as)\s(?:{_ADVERB}\s)?$"
)
# "After rigidity was increased, ..." tells what was done.
_CONDITION = re.compile(
    r"(?:^|[,;]\s|\b(?:and|but)\s)(?:after|when|whenever|if|once|as|until|while|because|since)\b[^,;]*$", re.I
)
_TENSES = {
    True: "the direction of the change: “increased” or “decreased”",
    False: "the direction of the change: “increases” or “decreases”",
}


def find_direction(sentence: str) -> Iterator[Candidate]:
    """The one direction that the sentence states."""
    if not _VERB_PART.search(sentence):
        return
    match = next((found for statement in _STATEMENTS if (found := statement.search(sentence))), None)
    if match is None or _UNSURE.search(sentence) or _FROM_TO.search(sentence) or _CHEMISTRY.search(sentence):
        return
    if _CONDITION.search(sentence[: match.start("verb")]):
        return
    verb, start, end = match["verb"], match.start("verb"), match.end("verb")
    rest = f"{sentence[:start]} {sentence[end:]}"
    if _has_another_direction(rest) or (match.re is not _CAUSED and not _SETTING.search(_ASIDE.sub("", rest))):
        return
    gold, same = ("increase", _UP) if re.fullmatch(_UP, verb) else ("decrease", _DOWN)
    hidden = (*same.split("|"), gold)
    yield Candidate(start, end, AnswerSpec(AnswerType.DIRECTION, gold), _TENSES[verb.endswith("ed")], hidden=hidden)


def _has_another_direction(rest: str) -> bool:
    """What was done to the cause (an inhibitor, an induction) does not say what came of it; a second outcome does."""
    words = {word.casefold() for word in _ANY_DIRECTION.findall(rest)}
    return bool({word for word in words if not re.match(r"inhibit|induc|repress|suppress", word)})


def find_effect(sentence: str) -> Iterator[Candidate]:
    """Whether what the sentence names promotes or inhibits something that has an amount."""
    if not _EFFECT_PART.search(sentence):
        return
    found = list(_EFFECT.finditer(sentence))
    if len(found) != 1 or _UNSURE.search(sentence):
        return
    verb, start, end = found[0]["verb"], found[0].start("verb"), found[0].end("verb")
    is_no_verb = _PARTICIPLE.search(sentence[:start]) or re.search(r"\b(?:inhibit|suppress|repress)", sentence[end:])
    rest = f"{sentence[:start]} {sentence[end:]}"
    if is_no_verb or _CONDITION.search(sentence[:start]) or _has_another_direction(rest):
        return
    gold = "increase" if re.fullmatch(_PROMOTES, verb) else "decrease"
    spec = AnswerSpec(AnswerType.DIRECTION, gold)
    yield Candidate(start, end, spec, _TENSES[verb.endswith("ed")], hidden=(verb, *_UP.split("|"), *_DOWN.split("|")))


_HIGHER, _LOWER = "higher|greater", "lower"
_COMPARED = re.compile(
    rf"\b(?:was|were|is|are)\s(?:{_ADVERB}\s|much\s|far\s)?(?P<word>{_HIGHER}|{_LOWER})\s"
    rf"(?=(?:in|among|for|at|after|during|than|compared|under|with)\b(?!\s(?:long|wide|high|deep|tall)\b))"
)
_OTHER_SIDE = re.compile(r"\b(?:than|compared|versus|vs\.?|relative to)\b")


def find_comparison(sentence: str) -> Iterator[Candidate]:
    """Which of two was higher, where the sentence names both and compares nothing else."""
    match = _COMPARED.search(sentence)
    if match is None or not _OTHER_SIDE.search(sentence) or _UNSURE.search(sentence) or _FROM_TO.search(sentence):
        return
    start, end = match.span("word")
    if _CONDITION.search(sentence[:start]) or _ANY_DIRECTION.search(f"{sentence[:start]} {sentence[end:]}"):
        return
    gold = "increase" if re.fullmatch(_HIGHER, match["word"]) else "decrease"
    hint = "the direction of the difference: “higher” or “lower”"
    yield Candidate(start, end, AnswerSpec(AnswerType.DIRECTION, gold), hint, hidden=("higher", "lower"))
