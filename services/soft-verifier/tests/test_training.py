"""Making and measuring artifacts; on real screens too."""

import csv
import gzip
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from biorl.genes.annotation import load_annotation
from biorl.questions.question import Context, PerturbationKind, Split
from biorl.soft_verifier.adapters.artifacts import FolderArtifacts
from biorl.soft_verifier.domain.belief import Belief, Status
from biorl.soft_verifier.domain.effects import Effect
from biorl.soft_verifier.evaluation import evaluate
from biorl.soft_verifier.testing import CONTEXT, Fixed, MemoryArtifacts, annotation, claim, gene, screen
from biorl.soft_verifier.training import NothingToLearnError, NotTrainableError, train
from biorl.soft_verifier.verifiers.exact import Exact
from biorl.soft_verifier.verifiers.experiment import Experiment
from biorl.soft_verifier.verifiers.perturbation_knn import PerturbationKnn

DATA = Path(os.environ.get("BIORL_DATA", Path(__file__).parents[4] / "shared" / "data"))


@pytest.mark.parametrize("name", ["exact", "nonsense"])
def test_what_cannot_be_trained_is_refused_with_what_can(name: str) -> None:
    registry = {"exact": Exact, "experiment": Experiment, "perturbation-knn": PerturbationKnn}
    with pytest.raises(NotTrainableError, match="these can: experiment, perturbation-knn"):
        train(name, screen(), annotation(), MemoryArtifacts(), verifiers=registry)


def test_a_cell_line_that_datasets_spell_in_two_ways_is_one() -> None:
    """A model finds its line whatever the case: of two models of one line the second would hide the first."""
    lower = replace(CONTEXT, cell_line=CONTEXT.cell_line.lower())
    effects = [replace(each, context=lower) if each.readout < "READ06" else each for each in screen()]
    store = MemoryArtifacts()
    train("experiment", effects, annotation(), store)
    beliefs = Experiment(store.load("experiment")).believe([claim(gene(0, 0), "READ00"), claim(gene(0, 0), "READ11")])
    assert [belief.status for belief in beliefs] == [Status.SCORED] * 2


def test_held_out_rows_alone_teach_nothing() -> None:
    held_out = [effect for effect in screen() if effect.split is Split.TEST]
    with pytest.raises(NothingToLearnError):
        train("experiment", held_out, annotation(), MemoryArtifacts())


@pytest.mark.parametrize(
    ("context", "missing"),
    [
        (Context("NCBITaxon:9606", "", PerturbationKind.CRISPRI), "cell_line"),
        (Context("NCBITaxon:9606", "K562", None), "perturbation_kind"),
    ],
)
def test_effects_that_no_question_could_ask_about_teach_nothing(context: Context, missing: str) -> None:
    effects = [replace(effect, context=context) for effect in screen()]
    with pytest.raises(NothingToLearnError, match=f"do not say {missing}"):
        train("experiment", effects, annotation(), MemoryArtifacts())


def test_a_model_that_would_abstain_on_everything_does_not_take_the_place_of_one_that_would_not() -> None:
    store = MemoryArtifacts()
    good = train("perturbation-knn", screen(), annotation(), store)
    lonely = [effect for effect in screen() if effect.perturbed_genes == screen()[0].perturbed_genes]
    with pytest.raises(NothingToLearnError, match=r"learnt nothing.*too_few_relatives"):
        train("perturbation-knn", lonely, annotation(), store)
    assert store.load("perturbation-knn").source == good


def test_a_card_counts_what_was_not_learnt_because_another_dataset_holds_it_out() -> None:
    store = MemoryArtifacts()
    (some, *_) = (effect for effect in screen() if effect.split is Split.TRAIN)
    train("experiment", [*screen(), replace(some, split=Split.TEST, dataset="other")], annotation(), store)
    data = store.load("experiment").card["training_data"]
    train("experiment", screen(), annotation(), store)
    assert data["num_rows_held_out_elsewhere"] > 0
    assert (
        data["num_rows"] + data["num_rows_held_out_elsewhere"]
        == store.load("experiment").card["training_data"]["num_rows"]
    )


