"""One spelling for each identifier."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biorl.ingester.domain.identifiers import alias_of, document_id, doi_of, pmcid_of


@pytest.mark.parametrize("text", ["10.1/A", "https://doi.org/x", "doi: 11.1234/x", "", "10.1234/"])
def test_what_is_no_doi_is_empty(text: str) -> None:
    assert doi_of(text) == ""


@pytest.mark.parametrize(
    "text", ["10.5555/AbC", "https://doi.org/10.5555/abc", "http://dx.doi.org/10.5555/ABC", "info:doi/10.5555/abc"]
)
def test_a_doi_has_one_spelling(text: str) -> None:
    assert alias_of(text) == "doi:10.5555/abc"


def test_a_pmcid_may_carry_its_version() -> None:
    assert pmcid_of("PMC12.3") == ("PMC12", 3)
    assert pmcid_of("12") == ("PMC12", 0)
    assert pmcid_of("PMX12") == ("", 0)


def test_the_best_identifier_names_the_document() -> None:
    assert document_id("PMC1", 2, "10.5555/a", "3", "d") == "PMC1.2"
    assert document_id("PMC1", 0, "", "", "d") == "PMC1.1"
    assert document_id("", 0, "10.5555/a", "3", "d") == "doi:10.5555/a"
    assert document_id("", 0, "", "3", "d") == "pmid:3"
    assert document_id("", 0, "", "", "d") == "sha256:d"


@given(st.text())
def test_any_text_has_an_alias_or_none(text: str) -> None:
    assert alias_of(text).split(":")[0] in {"doi", "pmid", ""} or alias_of(text).startswith("PMC")
