"""Whether something rose or fell: statements that measured it, without hedge, negation or a second direction."""

import re
from collections.abc import Iterator

from biorl.answers.spec import AnswerSpec, AnswerType
from biorl.question_generator.domain.literature.candidate import Candidate

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
_STATEMENTS = (
    re.compile(rf"\b(?:was|were|is|are|been)\s(?:{_ADVERB}\s)?{_VERB}\b"),
    re.compile(rf"\b{_ADVERB}\s{_VERB}\b(?!\s(?:by|in)\s\w+\s(?:compared|relative))"),
    re.compile(rf"(?i:\b{_CAUSE})\s(?:of|with|by|to)\s[^,;.()]{{2,70}}?\s{_VERB}\s(?:the\s)?\w+"),
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
_FROM_TO = re.compile(r"\bfrom\s[^.;]*\d[^.;]*\sto\s[^.;]*\d")
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
    verb, start, end = match["verb"], match.start("verb"), match.end("verb")
    rest = f"{sentence[:start]} {sentence[end:]}"
    if _has_another_direction(rest):
        return
    gold, same = ("increase", _UP) if re.fullmatch(_UP, verb) else ("decrease", _DOWN)
    hidden = (*same.split("|"), gold)
    yield Candidate(start, end, AnswerSpec(AnswerType.DIRECTION, gold), _TENSES[verb.endswith("ed")], hidden=hidden)


def _has_another_direction(rest: str) -> bool:
    """What was done to the cause (an inhibitor, an induction) does not say what came of it; a second outcome does."""
    words = {word.casefold() for word in _ANY_DIRECTION.findall(rest)}
    return bool({word for word in words if not re.match(r"inhibit|induc|repress|suppress", word)})
