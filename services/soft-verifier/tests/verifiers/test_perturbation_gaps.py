"""What verifiers of perturbations that learn from relatives say of what they do not know."""

from dataclasses import replace

import pytest

from biorl.questions.question import GeneClassClaim, PerturbationKind
from biorl.soft_verifier.domain.belief import Belief
from biorl.soft_verifier.ports import WorldModel
from biorl.soft_verifier.testing import CONTEXT, MemoryArtifacts, annotation, claim, gene, screen
from biorl.soft_verifier.training import train
from biorl.soft_verifier.verifiers.perturbation_knn import PerturbationKnn
from biorl.soft_verifier.verifiers.perturbation_net import PerturbationNet

KNOWN = claim(gene(0, 9))
KINDS = {"perturbation-knn": PerturbationKnn, "perturbation-net": PerturbationNet}


@pytest.fixture(scope="module", params=sorted(KINDS))
def model(request: pytest.FixtureRequest) -> WorldModel:
    store = MemoryArtifacts()
    train(request.param, screen(), annotation(), store)
    return KINDS[request.param](store.load(request.param))


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (claim("NOBODY"), "gene_not_covered"),
        (claim("LONER"), "kernel_mass_too_low"),
        (claim(gene(0, 0), "NEVERREAD"), "readout_not_covered"),
        (replace(KNOWN, perturbed_genes=(gene(0, 0), gene(1, 0))), "combination_not_covered"),
        (GeneClassClaim("A", "bivalent"), "claim_not_covered"),
        (replace(KNOWN, context=replace(CONTEXT, cell_line="SIM2")), "cell_line_not_covered"),
        (replace(KNOWN, context=replace(CONTEXT, organism="NCBITaxon:9606")), "organism_not_covered"),
        (
            replace(KNOWN, context=replace(CONTEXT, perturbation_kind=PerturbationKind.KNOCKOUT)),
            "perturbation_kind_not_covered",
        ),
    ],
)
def test_what_it_does_not_know_is_an_abstention_and_not_one_half(model: WorldModel, asked, reason: str) -> None:
    assert model.believe([KNOWN, asked])[1] == Belief.abstained(reason)
