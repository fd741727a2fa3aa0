"""One seed in, a folder of files out: screen.h5ad, annotation.gmt, genes.tsv, papers/*.xml, truth.json.

The files are of the kinds that real data come in, so that no service knows that its organism is simulated. The same
seed and size give the same bytes. truth.json is for tests and for people; no service reads it.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from biorl.standalone.simulation.annotation import TAXON, GeneSet, gene_info, gene_sets, gmt
from biorl.standalone.simulation.cells import (
    Cells,
    baseline_expression,
    held_out_regulators,
    log_normalised,
    sample_cells,
)
from biorl.standalone.simulation.jats import to_jats
from biorl.standalone.simulation.network import PATHWAY_NAMES, Network, Size, build_network, rewired
from biorl.standalone.simulation.papers import Paper, truth_effects, write_papers

LINES = ("SimA", "SimB")
ORGANISM = f"NCBITaxon:{TAXON}"
REWIRED_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Organism:
    """Everything about it, before it is written down."""

    seed: int
    size: Size
    networks: dict[str, Network]
    """By cell line."""
    cells: dict[str, Cells]
    """By cell line."""
    held_out: frozenset[str]
    sets: tuple[GeneSet, ...]
    papers: tuple[Paper, ...]


def simulate(seed: int, size: Size) -> Organism:
    """Each part draws from a stream of its own: more papers do not change the cells."""
    streams = [np.random.default_rng([seed, number]) for number in range(7)]
    network = build_network(size, streams[0])
    networks = {LINES[0]: network, LINES[1]: rewired(network, REWIRED_SHARE, streams[1])}
    baseline = baseline_expression(len(network.symbols), streams[2])
    held_out = held_out_regulators(network, streams[3])
    return Organism(
        seed=seed,
        size=size,
        networks=networks,
        cells={line: sample_cells(one, baseline, size, streams[4]) for line, one in networks.items()},
        held_out=held_out,
        sets=gene_sets(network, streams[5]),
        papers=write_papers(networks, held_out, size.num_papers, streams[6], f"10.5555/biorl.sim{seed}"),
    )


def write_organism(organism: Organism, folder: Path) -> dict[str, str]:
    """Writes all files into `folder` and returns the SHA-256 (hex) of each, by path relative to the folder.

    The truth comes last and whole: where it is, everything is.
    """
    (folder / "papers").mkdir(parents=True, exist_ok=True)
    network = organism.networks[LINES[0]]
    (folder / "annotation.gmt").write_text(gmt(organism.sets), encoding="utf-8")
    (folder / "genes.tsv").write_text(gene_info(network), encoding="utf-8")
    for number, paper in enumerate(organism.papers, start=1):
        (folder / "papers" / f"paper-{number:03d}.xml").write_bytes(to_jats(paper))
    _write_screen(organism, folder / "screen.h5ad")
    part = folder / "truth.json.part"
    part.write_text(json.dumps(_truth(organism), indent=1, sort_keys=True) + "\n", encoding="utf-8")
    part.replace(folder / "truth.json")
    return digests(folder)


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 (hex) of every file below the folder, by relative path."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _write_screen(organism: Organism, path: Path) -> None:
    """AnnData: X is log1p of counts scaled to 10,000 a cell; obs says line, perturbation and split of each cell."""
    import anndata  # noqa: PLC0415 - heavy, and only needed here
    import pandas as pd  # noqa: PLC0415

    counts = np.concatenate([organism.cells[line].counts for line in LINES])
    perturbations = [name for line in LINES for name in organism.cells[line].perturbation]
    obs = pd.DataFrame(
        {
            "perturbation": pd.Categorical(perturbations),
            "cell_line": pd.Categorical([line for line in LINES for _ in organism.cells[line].perturbation]),
            "split": pd.Categorical(["test" if name in organism.held_out else "train" for name in perturbations]),
        },
        index=[f"cell{number:06d}" for number in range(len(perturbations))],
    )
    screen = anndata.AnnData(
        X=log_normalised(counts), obs=obs, var=pd.DataFrame(index=list(organism.networks[LINES[0]].symbols))
    )
    screen.uns["log1p"] = {}
    screen.uns["screen"] = {"organism": ORGANISM, "perturbation_kind": "crispri", "licence": "CC0-1.0"}
    screen.write_h5ad(path, compression="gzip")


def _truth(organism: Organism) -> dict[str, object]:
    first = organism.networks[LINES[0]]
    effects = truth_effects(organism.networks)
    return {
        "seed": organism.seed,
        "size": asdict(organism.size),
        "organism": ORGANISM,
        "genes": list(first.symbols),
        "regulators": [first.symbols[gene] for gene in first.regulators],
        "readouts": [first.symbols[gene] for gene in first.readouts],
        "held_out": sorted(organism.held_out),
        "pathways": {
            PATHWAY_NAMES[index]: [first.symbols[gene] for gene in np.flatnonzero(first.pathway == index)]
            for index in range(len(first.hubs))
        },
        "edges": {line: _edges(network) for line, network in organism.networks.items()},
        "log2_fold_change": {line: np.round(values, 4).tolist() for line, values in effects.items()},
    }


def _edges(network: Network) -> list[list[str | float]]:
    targets, sources = np.nonzero(network.weights)
    return [
        [network.symbols[source], network.symbols[target], round(float(network.weights[target, source]), 4)]
        for target, source in zip(targets, sources, strict=True)
    ]
