"""Every verifier that there is: its name on the wire, and its class. A new one is one class and one line here."""

from collections.abc import Mapping

from biorl.soft_verifier.ports import VerifierClass
from biorl.soft_verifier.verifiers.coexpression import Coexpression
from biorl.soft_verifier.verifiers.exact import Exact
from biorl.soft_verifier.verifiers.experiment import Experiment
from biorl.soft_verifier.verifiers.expression_shift import ExpressionShift
from biorl.soft_verifier.verifiers.gene_class import GeneClass
from biorl.soft_verifier.verifiers.molecule import Molecule
from biorl.soft_verifier.verifiers.ontology import Ontology, OntologyKeywords, OntologyRouge
from biorl.soft_verifier.verifiers.perturbation_knn import PerturbationKnn
from biorl.soft_verifier.verifiers.perturbation_net import (
    PerturbationAcrossLines,
    PerturbationEnsemble,
    PerturbationNet,
    PerturbationUnseen,
)

VERIFIERS: Mapping[str, VerifierClass] = {
    "coexpression": Coexpression,
    "exact": Exact,
    "experiment": Experiment,
    "expression-shift": ExpressionShift,
    "gene-class": GeneClass,
    "molecule": Molecule,
    "ontology": Ontology,
    "ontology-keywords": OntologyKeywords,
    "ontology-rouge": OntologyRouge,
    "perturbation-across-lines": PerturbationAcrossLines,
    "perturbation-ensemble": PerturbationEnsemble,
    "perturbation-knn": PerturbationKnn,
    "perturbation-net": PerturbationNet,
    "perturbation-unseen": PerturbationUnseen,
}
