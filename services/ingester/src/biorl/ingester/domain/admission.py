"""Which papers may be taken in, and under what reason code the others are refused.

Retracted papers, notices about papers, papers without an allowed licence and papers without text stay out. A refusal is
a value with a code (for counting) and a detail (for reading), never an exception.
"""

import re
from dataclasses import dataclass, replace

from biorl.ingester.domain.document import Document, Licence
from biorl.ingester.domain.licences import DEFAULT_ALLOWED, SILENT, Terms, agree, family_of, recognise

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
class Catalogued:
    """What PMC's metadata says of a paper, beside what the paper says itself."""

    licence: str = ""
    """SPDX name; empty when it names none."""
    is_retracted: bool = False
    is_open_access: bool = True
    is_scanned: bool = False
    """Its text was recognised from scanned pages."""


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
    catalogued: Catalogued | None = None
    tables_left_out: tuple[str, ...] = ()
    """Why, for each table that is not in the document."""
    sections_left_out: tuple[str, ...] = ()
    """Their headings."""


@dataclass(frozen=True, slots=True)
class Refusal:
    code: str
    """`retracted`, `notice`, `not_open_access`, `scanned`, `no_text`, `superseded`, `licence_unknown`,
    `licence_disputed`, `licence_not_allowed`.
    """
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """What the operator allows."""

    licences: tuple[str, ...] = DEFAULT_ALLOWED
    """Families: "CC0", "CC-BY", "CC-BY-SA", "CC-BY-NC", "PD" ..."""


def admit(submission: Submission, policy: Policy, declared: str = "") -> Document | Refusal:
    """The document with its licence, or why not. `declared` is the SPDX name for papers that say nothing themselves."""
    if refusal := _refusal_of(submission):
        return refusal
    licence = _licence_of(submission, declared)
    if isinstance(licence, Refusal):
        return licence
    if family_of(licence.spdx) not in policy.licences:
        return Refusal("licence_not_allowed", licence.spdx)
    if not submission.document.sections:
        return Refusal("no_text")
    return replace(submission.document, licence=licence)


def _refusal_of(submission: Submission) -> Refusal | None:
    """What no licence could make good."""
    document, listed = submission.document, submission.catalogued
    if document.article_type in NOTICES or _NOTICE_TITLE.match(document.title):
        return Refusal("notice", document.article_type or document.title[:80])
    if reason := retraction_of(submission):
        return Refusal("retracted", reason)
    if listed and not listed.is_open_access:
        return Refusal("not_open_access", "PMC's metadata says so")
    if listed and listed.is_scanned:
        return Refusal("scanned", "PMC's metadata says so")
    return None


def _licence_of(submission: Submission, declared: str) -> Licence | Refusal:
    """The paper's own word; where it has none, the catalogue's, then the operator's. Two words must be the same."""
    terms, listed = submission.terms, submission.catalogued.licence if submission.catalogued else ""
    own = recognise(terms)
    if own and listed and not agree(own.spdx, listed):
        return Refusal("licence_disputed", f"the article says {own.spdx}, PMC's metadata {listed}")
    if own:
        return own
    if listed and terms.leaves_use_open:
        return Licence(listed, "metadata")
    if declared and terms.is_silent:
        return Licence(declared, "metadata")
    return Refusal("licence_unknown", terms.words[:200])


def retraction_of(submission: Submission) -> str:
    """Why the paper is retracted, by its own account or PMC's; empty when it is not.

    A notice may bear the title "Retracted: ..." of the paper that it takes back, and is not retracted itself.
    """
    if submission.document.article_type in NOTICES:
        return ""
    own, listed = _own_retraction(submission), submission.catalogued
    if own:
        return f"{own}, though PMC's metadata does not say so" if listed and not listed.is_retracted else own
    return "PMC's metadata says so, the article does not" if listed and listed.is_retracted else ""


def _own_retraction(submission: Submission) -> str:
    if submission.retracted:
        return submission.retracted
    if submission.document.article_type in RETRACTED_TYPES:
        return f"article type {submission.document.article_type}"
    return "its title says so" if _RETRACTED_TITLE.match(submission.document.title) else ""
