"""Who says what of which gene: names of terms, whatever their endings, said of the gene that was named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biorl.soft_verifier.domain.ontology.statements import statements
from biorl.soft_verifier.domain.ontology.term_names import TermNames
from biorl.soft_verifier.domain.ontology.words import MAX_TEXT, stem

NAMES = ("mRNA splicing", "DNA repair", "mitochondrial translation", "translation", "proteasome complex")
TERMS = TermNames.of(NAMES)
GENES = {"AARS1": "AARS1", "ATF4": "ATF4", "TP53": "TP53"}


def said(text: str, *genes: str) -> dict[str, set[str]]:
    told = statements(text, genes or ("AARS1", "ATF4"), GENES.get, TERMS)
    return {gene: {NAMES[term] for term in terms} for gene, terms in told.items()}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("AARS1 acts in DNA repair.", {"AARS1": {"DNA repair"}}),
        ("AARS1 repairs DNA.", {}),
        ("AARS1 drives translation of mitochondria; mitochondrial translations need it.", None),
        ("AARS1 is needed for mitochondrial translation.", {"AARS1": {"mitochondrial translation"}}),
        ("AARS1 is part of the proteasome.", {"AARS1": {"proteasome complex"}}),
        ("AARS1 is in DNA repair, but ATF4 in translation.", {"AARS1": {"DNA repair"}, "ATF4": {"translation"}}),
        ("AARS1 and ATF4 act in DNA repair.", {"AARS1": {"DNA repair"}, "ATF4": {"DNA repair"}}),
        ("AARS1 is an enzyme. It acts in DNA repair.", {"AARS1": {"DNA repair"}}),
        ("AARS1 is an enzyme. TP53 acts in DNA repair.", {}),
        ("In DNA repair, AARS1 is essential.", {"AARS1": {"DNA repair"}}),
        ("AARS1 is not involved in DNA repair.", {}),
        ("AARS1 acts in DNA repair. AARS1 does not act in DNA repair.", {}),
        ("It is false that AARS1 acts in DNA repair.", {}),
        ("Does AARS1 act in DNA repair?", {}),
        ("What is AARS1? It acts in DNA repair.", {"AARS1": {"DNA repair"}}),
        ("DNA repair is a process.", {}),
        ("", {}),
    ],
)  # fmt: skip
def test_terms_are_said_of_the_gene_that_was_named(text: str, told: dict[str, set[str]] | None) -> None:
    found = said(text)
    assert found == told if told is not None else "AARS1" in found


@pytest.mark.parametrize("family", ["ribosome ribosomes ribosomal", "mitochondrion mitochondria mitochondrial"])
def test_forms_of_a_word_are_one_stem(family: str) -> None:
    assert len({stem(word) for word in family.split()}) == 1


def test_saying_it_often_is_saying_it_once() -> None:
    assert said("AARS1 acts in DNA repair. " * 50) == said("AARS1 acts in DNA repair.")


def test_what_lies_beyond_the_limit_is_not_read() -> None:
    assert said("x" * MAX_TEXT + ". AARS1 acts in DNA repair.") == {}


@given(st.text(max_size=400))
def test_any_text_can_be_read(text: str) -> None:
    assert set(said(text + " AARS1 " + text)) <= {"AARS1", "ATF4"}
