"""Effects of a simulated screen with known truth, and of files that are no screens."""

import warnings
from pathlib import Path

import anndata as ad
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from biorl.ingester.adapters.readers import read_effects
from biorl.ingester.domain.effects import PerturbationEffects
from biorl.ingester.domain.sources import ScreenSource
from biorl.ingester.ports import UnreadableError
from biorl.questions.question import PerturbationKind, Split

GENES = [f"G{number}" for number in range(30)]
NAMES = ("control", "G0", "G1", "G0+G1")
CELLS = 80
TRUTH = {"G0": {"G5": 2.0, "G6": -2.0}, "G1": {"G7": 2.0}, "G0+G1": {"G5": 2.0, "G6": -2.0, "G7": 2.0}}


def counts(seed: int = 0) -> tuple[np.ndarray, list[str]]:
    """Poisson counts of 80 cells a perturbation in which the genes of TRUTH change by those log2 folds."""
    rng = np.random.default_rng(seed)
    blocks, names = [], []
    for name in NAMES:
        mean = np.full(len(GENES), 20.0)
        for gene, fold in TRUTH.get(name, {}).items():
            mean[GENES.index(gene)] *= 2.0**fold
        for target in name.split("+") if name != "control" else ():
            mean[GENES.index(target)] *= 0.1
        blocks.append(rng.poisson(mean, (CELLS, len(GENES))))
        names += [name] * CELLS
    return np.concatenate(blocks).astype(np.float32), names


def write(path: Path, x: object, names: list[str], **obs: list[str]) -> Path:
    frame = pd.DataFrame({"perturbation": names, **obs}, index=[f"c{number}" for number in range(len(names))])
    screen = ad.AnnData(X=x, obs=frame, var=pd.DataFrame(index=GENES))
    screen.uns["screen"] = {"organism": "NCBITaxon:1", "perturbation_kind": "crispri", "licence": "CC0-1.0"}
    screen.write_h5ad(path)
    return path


def effects_of(path: Path, **settings: object) -> dict[str, PerturbationEffects]:
    source = ScreenSource(path=path, **settings)  # type: ignore[arg-type]
    return {"+".join(item.perturbed_genes): item for item in read_effects(source)}


@pytest.mark.parametrize("test", ["wilcoxon", "t-test"])
@pytest.mark.parametrize("is_sparse", [True, False])
def test_known_effects_are_found(tmp_path: Path, test: str, is_sparse: bool) -> None:
    x, names = counts()
    path = write(tmp_path / "s.h5ad", sparse.csr_matrix(x) if is_sparse else x, names)
    found = effects_of(path, test=test)
    assert found.keys() == TRUTH.keys()
    for name, truth in TRUTH.items():
        changed = {r.readout: r.direction for r in found[name].readouts if r.differentially_expressed}
        assert changed == {gene: 1 if fold > 0 else -1 for gene, fold in truth.items()}
    folds = {r.readout: r.log2_fold_change for r in found["G0"].readouts}
    assert folds["G5"] == pytest.approx(2.0, abs=0.4)


def test_the_file_speaks_for_itself(tmp_path: Path) -> None:
    found = effects_of(write(tmp_path / "mine.h5ad", *counts()))
    effects = found["G0"]
    assert effects.context.organism == "NCBITaxon:1"
    assert effects.context.perturbation_kind is PerturbationKind.CRISPRI
    assert (effects.dataset.name, effects.dataset.licence) == ("mine", "CC0-1.0")
    assert effects_of(tmp_path / "mine.h5ad", perturbation_kind="crispra")["G0"].context.perturbation_kind is (
        PerturbationKind.CRISPRA
    )


def test_perturbed_genes_are_no_readouts(tmp_path: Path) -> None:
    found = effects_of(write(tmp_path / "s.h5ad", *counts()))
    assert {"G0", "G1"}.isdisjoint(r.readout for r in found["G0+G1"].readouts)
    assert "G1" in {r.readout for r in found["G0"].readouts}


def test_the_same_file_gives_the_same_messages(tmp_path: Path) -> None:
    path = write(tmp_path / "s.h5ad", *counts())
    assert effects_of(path) == effects_of(path)


def test_each_cell_line_has_its_own_controls(tmp_path: Path) -> None:
    x, names = counts()
    shifted = x.copy()
    shifted[:, 20] *= 8  # differs between lines, not between perturbations
    lines = ["one"] * len(names) + ["two"] * len(names)
    path = write(tmp_path / "s.h5ad", np.concatenate([x, shifted]), names * 2, cell_line=lines)
    found = list(read_effects(ScreenSource(path=path)))
    assert {item.context.cell_line for item in found} == {"one", "two"}
    changed = {r.readout for item in found for r in item.readouts if r.differentially_expressed}
    assert "G20" not in changed


