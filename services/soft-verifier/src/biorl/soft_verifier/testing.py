"""Fakes of the ports, and a small made-up screen with a known rule, for tests here and in services that call this one.

The screen's rule: genes of one family do the same when knocked down. `screen` gives its effects, `annotation` the gene
sets that say who belongs to which family.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import numpy.typing as npt

from biorl.genes.annotation import Annotation
from biorl.genes.functions import Functions
from biorl.genes.gene_sets import GeneSets
from biorl.genes.ontology import Ontology
from biorl.genes.similarity import Kernel, TermCosine, WeightedSource
from biorl.genes.symbols import GeneRecord, Symbols
from biorl.questions.question import Claim, Context, Outcome, PerturbationClaim, PerturbationKind, Split
from biorl.soft_verifier.domain.belief import Artifact, Belief, Source, Trained, Verdict
from biorl.soft_verifier.domain.comparison import Comparison
from biorl.soft_verifier.domain.effects import Effect
from biorl.soft_verifier.ports import ArtifactMissingError

CONTEXT = Context("NCBITaxon:32630", "SIM1", PerturbationKind.CRISPRI)
FAMILIES, FAMILY_SIZE, READOUTS = 6, 10, 12


def gene(family: int, member: int) -> str:
    return f"FAM{'ABCDEF'[family]}{member:02d}"


def annotation() -> Annotation:
    """Each family is one gene set; LONER is in a set with genes that nobody perturbs."""
    families = {
        f"family {family}": [gene(family, member) for member in range(FAMILY_SIZE)] for family in range(FAMILIES)
    }
    members = families | {"bystanders": ["LONER", "BYSTANDER1", "BYSTANDER2"]}
    records = [GeneRecord(name, (f"OLD-{name}",)) for names in members.values() for name in names]
    symbols = Symbols.from_records(records)
    return Annotation(
        symbols, Kernel([WeightedSource(TermCosine(GeneSets.from_members("families", members, symbols)), 1.0)]), ()
    )


def screen(context: Context = CONTEXT, *, noise: float = 0.1, scramble_test: int | None = None) -> list[Effect]:
    """A readout responds to three of the families, up for even readouts' first. Two members of each are held out.

    `scramble_test` replaces every held-out label by a coin flip from this seed.
    """
    rng, coins = np.random.default_rng(7), np.random.default_rng(scramble_test)
    effects = []
    for family in range(FAMILIES):
        for member in range(FAMILY_SIZE):
            split = Split.TEST if member >= FAMILY_SIZE - 2 else Split.TRAIN
            for readout in range(READOUTS):
                responds = ((family + readout) % 2 == 0) != (rng.random() < noise)
                rises = ((family + readout) % 4 == 0) != (rng.random() < noise)
                if split is Split.TEST and scramble_test is not None:
                    responds, rises = coins.random() < 0.5, coins.random() < 0.5
                direction = (1 if rises else -1) if responds else 0
                effect = Effect(
                    context,
                    (gene(family, member),),
                    f"READ{readout:02d}",
                    split,
                    bool(responds),
                    direction,
                    "simulated/testing",
                )
                effects.append(effect)
    return effects


def shift_screen(*, noise: float = 0.3, scramble_test: int | None = None, saturation: float = 1.0) -> list[Effect]:
    """Fold changes: each family moves every readout its own way, pairs of families add up times `saturation`.

    Every family's first members are perturbed in pairs too, and the last two members of each are held out alone.
    """
    rng, coins = np.random.default_rng(12), np.random.default_rng(scramble_test)
    rule = pushes()
    perturbed = [((family, member),) for family in range(FAMILIES) for member in range(FAMILY_SIZE)]
    pairs = [((one, member), (other, member)) for one, other in combinations(range(FAMILIES), 2) for member in range(4)]
    effects = []
    for genes in [*perturbed, *pairs]:
        held_out = genes[0][1] == 3 if len(genes) > 1 else genes[0][1] >= FAMILY_SIZE - 2
        shift = sum(rule[family] for family, _ in genes) * (saturation if len(genes) > 1 else 1.0)
        shift = shift + noise * rng.standard_normal(READOUTS)
        if held_out and scramble_test is not None:
            shift = 2 * coins.standard_normal(READOUTS)
        effects += _shifted(tuple(gene(*each) for each in genes), shift, Split.TEST if held_out else Split.TRAIN)
    return effects


def _shifted(genes: tuple[str, ...], shift: npt.NDArray[np.float64], split: Split) -> list[Effect]:
    """A readout changes when it moves by 1 or more."""
    effects = []
    for readout, value in enumerate(shift.tolist()):
        direction = (1 if value > 0 else -1) if abs(value) >= 1 else 0
        name = f"READ{readout:02d}"
        effects.append(Effect(CONTEXT, genes, name, split, direction != 0, direction, "simulated/shifts", value))
    return effects


def resting_cells(num: int = 600, *, seed: int = 5) -> tuple[tuple[str, ...], npt.NDArray[np.float64]]:
    """Genes and counts [cell, gene] of unperturbed cells in which each family has moods of its own.

    In a cell where a family is up, so are its members, and the readouts that the family raises in `shift_screen`.
    Deep and shallow cells make all genes seem to go together.
    """
    rng = np.random.default_rng(seed)
    genes = [gene(family, member) for family in range(FAMILIES) for member in range(FAMILY_SIZE)]
    moods = rng.standard_normal((num, FAMILIES))
    driven = np.concatenate([moods.repeat(FAMILY_SIZE, axis=1), 0.5 * moods @ pushes()], axis=1)
    depth = np.exp(rng.normal(0, 0.7, (num, 1)))
    counts = rng.poisson(3 * depth * np.exp(0.8 * driven)).astype(np.float64)
    return (*genes, *(f"READ{readout:02d}" for readout in range(READOUTS))), counts


def pushes() -> npt.NDArray[np.float64]:
    """[family, readout]: log2 fold changes, the rule of `shift_screen`."""
    return np.random.default_rng(11).choice([-2.0, 0.0, 2.0], size=(FAMILIES, READOUTS))


def functions() -> Functions:
    """A little ontology: two branches of processes, a compartment, genes that have one or the other; and bystanders."""
    parents = {
        "T:splicing": {"T:rna"},
        "T:spliceosome assembly": {"T:splicing"},
        "T:repair": {"T:dna"},
        "T:mismatch": {"T:repair"},
        "T:rna": {"T:process"},
        "T:dna": {"T:process"},
        "T:nucleus": {"T:place"},
    }
    names = {
        "T:splicing": "mRNA splicing",
        "T:spliceosome assembly": "spliceosomal complex assembly",
        "T:repair": "DNA repair",
        "T:mismatch": "mismatch repair",
        "T:rna": "RNA processing",
        "T:dna": "DNA metabolic process",
        "T:nucleus": "nucleus",
        "T:process": "biological process",
        "T:place": "cellular component",
    } | {f"T:other{place}": f"pathway number{place}" for place in range(60)}
    terms = {
        "SPLICE1": frozenset({"T:spliceosome assembly", "T:nucleus"}),
        "SPLICE2": frozenset({"T:splicing", "T:nucleus"}),
        "REPAIR1": frozenset({"T:mismatch", "T:nucleus"}),
    }
    bystanders = {f"GENE{place}": frozenset({f"T:other{place}", "T:nucleus"}) for place in range(60)}
    records = [GeneRecord("SPLICE1", ("OLDSPLICE",)), GeneRecord("SPLICE2"), GeneRecord("REPAIR1")]
    symbols = Symbols.from_records(records)
    graph = Ontology({term: frozenset(above) for term, above in parents.items()})
    return Functions(symbols, graph, names, terms | bystanders, ())


def claim(
    perturbed: str, readout: str = "READ00", outcome: Outcome = Outcome.DIFFERENTIALLY_EXPRESSED
) -> PerturbationClaim:
    return PerturbationClaim((perturbed,), readout, CONTEXT, outcome)


class MemoryArtifacts:
    """An `ArtifactStore` without a disk. What could not be written to one is refused, and comes back as it would."""

    def __init__(self) -> None:
        self.kept: dict[str, Artifact] = {}

    def save(self, verifier: str, trained: Trained, version: str | None = None) -> Source:
        source = Source(verifier, version or "1", hashlib.sha256(verifier.encode()).hexdigest())
        card = {"name": verifier, "version": source.version} | dict(trained.card)
        arrays = {name: np.array(array, order="C") for name, array in trained.arrays.items()}
        self.kept[verifier] = Artifact(source, json.loads(json.dumps(card, allow_nan=False)), arrays)
        return source

    def load(self, verifier: str, version: str | None = None) -> Artifact:
        if verifier not in self.kept or version not in {None, self.kept[verifier].source.version}:
            msg = f"there is no artifact of {verifier}"
            raise ArtifactMissingError(msg)
        return self.kept[verifier]

    def newest(self, verifier: str) -> str | None:
        return self.kept[verifier].source.version if verifier in self.kept else None


@dataclass(slots=True)
class RecordingObserver:
    """An `Observer` that remembers."""

    verdicts: list[Verdict] = field(default_factory=list)
    beliefs: list[Belief] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)
    comparisons: list[Comparison] = field(default_factory=list)
    loads: list[Source] = field(default_factory=list)
    dropped: int = 0
    reloads: list[Source] = field(default_factory=list)

    def believed(self, verifier: str, beliefs: Sequence[Belief]) -> None:
        del verifier
        self.beliefs += beliefs

    def judged(self, verifier: str, num_groups: int, verdicts: Iterator[Verdict]) -> None:
        del verifier, num_groups
        self.verdicts += verdicts

    def failed(self, verifier: str, error: Exception) -> None:
        del verifier
        self.errors.append(error)

    def compared(self, candidate: Source, comparisons: Sequence[Comparison]) -> None:
        self.comparisons += comparisons

    def loaded(self, source: Source) -> None:
        self.loads.append(source)

    def canary_loaded(self, candidate: Source) -> None:
        self.loads.append(candidate)

    def canary_dropped(self, candidate: Source, num: int) -> None:
        self.dropped += num

    def canary_failed(self, candidate: Source, error: Exception) -> None:
        self.errors.append(error)

    def reloaded(self, source: Source) -> None:
        self.reloads.append(source)

    def reload_failed(self, verifier: str, error: Exception) -> None:
        self.errors.append(error)


class Fixed:
    """A `WorldModel` that believes the same of everything, counts what it is asked, and fails on demand."""

    tasks = ("perturbation.de", "perturbation.direction")

    def __init__(self, belief: Belief, error: Exception | None = None) -> None:
        self.belief = belief
        self.error = error
        self.asked: list[Claim] = []

    def believe(self, claims: Sequence[Claim]) -> list[Belief]:
        self.asked += claims
        if self.error:
            raise self.error
        return [self.belief] * len(claims)
