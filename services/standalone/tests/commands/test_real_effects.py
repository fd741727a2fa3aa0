"""`biorl verifier` on real screens and annotation: what can be learnt from them is, and what cannot is said."""

import csv
import gzip
import json
import random
import re
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from biorl.standalone.commands.verifier import app
from biorl.standalone.errors import BadRequestError

pytestmark = pytest.mark.slow
ADAMSON = "ebi_perturb-seq_de.parquet"


def biorl(*arguments: object) -> str:
    done = CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False, color=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_a_list_of_significant_fold_changes_teaches_directions(data_dir: Path, tmp_path: Path) -> None:
    """Adamson et al. 2016, CRISPRi in K562; it lists what changed alone, so nothing is learnt of what did not."""
    rows = pd.read_parquet(data_dir / "perturb_tables" / ADAMSON)
    rows = rows[rows.study_id.str.startswith("adamson") & ~rows.perturbation.str.contains("ontrol")]
    table = pd.DataFrame(
        {
            "perturbation": rows.perturbation.str.replace("|", "+", regex=False),
            "readout": rows.gene,
            "log2fc": rows.log2fc.clip(-10, 10),
            "padj": rows.padj,
            "cell_line": "K562",
            "perturbation_kind": "crispri",
        }
    )
    table = table.drop_duplicates(["perturbation", "readout"])
    table.to_csv(tmp_path / "adamson.csv", index=False)
    said = biorl(
        "train", "expression-shift", "--effects", tmp_path / "adamson.csv", "--annotation", data_dir, "--runs", tmp_path
    )
    assert "every label is the same" in said
    (path,) = tmp_path.rglob("card.json")
    card = json.loads(path.read_text())
    (entry,) = card["models"]
    assert entry["task"] == "perturbation.direction"
    assert entry["cross_validated"]["ranking"]["auc_per_gene"] > 0.7
    (errors,) = card["expression"]
    assert errors["singles"]["model"] < errors["singles"]["mean_shift"] < errors["singles"]["no_change"]


def test_a_screen_whose_genes_have_no_relatives_teaches_nothing_and_says_so(data_dir: Path, tmp_path: Path) -> None:
    """Norman et al. 2019 and McFaline-Figueroa et al. 2023, an excerpt: a dozen genes a line."""
    screen = data_dir / "h5ad" / "perturbench_devel_norman19_mcfaline23.h5ad"
    with pytest.raises(BadRequestError, match=r"no model for perturbation.de in k562"):
        biorl("train", "expression-shift", "--effects", screen, "--annotation", data_dir, "--runs", tmp_path)


def test_summaries_of_genes_are_told_from_stuffing_where_keywords_are_fooled(data_dir: Path, tmp_path: Path) -> None:
    from biorl.soft_verifier.adapters.artifacts import FolderArtifacts  # noqa: PLC0415 - heavy
    from biorl.soft_verifier.verifiers.ontology import Ontology, OntologyKeywords  # noqa: PLC0415

    for name in ("ontology", "ontology-keywords"):
        biorl("train", name, "--annotation", data_dir, "--runs", tmp_path)
    store = FolderArtifacts(tmp_path / "demo" / "artifacts")
    forms = (Ontology(store.load("ontology")), OntologyKeywords(store.load("ontology-keywords")))
    summaries = json.loads(gzip.decompress((data_dir / "genes" / "gene_summaries_ncbi_uniprot.json.gz").read_bytes()))
    terms = _names(data_dir / "go" / "GO_annotations-9606-direct-allev.tsv.gz")
    rng = random.Random(1)
    genes = rng.sample(sorted(gene for gene, text in summaries.items() if len(text) > 300), 60)
    own, stuffed = ([0.0, 0.0], [0.0, 0.0])
    for gene in genes:
        truth = f"{gene}. This gene: {re.sub('^Gene Symbol [^ ]+ ', '', summaries[gene])}"
        stuffing = " ".join(f"{gene} is involved in {term}." for term in rng.sample(terms, 150))
        for place, form in enumerate(forms):
            if gene in form._knowledge.annotated:
                own[place] += form.credit(truth, [gene])
                stuffed[place] += form.credit(stuffing, [gene])
    assert own[0] > 20 * stuffed[0]
    assert own[1] < stuffed[1]


def _names(path: Path) -> list[str]:
    with gzip.open(path, "rt") as file:
        return [row["go_name"] for row in csv.DictReader(file, delimiter="\t") if int(row["size"]) > 9]
