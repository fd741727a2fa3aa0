"""Which papers may be used. Every refusal has a reason code.

By default CC0 and CC BY: what is made from a paper under them may be redistributed. NC, ND and SA are refused whatever
else the text says, and so is a paper without a licence that we recognise.
"""

import re
from collections.abc import Collection

from biorl.ingester.domain.documents import Document, Licence

DEFAULT_LICENCES = ("CC0-1.0", "CC-BY")
NOTICES = frozenset(
    {
        "retraction",
        "correction",
        "expression-of-concern",
        "addendum",
        "partial-retraction",
        "corrected-article",
        "reply",
    }
)
_CC_URL = re.compile(
    r"creativecommons\.org/(?:licenses/(by(?:-nc)?(?:-nd|-sa)?)/(\d\.\d)|(publicdomain)/(zero|mark)/(\d\.\d))", re.I
)
_RESTRICTED = re.compile(
    r"non[\s-]?commercial|no[\s-]?deriv|share[\s-]?alike|\bby-nc|\bcc[\s-]by[\s-](?:nc|nd|sa)", re.I
)
_BY_WORDS = re.compile(r"creative\s+commons\s+attribution|\bcc[\s-]by\b", re.I)
_FREE_WORDS = re.compile(r"\bcc0\b|public\s+domain|creative\s+commons\s+zero", re.I)
_RETRACTED_TITLE = re.compile(r"^\s*(?:\W*)retract(?:ed|ion)\b", re.I)


def recognise(urls: Collection[str], words: str) -> Licence:
    """From licence addresses first, then from the words of the licence statement."""
    if _RESTRICTED.search(words):
        return Licence("CC-BY-restricted", "words")
    for url in urls:
        if found := _CC_URL.search(url):
            return Licence(_spdx(found), "url")
    if _BY_WORDS.search(words):
        return Licence("CC-BY", "words")
    return Licence("CC0-1.0", "words") if _FREE_WORDS.search(words) else Licence()


def _spdx(found: re.Match[str]) -> str:
    if found[3]:
        return "CC0-1.0" if found[4].lower() == "zero" else "CC-PDM-1.0"
    return f"CC-{found[1].upper()}-{found[2]}"


def refusal(document: Document, licences: Collection[str], retracted: Collection[str]) -> str:
    """Why the paper may not be used; empty when it may. `retracted` holds names of papers ("pmid:17177604")."""
    if document.article_type in NOTICES:
        return "notice"
    if _RETRACTED_TITLE.match(document.title) or any(name in retracted for name in document.names):
        return "retracted"
    if not document.licence.spdx:
        return "licence_unknown"
    if not any(_is(document.licence.spdx, allowed) for allowed in licences):
        return "licence_not_allowed"
    if not any(section.paragraphs for section in document.sections):
        return "no_text"
    return ""


def _is(spdx: str, allowed: str) -> bool:
    """ "CC-BY" allows every version of it, and nothing more restricted."""
    return spdx == allowed or re.fullmatch(re.escape(allowed) + r"-\d\.\d", spdx) is not None
