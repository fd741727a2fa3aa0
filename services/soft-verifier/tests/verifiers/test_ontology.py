"""`ontology` credits true and telling statements about the right gene, and no amount of stuffing."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biorl.answers.extraction import extract_answer
from biorl.questions.testing import direction_question, number_question
from biorl.soft_verifier.domain.belief import Status, Verdict
from biorl.soft_verifier.service import Choice, Group, Verification, load
from biorl.soft_verifier.testing import MemoryArtifacts, RecordingObserver, functions
from biorl.soft_verifier.training import NotTrainableError, train_on_functions
from biorl.soft_verifier.verifiers import VERIFIERS
from biorl.soft_verifier.verifiers.ontology import Ontology, OntologyKeywords, OntologyRouge

FORMS = ("ontology", "ontology-rouge", "ontology-keywords")
ALL_TERMS = tuple(functions().names.values())
QUESTION = direction_question("SPLICE1", "REPAIR1")
TRUE = "SPLICE1 acts in spliceosomal complex assembly. REPAIR1 acts in mismatch repair."


@pytest.fixture(scope="module")
def store() -> MemoryArtifacts:
    store = MemoryArtifacts()
    for name in FORMS:
        train_on_functions(name, functions(), store)
    return store


@pytest.fixture(scope="module")
def judge(store: MemoryArtifacts) -> Ontology:
    return Ontology(store.load("ontology"))


def verdict(judge: Ontology, rationale: str, question=QUESTION) -> Verdict:
    (found,) = judge.judge(question, [extract_answer(f"<think>{rationale}</think><answer>yes</answer>")])
    return found


def score(judge: Ontology, rationale: str) -> float:
    found = verdict(judge, rationale)
    assert found.status is Status.SCORED
    return float(found.score or 0)


def test_a_true_rationale_earns_much_and_a_false_or_an_empty_one_nothing(judge: Ontology) -> None:
    assert score(judge, TRUE) > 0.7
    assert score(judge, "SPLICE1 acts in mismatch repair. REPAIR1 acts in mRNA splicing.") < 0.1
    assert score(judge, "Both genes matter.") == 0
    assert verdict(judge, "Both genes matter.").reason == "nothing_true_said"


def test_a_relative_of_the_true_term_earns_something_by_the_graph(judge: Ontology) -> None:
    """No word is shared between "mRNA splicing" and "spliceosomal complex assembly"."""
    near = score(judge, "SPLICE1 acts in mRNA splicing. REPAIR1 acts in DNA repair.")
    far = score(judge, "SPLICE1 acts in pathway number7. REPAIR1 acts in pathway number8.")
    assert far < 0.1 < near <= score(judge, TRUE)


def test_what_holds_of_every_gene_tells_nothing(judge: Ontology) -> None:
    assert score(judge, "SPLICE1 is in the nucleus. REPAIR1 is in the nucleus, a cellular component.") < 0.05


def stuffed(*genes: str) -> str:
    return " ".join(f"{gene} acts in {term}." for gene in genes for term in ALL_TERMS)


def test_listing_every_term_earns_next_to_nothing_where_keywords_pay_for_it_in_full(store: MemoryArtifacts) -> None:
    everything = stuffed("SPLICE1", "REPAIR1")
    assert score(Ontology(store.load("ontology")), everything) < 0.1
    assert score(OntologyKeywords(store.load("ontology-keywords")), everything) == 1


def test_stuffing_a_true_rationale_makes_it_worse(judge: Ontology) -> None:
    assert score(judge, f"{TRUE} {stuffed('SPLICE1', 'REPAIR1')}") < 0.2 * score(judge, TRUE)


@given(st.permutations(ALL_TERMS), st.integers(1, 40))
def test_no_list_of_terms_beats_the_truth(judge: Ontology, terms: list[str], num: int) -> None:
    untrue = [term for term in terms if term.startswith("pathway")][:num]
    text = " ".join(f"{gene} acts in {term}." for gene in ("SPLICE1", "REPAIR1") for term in untrue)
    assert score(judge, f"{TRUE} {text}") < score(judge, TRUE)


def test_saying_it_of_the_wrong_gene_earns_nothing_where_rouge_pays(store: MemoryArtifacts) -> None:
    exchanged = "REPAIR1 acts in spliceosomal complex assembly. SPLICE1 acts in mismatch repair."
    assert score(Ontology(store.load("ontology")), exchanged) < 0.1
    rouge = OntologyRouge(store.load("ontology-rouge"))
    assert score(rouge, exchanged) > 0.5 * score(rouge, TRUE)


def test_old_names_of_a_gene_count(judge: Ontology) -> None:
    assert score(judge, TRUE.replace("SPLICE1", "OLDSPLICE")) == score(judge, TRUE)


def test_genes_without_annotation_and_questions_without_genes_are_abstentions(judge: Ontology) -> None:
    assert verdict(judge, TRUE, direction_question("NOBODY", "NOTHING")).reason == "gene_not_annotated"
    assert verdict(judge, TRUE, number_question()).reason == "claim_not_covered"


def test_genes_of_another_organism_are_not_judged_by_the_annotation_of_this_one() -> None:
    store, taxon = MemoryArtifacts(), QUESTION.claim.context.organism
    for organism, reason in ((taxon, ""), ("", ""), ("NCBITaxon:1", "organism_not_covered")):
        train_on_functions("ontology", replace(functions(), organism=organism), store)
        assert verdict(Ontology(store.load("ontology")), TRUE).reason == reason


def test_a_gene_that_is_not_annotated_is_left_out_for_the_whole_group(judge: Ontology) -> None:
    one = verdict(judge, "SPLICE1 acts in spliceosomal complex assembly.", direction_question("SPLICE1", "NOBODY"))
    assert (one.score or 0) > 0.7


@pytest.mark.parametrize("name", FORMS)
def test_it_is_served_and_asked_for_verdicts(store: MemoryArtifacts, name: str) -> None:
    verification = Verification(load([Choice(name)], VERIFIERS, store), RecordingObserver())
    ((found, silent),) = verification.verify(
        name, [Group(QUESTION, (f"<think>{TRUE}</think><answer>no</answer>", "<answer>no</answer>"))]
    )
    assert (found.score or 0) > (silent.score or 0) == 0


@pytest.mark.parametrize("name", FORMS)
def test_a_card_says_that_credits_are_no_probabilities(name: str, store: MemoryArtifacts) -> None:
    assert "no probabilities" in store.load(name).card["limits"]["credits"]


def test_only_such_verifiers_are_made_of_annotation() -> None:
    with pytest.raises(NotTrainableError, match="'exact' is not made of annotation"):
        train_on_functions("exact", functions(), MemoryArtifacts())
