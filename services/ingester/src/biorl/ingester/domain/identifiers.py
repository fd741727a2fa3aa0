"""Identifiers of papers in one spelling each: PMCID, DOI, PMID."""

import re

_PMCID = re.compile(r"(?:PMC)?(\d+)(?:\.(\d+))?", re.IGNORECASE)
_DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|info:doi/|doi:\s*)?(10\.\d{4,9}/\S+)", re.IGNORECASE)


def pmcid_of(text: str) -> tuple[str, int]:
    """("PMC123", version) of "123", "PMC123" or "PMC123.2"; version 0 when not said, ("", 0) for anything else."""
    found = _PMCID.fullmatch(text.strip())
    return (f"PMC{found[1]}", int(found[2] or 0)) if found else ("", 0)


def doi_of(text: str) -> str:
    """Lower case, without resolver or scheme; empty for what is no DOI."""
    found = _DOI.fullmatch(text.strip())
    return found[1].lower() if found else ""


def pmid_of(text: str) -> str:
    """Digits alone; empty for what is no PMID."""
    digits = text.strip().removeprefix("pmid:").strip()
    return digits if digits.isdecimal() and digits.isascii() else ""


def document_id(pmcid: str, version: int, doi: str, pmid: str, digest: str) -> str:
    """`<pmcid>.<version>`, else `doi:<doi>`, else `pmid:<pmid>`, else `sha256:<digest>`; a version not said is 1."""
    if pmcid:
        return f"{pmcid}.{version or 1}"
    if doi:
        return f"doi:{doi}"
    return f"pmid:{pmid}" if pmid else f"sha256:{digest}"


def alias_of(text: str) -> str:
    """The alias that a link or a line of a list names (`doi:`, `pmid:` or PMC...); empty for anything else.

    Bare digits are a PMID.
    """
    if doi := doi_of(text):
        return f"doi:{doi}"
    if pmid := pmid_of(text):
        return f"pmid:{pmid}"
    return pmcid_of(text)[0] if text.strip().upper().startswith("PMC") else ""
