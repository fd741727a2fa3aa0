"""`biorl verifier train coexpression`: from the controls of a screen, or from an atlas of cells."""

from pathlib import Path

import anndata
import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from biorl.soft_verifier.testing import READOUTS, resting_cells, shift_screen
from biorl.standalone.commands.cells import cells_in
from biorl.standalone.commands.verifier import app
from biorl.standalone.errors import BadRequestError


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Cells and effects of the made-up screen of the soft-verifier, as files."""
    genes, counts = resting_cells()
    anndata.AnnData(counts, var=pd.DataFrame(index=list(genes))).write_h5ad(tmp_path / "atlas.h5ad")
    rows = [
        f"{effect.perturbed_genes[0]},{effect.readout},{int(bool(effect.differentially_expressed))},SIM1,crispri"
        for effect in shift_screen()
        if len(effect.perturbed_genes) == 1
    ]
    (tmp_path / "effects.csv").write_text("\n".join(["perturbation,readout,de,cell_line,perturbation_kind", *rows]))
    (tmp_path / "sets.gmt").write_text("\t".join(["all", "", *genes[:-READOUTS]]))
    return tmp_path


def test_an_atlas_and_a_table_of_effects_make_a_verifier(files: Path) -> None:
    options = ["--cells", files / "atlas.h5ad", "--effects", files / "effects.csv", "--runs", files / "runs"]
    done = CliRunner().invoke(app, ["train", "coexpression", *map(str, options)], catch_exceptions=False)
    assert done.exit_code == 0
    (card,) = (files / "runs").rglob("card.json")
    assert '"cell_line": "any"' in card.read_text()


def test_a_screen_gives_the_controls_of_each_line_that_has_enough(tmp_path: Path) -> None:
    genes, counts = resting_cells(200)
    obs = pd.DataFrame(
        {
            "perturbation": ["control"] * 120 + ["A"] * 20 + ["control"] * 10 + ["A"] * 50,
            "cell_line": ["BIG"] * 140 + ["SMALL"] * 60,
        },
        index=[str(cell) for cell in range(200)],
    )
    anndata.AnnData(counts, obs=obs, var=pd.DataFrame(index=list(genes))).write_h5ad(tmp_path / "screen.h5ad")
    (table,) = cells_in(tmp_path / "screen.h5ad")
    assert (table.cell_line, table.expression.shape) == ("BIG", (120, len(genes)))
    assert np.isfinite(table.expression).all()


def test_without_cells_it_says_what_to_give(tmp_path: Path, files: Path) -> None:
    options = ["--effects", str(files / "effects.csv"), "--runs", str(tmp_path / "runs")]
    with pytest.raises(BadRequestError, match="--cells an h5ad"):
        CliRunner().invoke(app, ["train", "coexpression", *options], catch_exceptions=False)


def test_cells_that_are_not_there_are_named(tmp_path: Path, files: Path) -> None:
    options = ["--cells", str(files / "gone.h5ad"), "--effects", str(files / "effects.csv"), "--runs", str(tmp_path)]
    with pytest.raises(BadRequestError, match=r"gone\.h5ad is not there"):
        CliRunner().invoke(app, ["train", "coexpression", *options], catch_exceptions=False)
