"""The way of one gene's class and of one molecule's properties, in one process: lists and tables in, rewards out.

The companion of test_one_answer.py, for subjects instead of perturbations. Every service's own core does its part;
between them everything goes over the wire format.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from biorl.genes.traits import load_traits
from biorl.ingester.adapters.gene_classes import geneformer_classes
from biorl.ingester.adapters.ledger import SqliteLedger
from biorl.ingester.adapters.readers import FileReader, read_labels
from biorl.ingester.adapters.wire import labels_to_wire
from biorl.ingester.domain.admission import Policy
from biorl.ingester.domain.sources import GeneClassSource, MoleculeSource
from biorl.ingester.service import Ingester
from biorl.ingester.testing import FakeObserver, FakePublisher
from biorl.label.v1 import label_pb2
from biorl.question_generator.adapters.wire import labels_from_wire as sources_from_wire
from biorl.question_generator.domain.labelled import LabelRules
from biorl.question_generator.service import QuestionGenerator, Rules
from biorl.question_generator.testing import MemoryStore, Outbox, Tally
from biorl.questions.question import GeneClassClaim, MoleculeClaim, Question, Split
from biorl.reward_aggregator.adapters.compositions import load_compositions
from biorl.reward_aggregator.adapters.verdict_cache import LruVerdictCache
from biorl.reward_aggregator.adapters.wire import group_to_wire, source_from_wire, verdict_from_wire
from biorl.reward_aggregator.domain.group import Group
from biorl.reward_aggregator.domain.reward import Reward
from biorl.reward_aggregator.domain.verdict import Source, Status, Verdict
from biorl.reward_aggregator.service import RewardAggregator
from biorl.reward_aggregator.testing import Counts, KeptLog
from biorl.soft_verifier.adapters.wire import group_from_wire, labels_from_wire, source_to_wire, verdict_to_wire
from biorl.soft_verifier.domain.known_labels import KnownLabel
from biorl.soft_verifier.labelled_training import evaluate_on_labels, train_on_labels
from biorl.soft_verifier.service import Choice, Verification, load
from biorl.soft_verifier.testing import MemoryArtifacts, RecordingObserver
from biorl.soft_verifier.verifiers import VERIFIERS
from biorl.soft_verifier.verifiers.gene_class import GeneClass
from biorl.soft_verifier.verifiers.molecule import Molecule

EVERYTHING = Rules(labels=LabelRules(balanced=False))
RINGS = ("c1ccccc1", "c1ccncc1", "C1CCCCC1", "c1ccsc1", "C1CCNCC1", "c1ccoc1", "C1CCOC1")
ENDS = ("O", "N", "Cl", "C(=O)O", "C#N", "OC", "F", "Br")


class InProcessVerifiers:
    """The soft-verifier without its transport: requests and verdicts still go over the wire format."""

    def __init__(self, verification: Verification) -> None:
        self._verification = verification

    async def source(self, verifier: str) -> Source | None:
        served = self._verification.served()
        return next(
            (source_from_wire(source_to_wire(it.source)) for it in served if it.source.verifier == verifier), None
        )

    async def verify(
        self, verifier: str, groups: Sequence[Group], timeout_s: float | None
    ) -> Sequence[Sequence[Verdict]]:
        asked = [group_from_wire(group_to_wire(group)) for group in groups]
        source = next(source_to_wire(it.source) for it in self._verification.served() if it.source.verifier == verifier)
        judged = self._verification.verify(verifier, [group for group in asked if group is not None])
        return [[verdict_from_wire(verdict_to_wire(one, source)) for one in group] for group in judged]


@pytest.fixture(scope="module")
def messages(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """What the ingester puts on labels.v1: acids do not cross the barrier, and dissolve the better the shorter."""
    folder = tmp_path_factory.mktemp("tables")
    molecules = [(f"{ring}{'C' * n}{end}", end == "C(=O)O", n) for ring in RINGS for end in ENDS for n in range(1, 5)]
    rows = [f"{n},x,{int(not acid)},{smiles}" for n, (smiles, acid, _) in enumerate(molecules)]
    (folder / "BBBP.csv").write_text("num,name,p_np,smiles\n" + "\n".join(rows))
    numbers = [f"{smiles},{-n / 2}" for smiles, _, n in molecules]
    (folder / "ESOL.csv").write_text("smiles,measured log solubility in mols per litre\n" + "\n".join(numbers))
    (folder / "sensitive.txt").write_text("\n".join(f"ALFA{n}" for n in range(20)))
    (folder / "insensitive.txt").write_text("\n".join(f"BETA{n}" for n in range(40)))
    publisher = FakePublisher()
    ingester = Ingester(FileReader(), SqliteLedger(folder / "ledger.sqlite"), publisher, FakeObserver(), Policy(()))
    genes = {"gene_class": "dosage-sensitive", "members": "sensitive.txt", "others": "insensitive.txt"}
    for source in (MoleculeSource(path=folder), GeneClassSource(path=folder, **genes)):
        ingester.ingest(source)
    return [labels_to_wire(item).SerializeToString() for item in publisher.labels]


@pytest.fixture(scope="module")
def questions(messages: list[bytes]) -> list[Question]:
    """What the question-generator puts on questions.v1."""
    outbox = Outbox()
    QuestionGenerator(EVERYTHING, MemoryStore(), outbox, Tally()).take([sources_from_wire(value) for value in messages])
    return list(outbox.standing.values())


@pytest.fixture(scope="module")
def aggregator(messages: list[bytes], tmp_path_factory: pytest.TempPathFactory) -> RewardAggregator:
    annotation = tmp_path_factory.mktemp("annotation")
    sets = {"one": [f"ALFA{n}" for n in range(20)], "two": [f"BETA{n}" for n in range(40)]}
    (annotation / "sets.gmt").write_text("\n".join("\t".join((name, "", *genes)) for name, genes in sets.items()))
    store, known = MemoryArtifacts(), labels_on(messages)
    train_on_labels("gene-class", known, load_traits(annotation), store)
    train_on_labels("molecule", known, None, store)
    served = load([Choice("gene-class"), Choice("molecule")], VERIFIERS, store)
    return RewardAggregator(
        compositions=load_compositions(None),
        default="properties",
        verifiers=InProcessVerifiers(Verification(served, RecordingObserver())),
        cache=LruVerdictCache(100),
        log=KeptLog(),
        observer=Counts(),
        now_ms=lambda: 0,
    )


def labels_on(messages: list[bytes]) -> list[KnownLabel]:
    return [label for value in messages for label in labels_from_wire(label_pb2.SubjectLabels.FromString(value))]


def rewards(aggregator: RewardAggregator, question: Question, *answers: str) -> list[Reward]:
    group = Group(question, (*(f"<answer>{answer}</answer>" for answer in answers), "I would rather not say"))
    return list(asyncio.run(aggregator.score([group])).rewards[0])


def paid(reward: Reward) -> float:
    assert reward.status is Status.SCORED
    assert reward.reward is not None
    return reward.reward


def of_task(questions: list[Question], task: str, gold: str | None, split: Split = Split.TRAIN) -> Question:
    return next(one for one in questions if (one.task, one.split) == (task, split) and gold in {None, one.answer.gold})


@pytest.mark.parametrize("task", ["gene.dosage", "molecule.bbbp"])
@pytest.mark.parametrize("right", ["yes", "no"])
def test_the_right_class_is_paid_more_than_half_and_its_opposite_less_whatever_the_base_rate(
    questions: list[Question], aggregator: RewardAggregator, task: str, right: str
) -> None:
    wrong = "no" if right == "yes" else "yes"
    good, bad, nonsense = map(paid, rewards(aggregator, of_task(questions, task, right), right, wrong))
    assert good > 0.5 > bad >= nonsense


def test_a_number_is_paid_by_how_near_the_truth_it_is_likely_to_be(
    questions: list[Question], aggregator: RewardAggregator
) -> None:
    question = of_task(questions, "molecule.esol", "-0.5")
    near, far, nonsense = map(paid, rewards(aggregator, question, "-0.6", "-7"))
    assert near > 0.5
    assert far < near
    assert nonsense <= far


@pytest.mark.parametrize("task", ["gene.dosage", "molecule.bbbp", "molecule.esol"])
def test_held_out_questions_are_refused_with_their_gold_and_judged_without(
    questions: list[Question], aggregator: RewardAggregator, task: str
) -> None:
    held_out = of_task(questions, task, None, Split.TEST)
    answer = "1" if task == "molecule.esol" else "yes"
    assert {one.status for one in rewards(aggregator, held_out, answer)} == {Status.INVALID}
    assert rewards(aggregator, held_out.sealed(), answer)[0].status in {Status.SCORED, Status.ABSTAINED}


def test_no_molecule_is_asked_about_on_two_sides_and_the_same_tables_give_the_same_questions(
    messages: list[bytes], questions: list[Question]
) -> None:
    again = Outbox()
    QuestionGenerator(EVERYTHING, MemoryStore(), again, Tally()).take([sources_from_wire(value) for value in messages])
    assert sorted(again.standing) == sorted(question.id for question in questions)
    sides: dict[tuple[str, str], set[Split]] = {}
    for question in questions:
        claim = question.claim
        assert isinstance(claim, MoleculeClaim | GeneClassClaim)
        key = (claim.smiles, claim.property) if isinstance(claim, MoleculeClaim) else (claim.gene, claim.gene_class)
        sides.setdefault(key, set()).add(question.split)
    assert all(len(each) == 1 for each in sides.values())


@pytest.mark.slow
def test_molecules_beat_trivial_models_on_real_scaffolds(data_dir: Path) -> None:
    """BACE and ESOL, some ten seconds; figures of all sets are in the soft-verifier's README."""
    sources = [
        MoleculeSource(path=data_dir / "molecules" / name) for name in ("bace.csv.gz", "ESOL_delaney-processed.csv.gz")
    ]
    known = labels_on([labels_to_wire(item).SerializeToString() for source in sources for item in read_labels(source)])
    store = MemoryArtifacts()
    train_on_labels("molecule", known, None, store)
    reports = {report["name"]: report for report in evaluate_on_labels(Molecule(store.load("molecule")), known)}
    assert reports["BACE"]["auroc"] > reports["BACE"]["trivial"]["nearest_molecule"]["auroc"]
    assert reports["BACE"]["auroc"] > 0.8
    assert reports["ESOL"]["rmse"] < 1.2 < reports["ESOL"]["trivial"]["weight_and_log_p"]["rmse"]


@pytest.mark.slow
def test_real_classes_of_genes_reach_what_is_published_where_lists_hold_each_gene_once(data_dir: Path) -> None:
    sources = geneformer_classes(data_dir / "genes")
    known = labels_on([labels_to_wire(item).SerializeToString() for source in sources for item in read_labels(source)])
    store = MemoryArtifacts()
    train_on_labels("gene-class", known, load_traits(data_dir), store)
    model = GeneClass(store.load("gene-class"))
    reports = {report["name"]: report["auroc"] for report in evaluate_on_labels(model, known)}
    assert min(reports.values()) > 0.9
    five_fold = {entry["gene_class"]: entry["five_fold"]["auroc"] for entry in store.load("gene-class").card["models"]}
    assert five_fold["dosage-sensitive"] > 0.9
    assert five_fold["bivalent-not-unmethylated"] > 0.9
    assert five_fold["bivalent-not-lys4-only"] > 0.93
