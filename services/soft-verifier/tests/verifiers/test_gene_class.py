"""`gene-class`: families of a made-up organism as classes; abstention, no memory of own labels, nothing held out."""

from dataclasses import replace

import numpy as np
import pytest

from biorl.genes.annotation import Annotation
from biorl.genes.gene_sets import GeneSets
from biorl.genes.similarity import Kernel, TermCosine, WeightedSource
from biorl.genes.symbols import GeneRecord, Symbols
from biorl.questions.question import GeneClassClaim, MoleculeClaim, Split
from biorl.soft_verifier.domain.belief import Artifact, Status
from biorl.soft_verifier.domain.known_labels import KnownLabel
from biorl.soft_verifier.labelled_training import evaluate_on_labels, train_on_labels
from biorl.soft_verifier.testing import MemoryArtifacts
from biorl.soft_verifier.verifiers.gene_class import GeneClass

HUMAN = "NCBITaxon:9606"
FAMILIES, SIZE = 8, 12


def name(family: int, member: int) -> str:
    return f"G{family}M{member}"


def annotation() -> Annotation:
    """A family is a set; LONELY is in a set with a gene of no known class."""
    members = {f"family {family}": [name(family, member) for member in range(SIZE)] for family in range(FAMILIES)}
    members |= {"elsewhere": ["LONELY", "FRIEND"]}
    records = [GeneRecord(gene, (f"OLD-{gene}",)) for genes in members.values() for gene in genes]
    symbols = Symbols.from_records(records)
    sets = GeneSets.from_members("families", members, symbols)
    return Annotation(symbols, Kernel([WeightedSource(TermCosine(sets), 1.0)], power=1.0), ())


def labels(*, turned_test: bool = False, gene_class: str = "dosage-sensitive") -> list[KnownLabel]:
    """Even families are of the class, but for one gene in twelve. Two of each family are held out."""
    known = []
    for family in range(FAMILIES):
        for member in range(SIZE):
            split = Split.TEST if member >= SIZE - 2 else Split.TRAIN
            belongs = (family % 2 == 0) ^ (member == 3) ^ (turned_test and split is Split.TEST)
            known.append(KnownLabel(GeneClassClaim(name(family, member), gene_class, HUMAN), belongs, split))
    return known


def trained(known: list[KnownLabel]) -> Artifact:
    store = MemoryArtifacts()
    train_on_labels("gene-class", known, annotation(), store)
    return store.load("gene-class")


@pytest.fixture(scope="module")
def model() -> GeneClass:
    return GeneClass(trained(labels()))


def claim(gene: str, gene_class: str = "dosage-sensitive", organism: str = HUMAN) -> GeneClassClaim:
    return GeneClassClaim(gene, gene_class, organism)


def test_relatives_of_members_are_believed_to_be_members(model: GeneClass) -> None:
    inside, outside = model.believe([claim(name(0, SIZE - 1)), claim(name(1, SIZE - 1))])
    assert inside.probability is not None
    assert outside.probability is not None
    assert inside.probability > 0.75
    assert outside.probability < 0.25
    assert inside.baseline == outside.baseline == 0.5
    assert model.tasks == ("gene.dosage",)


def test_the_uncertainty_is_the_chance_that_the_call_is_wrong(model: GeneClass) -> None:
    for belief in model.believe([claim(name(0, SIZE - 1)), claim(name(1, SIZE - 1))]):
        assert belief.uncertainty == pytest.approx(min(belief.probability, 1 - belief.probability))


def test_an_old_name_is_the_same_gene(model: GeneClass) -> None:
    old, new = model.believe([claim(f"old-{name(2, 1)}"), claim(name(2, 1))])
    assert old == new


def test_a_gene_is_judged_as_if_its_own_label_were_not_there() -> None:
    """The odd one out of its family is believed to be like its family, whatever its label says."""
    odd = name(0, 3)
    turned = [replace(each, value=not each.value) if each.claim == claim(odd) else each for each in labels()]
    for known in (labels(), turned):
        (belief,) = GeneClass(trained(known)).believe([claim(odd)])
        assert belief.probability is not None
        assert belief.probability > 0.6


def test_the_card_says_what_each_source_weighs_for_a_class() -> None:
    (entry,) = trained(labels()).card["models"]
    assert entry["sources"] == {"families": 1.0}


def test_what_it_does_not_know_is_an_abstention(model: GeneClass) -> None:
    claims = [claim("NOSUCH1"), claim("LONELY"), claim("G0M1", "bivalent"), claim("G0M1", organism="NCBITaxon:10090")]
    beliefs = [*model.believe(claims), *model.believe([MoleculeClaim("CCO", "BBBP")])]
    assert [belief.reason for belief in beliefs] == [
        "gene_not_covered",
        "gene_unlike_training_genes",
        "gene_class_not_covered",
        "organism_not_covered",
        "claim_not_covered",
    ]
    assert {belief.status for belief in beliefs} == {Status.ABSTAINED}


def test_a_claim_without_its_organism_is_invalid(model: GeneClass) -> None:
    (belief,) = model.believe([claim("G0M1", organism="")])
    assert (belief.status, belief.reason) == (Status.INVALID, "organism_missing")


def test_held_out_labels_change_nothing() -> None:
    first, again = trained(labels()), trained(labels(turned_test=True))
    assert first.card == again.card
    assert all(np.array_equal(first.arrays[key], again.arrays[key]) for key in first.arrays)


def test_an_evaluation_puts_the_nearest_gene_beside_it(model: GeneClass) -> None:
    (report,) = evaluate_on_labels(model, labels())
    assert (report["num"], report["auroc"], report["task"]) == (16, 1.0, "gene.dosage")
    assert set(report["trivial"]) == {"base_rate", "nearest_gene"}


def test_an_evaluation_counts_what_was_abstained_on_among_the_labels(model: GeneClass) -> None:
    unknown = [replace(label, claim=claim("NOBODY")) for label in labels() if label.split is Split.TEST][:1]
    (report,) = evaluate_on_labels(model, labels() + unknown)
    assert (report["num"], report["abstained"]) == (17, {"gene_not_covered": 1})


def test_too_few_labels_give_no_model() -> None:
    few = [label for label in labels() if label.value is False or label.claim in {claim("G0M1"), claim("G2M1")}]
    artifact = trained(few + labels(gene_class="bivalent-not-lys4-only"))
    assert [entry["gene_class"] for entry in artifact.card["models"]] == ["bivalent-not-lys4-only"]
    assert [entry["reason"] for entry in artifact.card["left_out"]] == ["too_few_labels"]
