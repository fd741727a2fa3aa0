"""Which papers may be taken in, and under what reason code the others are refused.

Retracted papers, notices about papers, papers without an allowed licence and papers without text stay out. A refusal is
a value with a code (for counting) and a detail (for reading), never an exception.
"""

import re
from dataclasses import dataclass, replace

from biorl.ingester.domain.document import Document, Licence
from biorl.ingester.domain.licences import DEFAULT_ALLOWED, SILENT, Terms, family_of, recognise

NOTICES = frozenset(
    {
        "addendum", "clarification", "correction", "corrigendum", "erratum", "expression-of-concern",
        "partial-retraction", "published-erratum", "reinstatement", "removal", "retraction", "withdrawal",
    }
)  # fmt: skip
"""Article types that speak about another paper's standing."""
RETRACTING = frozenset({"partial-retraction", "removal", "retraction", "withdrawal"})
"""Notices that take a paper back. A part retracted is enough: nobody says which questions it would spare."""
RETRACTED_TYPES = frozenset({"retracted-article", "retracted"})
_RETRACTED_TITLE = re.compile(r"[\W_]*(?:(?:RETRACTED|WITHDRAWN)\b|(?:[Rr]etracted|[Ww]ithdrawn)(?: article)?\s*:)")
_NOTICE_TITLE = re.compile(
    r"\W*(?:retraction(?: note| notice)?|expression of concern|erratum|corrigendum|(?:author |publisher )?correction)"
    r"(?:\s*(?::|to:)|\s+to\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Submission:
    """A paper as it was handed in, before anybody judged it."""

    document: Document
    """Its licence is still empty."""
    terms: Terms = SILENT
    retracted: str = ""
    """Why its own metadata says that it is retracted; empty when it does not say so."""
    retracts: tuple[str, ...] = ()
    """Aliases of the papers that this one, a notice, takes back."""
    date: str = ""
    """ISO date of publication; empty when unknown."""


@dataclass(frozen=True, slots=True)
class Refusal:
    code: str
    """`retracted`, `notice`, `licence_unknown`, `licence_not_allowed`, `no_text`, `superseded`, `unreadable`."""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """What the operator allows."""

    licences: tuple[str, ...] = DEFAULT_ALLOWED
    """Families: "CC0", "CC-BY", "CC-BY-SA", "CC-BY-NC", "PD" ..."""


def admit(submission: Submission, policy: Policy, declared: str = "") -> Document | Refusal:
    """The document with its licence, or why not. `declared` is the SPDX name for papers that say nothing themselves."""
    document = submission.document
    if document.article_type in NOTICES or _NOTICE_TITLE.match(document.title):
        return Refusal("notice", document.article_type or document.title[:80])
    if reason := retraction_of(submission):
        return Refusal("retracted", reason)
    licence = recognise(submission.terms)
    if licence is None and declared and submission.terms.is_silent:
        licence = Licence(declared, "metadata")
    if licence is None:
        return Refusal("licence_unknown", submission.terms.words[:200])
    if family_of(licence.spdx) not in policy.licences:
        return Refusal("licence_not_allowed", licence.spdx)
    if not document.sections:
        return Refusal("no_text")
    return replace(document, licence=licence)


def retraction_of(submission: Submission) -> str:
    """Why the paper is retracted by its own account; empty when it is not.

    A notice may bear the title "Retracted: ..." of the paper that it takes back, and is not retracted itself.
    """
    if submission.document.article_type in NOTICES:
        return ""
    if submission.retracted:
        return submission.retracted
    if submission.document.article_type in RETRACTED_TYPES:
        return f"article type {submission.document.article_type}"
    return "its title says so" if _RETRACTED_TITLE.match(submission.document.title) else ""