def test_an_evaluation_counts_abstentions_and_scores_the_rest() -> None:
    (de, direction) = evaluate(Fixed(Belief.abstained("gene_not_covered")), screen())
    assert (de["coverage"], de["abstained"]) == (0, {"gene_not_covered": de["num_pairs"]})
    assert "ranking" not in direction


def test_a_model_that_always_says_the_same_ranks_at_one_half() -> None:
    (de, _) = evaluate(Fixed(Belief.scored(0.5, 0.5, 0.5)), screen())
    assert de["ranking"]["auc_per_gene"] == 0.5
    assert de["num_perturbations"] == 12
    assert [row["coverage"] for row in de["risk_by_coverage"]] == [0.25, 0.5, 0.75, 1.0]


def test_an_evaluation_reads_the_held_out_split_alone() -> None:
    (de, _) = evaluate(Fixed(Belief.scored(0.5)), screen())
    assert de["num_pairs"] == sum(effect.split is Split.TEST for effect in screen())


def test_the_same_training_gives_the_same_bytes(tmp_path: Path) -> None:
    sources = [
        train("perturbation-knn", screen(), annotation(), FolderArtifacts(tmp_path / place)) for place in ("one", "two")
    ]
    assert sources[0] == sources[1]


def perturbqa(line: str) -> Iterator[Effect]:
    """Both files of a line as effects."""
    context = Context("NCBITaxon:9606", line.upper(), PerturbationKind.CRISPRI)
    tables: dict[str, dict[tuple[str, str, str], bool]] = {}
    for task in ("de", "dir"):
        with gzip.open(DATA / "perturbqa" / f"{line}-{task}.csv.gz", "rt") as file:
            rows = csv.DictReader(file)
            tables[task] = {(row["pert"], row["gene"], row["split"]): row["label"] == "1" for row in rows}
    for (perturbed, readout, split), changed in tables["de"].items():
        rises = tables["dir"].get((perturbed, readout, split))
        direction = 0 if rises is None else (1 if rises else -1)
        yield Effect(context, (perturbed,), readout, Split(split), changed, direction, f"perturbqa/{line}")


TARGETS = {
    ("K562", "perturbation.de"): 0.69,
    ("K562", "perturbation.direction"): 0.80,
    ("RPE1", "perturbation.de"): 0.67,
    ("RPE1", "perturbation.direction"): 0.77,
}


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.skipif(not (DATA / "perturbqa").is_dir(), reason=f"no real data at {DATA} (BIORL_DATA)")
def test_on_real_screens_it_ranks_held_out_perturbations_well_within_a_readout(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known = load_annotation(DATA)
    for line in ("k562", "rpe1"):
        effects = list(perturbqa(line))
        started = time.monotonic()
        store = FolderArtifacts(tmp_path / line)
        train("perturbation-knn", effects, known, store)
        seconds = time.monotonic() - started
        model = PerturbationKnn(store.load("perturbation-knn"))
        for quality in evaluate(model, effects):
            ranking = quality["ranking"]
            with capsys.disabled():
                print(  # noqa: T201 - the numbers are what this test is for
                    f"\n{line} {quality['task']}: AUC per gene {ranking['auc_per_gene']:.3f} over perturbations "
                    f"{ranking['interval_over_perturbations']} "
                    f"({ranking['num_genes']} genes), coverage {quality['coverage']:.3f}, calibration error "
                    f"{quality['calibration_error']:.3f} (gene frequency "
                    f"{quality['gene_frequency_calibration_error']:.3f}), trained in {seconds:.0f} s"
                )
            assert ranking["auc_per_gene"] >= TARGETS[quality["cell_line"], quality["task"]]
            assert quality["calibration_error"] < quality["gene_frequency_calibration_error"] + 0.002
            assert quality["coverage"] > 0.9