def test_a_split_of_the_file_holds_and_may_not_break_a_perturbation(tmp_path: Path) -> None:
    x, names = counts()
    sides = ["test" if name == "G1" else "train" for name in names]
    found = effects_of(write(tmp_path / "s.h5ad", x, names, split=sides))
    assert {name: item.split for name, item in found.items()} == {
        "G0": Split.TRAIN,
        "G1": Split.TEST,
        "G0+G1": Split.TRAIN,
    }
    broken = ["test" if number % 2 else "train" for number in range(len(names))]
    with pytest.raises(UnreadableError, match="is in test and train"):
        effects_of(write(tmp_path / "b.h5ad", x, names, split=broken))


def test_few_cells_are_left_out(tmp_path: Path) -> None:
    x, names = counts()
    names = ["G9" if number in {100, 101} else name for number, name in enumerate(names)]
    assert "G9" not in effects_of(write(tmp_path / "s.h5ad", x, names))


def test_silent_genes_are_no_readouts(tmp_path: Path) -> None:
    x, names = counts()
    x[:, 25] = 0
    found = effects_of(write(tmp_path / "s.h5ad", x, names))
    assert "G25" not in {r.readout for r in found["G0"].readouts}


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda x, names: (x - x.mean(axis=0), names), "scaled"),
        (lambda x, names: (x, ["G0"] * len(names)), "no cell is a control"),
        (lambda x, names: (x * np.float32("nan"), names), "no numbers"),
        (lambda x, names: (x, [name if name == "control" else f"G{n}" for n, name in enumerate(names)]), "enough"),
    ],
)
def test_what_is_no_screen_is_refused(tmp_path: Path, change, match: str) -> None:
    with pytest.raises(UnreadableError, match=match):
        effects_of(write(tmp_path / "s.h5ad", *change(*counts())))


@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_matrix, sparse.csc_array])
@pytest.mark.parametrize(("value", "match"), [(np.nan, "no numbers"), (np.inf, "no numbers"), (-0.5, "scaled")])
def test_one_value_that_is_none_is_found_in_any_cell(tmp_path: Path, kind, value: float, match: str) -> None:
    x, names = counts()
    many = np.tile(x, (3, 1)).astype(np.float32)
    many[401, 7] = value
    with pytest.raises(UnreadableError, match=match):
        effects_of(write(tmp_path / "s.h5ad", kind(many), names * 3))


def silent(path: Path, genes: list[str], **obs: str) -> Path:
    """A screen that says nothing of its organism but by its genes and the columns of obs."""
    x, names = counts()
    cells = {name: [word] * len(names) for name, word in obs.items()}
    frame = pd.DataFrame({"perturbation": names, **cells}, index=[f"c{number}" for number in range(len(names))])
    ad.AnnData(X=x, obs=frame, var=pd.DataFrame(index=genes)).write_h5ad(path)
    return path


@pytest.mark.parametrize(
    ("genes", "obs", "taxon"),
    [
        (GENES, {}, 9606),
        ([f"ENSG{number:011d}" for number in range(30)], {}, 9606),
        ([f"ENSMUSG{number:011d}" for number in range(30)], {}, 10090),
        (GENES, {"organism": "Mus musculus"}, 10090),
        (GENES, {"organism_ontology_term_id": "NCBITaxon:7955"}, 7955),
        ([f"Actb{number}" for number in range(30)], {"species": "mouse"}, 10090),
    ],
)
def test_the_organism_is_read_from_cells_or_genes(tmp_path: Path, genes: list[str], obs: dict, taxon: int) -> None:
    found = effects_of(silent(tmp_path / "s.h5ad", genes, **obs))
    assert {effects.context.organism for effects in found.values()} == {f"NCBITaxon:{taxon}"}


@pytest.mark.parametrize(
    ("genes", "obs", "match"),
    [
        ([f"Actb{number}" for number in range(30)], {}, "as those of mouse or rat"),
        (GENES, {"organism": "unicorn"}, "no organism that is known"),
    ],
)
def test_an_organism_is_not_guessed(tmp_path: Path, genes: list[str], obs: dict, match: str) -> None:
    path = silent(tmp_path / "s.h5ad", genes, **obs)
    with pytest.raises(UnreadableError, match=match):
        effects_of(path)
    assert effects_of(path, organism="NCBITaxon:10090")


def test_a_file_that_is_no_anndata_is_refused(tmp_path: Path) -> None:
    (tmp_path / "s.h5ad").write_bytes(b"not hdf5")
    with pytest.raises(UnreadableError, match="no AnnData"):
        effects_of(tmp_path / "s.h5ad")


def test_a_column_that_is_named_but_absent_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="no column guide"):
        effects_of(write(tmp_path / "s.h5ad", *counts()), perturbation_column="guide")


def test_how_old_files_name_their_parts_is_not_told_to_who_reads_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder
) -> None:
    read = ad.read_h5ad

    def old(path: Path) -> ad.AnnData:
        warnings.warn("Moving element from .uns['neighbors']", FutureWarning, stacklevel=2)
        return read(path)

    path = write(tmp_path / "old.h5ad", *counts())
    monkeypatch.setattr(ad, "read_h5ad", old)
    assert effects_of(path)
    assert not [each for each in recwarn if "neighbors" in str(each.message)]
