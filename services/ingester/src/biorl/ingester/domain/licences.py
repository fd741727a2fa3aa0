"""Under which licence a paper says it may be used.

An address outranks words, because words are often loose ("Creative Commons Attribution License" names no version). A
restriction outranks both: a paper that links CC BY and speaks of non-commercial use is not CC BY.
"""

import re
from dataclasses import dataclass

from biorl.ingester.domain.document import Licence

DEFAULT_ALLOWED = ("CC0", "CC-BY")
"""Families that may be used: a question may be a derivative and is redistributed."""

_URL = re.compile(
    r"creativecommons\.org/(?:licenses/(?P<kind>by(?:-nc|-nd|-sa)*)|publicdomain/(?P<public>zero|mark))(?:/(?P<version>\d\.\d))?",
    re.IGNORECASE,
)
_RESTRICTED = {
    "NC": re.compile(r"\bnon[\s-]?commercial|\bcc[\s-]by[\s-]nc", re.IGNORECASE),
    "ND": re.compile(r"\bno[\s-]?deriv|\bcc[\s-]by(?:[\s-]nc)?[\s-]nd\b", re.IGNORECASE),
    "SA": re.compile(r"\bshare[\s-]?alike|\bcc[\s-]by(?:[\s-]nc)?[\s-]sa\b", re.IGNORECASE),
}  # fmt: skip
_CC0 = re.compile(r"\bcc[\s-]?0\b|creative commons (?:cc0 )?public domain|public domain dedication", re.IGNORECASE)
_CC_BY = re.compile(r"\bcreative commons attribution\b|\bcc[\s-]by\b", re.IGNORECASE)
_RESERVED = re.compile(
    r"all rights reserved|permission|\bnon[\s-]?commercial|\bno[\s-]?deriv|\bshare[\s-]?alike", re.IGNORECASE
)
_CODE = re.compile(r"cc[\s-]?(?:(?P<zero>0)|(?P<kind>by(?:-nc|-nd|-sa)*))(?:[\s-](?P<version>\d\.\d))?", re.IGNORECASE)
_PUBLIC = re.compile(r"\bin the public domain\b", re.IGNORECASE)
_VERSION = re.compile(r"\b(?:attribution|by)\b[^.\d]{0,40}?(?:version\s*)?(\d\.\d)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a paper says about its use, unread."""

    urls: tuple[str, ...] = ()
    words: str = ""
    """Licence and copyright statements."""
    names_owner_only: bool = False
    """The words are a copyright statement: whose it is, not what others may do with it."""

    @property
    def is_silent(self) -> bool:
        return not self.urls and not self.words.strip()

    @property
    def leaves_use_open(self) -> bool:
        """Nothing is granted and nothing reserved: somebody else's word may tell."""
        return self.is_silent or (self.names_owner_only and not _RESERVED.search(self.words))


SILENT = Terms()


def recognise(terms: Terms) -> Licence | None:
    """The licence that the terms grant, restrictions included; None when none can be recognised."""
    found = _by_url(terms.urls) or _by_words(terms.words)
    return _restricted(found, terms) if found else None


def spdx_of_code(code: str) -> str:
    """The SPDX name of PMC's `license_code` ("CC BY-NC", "CC0", "TDM"); empty for an empty one."""
    found = _CODE.fullmatch(code.strip())
    if not found:
        return f"LicenseRef-{re.sub(r'[^A-Za-z0-9]+', '-', code.strip()).strip('-')}" if code.strip() else ""
    if found["zero"]:
        return "CC0-1.0"
    return _spdx(f"CC-{found['kind'].upper()}", found["version"] or "")


def agree(one: str, other: str) -> bool:
    """Whether two SPDX names allow the same; versions, and the order of restrictions, do not count."""
    return set(family_of(one).split("-")) == set(family_of(other).split("-"))


def family_of(spdx: str) -> str:
    """ "CC-BY-4.0" and "LicenseRef-CC-BY" are of the family "CC-BY"."""
    return re.sub(r"-\d\.\d$", "", spdx.removeprefix("LicenseRef-"))


def _by_url(urls: tuple[str, ...]) -> Licence | None:
    found = [match for url in urls if (match := _URL.search(url))]
    if not found:
        return None
    # Of several, the one with the most restrictions holds: CC0 often covers the data alone.
    _, kind, version = max(
        (bool(match["kind"]), (match["kind"] or match["public"]).lower(), match["version"] or "") for match in found
    )
    if kind == "zero":
        return Licence("CC0-1.0", "url")
    if kind == "mark":
        return Licence("LicenseRef-PDM-1.0", "url")
    return Licence(_spdx(f"CC-{kind.upper()}", version), "url")


def _by_words(words: str) -> Licence | None:
    if _CC_BY.search(words):
        version = _VERSION.search(words)
        return Licence(_spdx("CC-BY", version[1] if version else ""), "words")
    if _CC0.search(words):
        return Licence("CC0-1.0", "words")
    return Licence("LicenseRef-PD", "words") if _PUBLIC.search(words) else None


def _spdx(family: str, version: str) -> str:
    return f"{family}-{version}" if version else f"LicenseRef-{family}"


def _restricted(licence: Licence, terms: Terms) -> Licence:
    """Adds the restrictions that the words speak of and the recognised name lacks."""
    family = family_of(licence.spdx)
    said = [mark for mark, pattern in _RESTRICTED.items() if pattern.search(terms.words)]
    missing = [mark for mark in said if mark not in family.split("-")]
    if not missing:
        return licence
    return Licence(f"LicenseRef-{'-'.join([family, *missing])}", "words")
