"""Beliefs per second in batches of 1024 on one core: a served world model, cold and cached, beside rbio's way.

rbio asks its network one pair at a time in a Python loop (two protein embeddings, one hidden layer of 64). The screen
is made up; as in a real one there are 1500 perturbations and 30 labels a readout, but readouts are fewer, so that it
trains in a minute.
Prints; asserts only that everything was answered.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
import torch

from biorl.genes.annotation import Annotation
from biorl.genes.gene_sets import GeneSets
from biorl.genes.similarity import Kernel, TermCosine, WeightedSource
from biorl.genes.symbols import Symbols
from biorl.questions.question import Context, Outcome, PerturbationClaim, PerturbationKind, Split
from biorl.soft_verifier.domain.belief import Status
from biorl.soft_verifier.domain.effects import Effect
from biorl.soft_verifier.service import Served, Verification
from biorl.soft_verifier.testing import MemoryArtifacts, RecordingObserver
from biorl.soft_verifier.training import train
from biorl.soft_verifier.verifiers import VERIFIERS
from biorl.soft_verifier.verifiers.perturbation_net import PerturbationNet

pytestmark = pytest.mark.bench

BATCH, BATCHES = 1024, 8
PERTURBATIONS, READOUTS, LABELS = 1500, 400, 12_000
FAMILY, EMBEDDING = 25, 1280
CONTEXT = Context("NCBITaxon:32630", "BENCH", PerturbationKind.CRISPRI)
GENES = [f"GENE{number:04d}" for number in range(PERTURBATIONS)]
NAMES = ("perturbation-knn", "perturbation-ensemble")


def annotation() -> Annotation:
    """Families of 25 genes, each gene in four of them."""
    rng = np.random.default_rng(0)
    order = np.concatenate([rng.permutation(PERTURBATIONS) for _ in range(4)])
    members = np.array(GENES)[order].reshape(-1, FAMILY)
    families = {f"family {number}": genes.tolist() for number, genes in enumerate(members)}
    sets = GeneSets.from_members("families", families, Symbols())
    return Annotation(Symbols(), Kernel([WeightedSource(TermCosine(sets), 1.0)]), ())


def screen() -> list[Effect]:
    rng = np.random.default_rng(1)
    pairs = rng.choice(PERTURBATIONS * READOUTS, LABELS, replace=False)
    changed = rng.random(LABELS) < 0.2
    return [
        Effect(CONTEXT, (GENES[pair // READOUTS],), f"READ{pair % READOUTS}", Split.TRAIN, bool(label))
        for pair, label in zip(pairs.tolist(), changed, strict=True)
    ]


def claims(seed: int) -> list[PerturbationClaim]:
    """Any perturbation with any readout."""
    rng = np.random.default_rng(seed)
    drawn = zip(rng.integers(PERTURBATIONS, size=BATCH), rng.integers(READOUTS, size=BATCH), strict=True)
    return [
        PerturbationClaim((GENES[gene],), f"READ{readout}", CONTEXT, Outcome.DIFFERENTIALLY_EXPRESSED)
        for gene, readout in drawn
    ]


@dataclass(frozen=True)
class LoopedMlp:
    """One pair at a time through concat(embedding, embedding) -> 64 -> 1, as rbio's training code asks its verifier."""

    embeddings: dict[str, torch.Tensor]
    net: torch.nn.Module

    @classmethod
    def made_up(cls) -> "LoopedMlp":
        names = [*GENES, *(f"READ{number}" for number in range(READOUTS))]
        layers = (torch.nn.Linear(2 * EMBEDDING, 64), torch.nn.ReLU(), torch.nn.Linear(64, 1), torch.nn.Sigmoid())
        return cls(dict(zip(names, torch.randn(len(names), EMBEDDING), strict=True)), torch.nn.Sequential(*layers))

    def believe(self, asked: list[PerturbationClaim]) -> list[float]:
        with torch.no_grad():
            pairs = (
                torch.cat([self.embeddings[one.perturbed_genes[0]], self.embeddings[one.readout]]) for one in asked
            )
            return [self.net(pair.unsqueeze(0)).item() for pair in pairs]


def rate(believe: Callable[[list[PerturbationClaim]], object], batches: list[list[PerturbationClaim]]) -> float:
    """Beliefs per second of processor time, of which one core gives one a second."""
    began = time.process_time()
    for batch in batches:
        believe(batch)
    return BATCH * len(batches) / (time.process_time() - began)


@pytest.fixture(scope="module")
def store() -> MemoryArtifacts:
    store, known, effects = MemoryArtifacts(), annotation(), screen()
    for name in NAMES:
        train(name, effects, known, store)
    return store


@pytest.mark.parametrize("name", NAMES)
def test_a_served_world_model(name: str, store: MemoryArtifacts, capsys: pytest.CaptureFixture[str]) -> None:
    torch.set_num_threads(1)
    artifact = store.load(name)
    model = VERIFIERS[name](artifact)
    assert isinstance(model, PerturbationNet) or name == "perturbation-knn"
    model.warm_up()  # type: ignore[union-attr]
    service = Verification([Served(artifact.source, model)], RecordingObserver())
    batches = [claims(seed) for seed in range(BATCHES)]
    cold = rate(lambda batch: service.predict(name, batch), batches)
    cached = rate(lambda batch: service.predict(name, batch), batches)
    assert {belief.status for belief in service.predict(name, batches[0])} == {Status.SCORED}
    with capsys.disabled():
        print(f"\n{name:24s} cold {cold:10,.0f}/s   cached {cached:10,.0f}/s")  # noqa: T201 - the numbers are what this is for


def test_a_network_asked_one_pair_at_a_time(capsys: pytest.CaptureFixture[str]) -> None:
    torch.set_num_threads(1)
    looped = LoopedMlp.made_up()
    batches = [claims(seed) for seed in range(2)]
    assert len(looped.believe(batches[0])) == BATCH
    with capsys.disabled():
        print(f"\n{'one pair at a time':24s} cold {rate(looped.believe, batches):10,.0f}/s")  # noqa: T201
