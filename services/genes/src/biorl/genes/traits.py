"""Annotation weighted for what genes are, not for what happens when they are knocked down.

The kernel of `biorl.genes.annotation` was chosen for perturbation screens. Classes such as dosage sensitivity or
bivalent chromatin follow from what a gene does and which family it is of, so functions, processes, names and families
of transcription factors count here, and a map of co-expression (gene2vec); pathways, complexes and co-essentiality do
not. The weights are round numbers that were compared by cross-validation on three sets of Geneformer's labels.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from biorl.genes.annotation import Annotation, AnnotationFile, load_annotation
from biorl.genes.gene_sets import GeneSets
from biorl.genes.maps import GeneMap
from biorl.genes.reading import AnnotationFileError, file_digest, lines
from biorl.genes.similarity import Kernel, MapNearness, TermCosine, WeightedSource
from biorl.genes.symbols import Symbols

WEIGHTS = {
    "GO biological_process": 1.0,
    "GO molecular_function": 1.0,
    "GO cellular_component": 0.0,
    "words of full names": 1.0,
    "symbol stems": 0.3,
    "ReactomePathways": 0.0,
    "enrichr.GO_Biological_Process_2021": 0.0,
    "co-essential modules": 0.0,
    "co-essential map": 0.0,
}
"""By source; one that is not named keeps its own."""
FACTORS, FACTOR_WEIGHT = "*HumanTF*.csv*", 1.0
MAP_POINTS, MAP_LABELS, MAP_WEIGHT = "gene2vec_tsne2d_data.txt*", "gene2vec_tsne2d_labels.txt*", 0.7
MAP_BANDWIDTH = 0.7
"""In standard deviations of the map: neighbourhoods, not neighbours."""
LARGEST_SET = 1_000_000
"""No set is too large: "transcription factor" says much of a class of genes."""


def load_traits(folder: Path) -> Annotation:
    """Reads what `load_annotation` reads, and factors and the map where they are below the folder.

    Raises AnnotationFileError.
    """
    annotation = load_annotation(folder)
    kept = [
        WeightedSource(source.likeness, weight)
        for source in annotation.kernel.sources
        if (weight := WEIGHTS.get(source.likeness.name, source.weight)) > 0
    ]
    more, used = _more(folder, annotation.symbols)
    files = (*annotation.files, *(AnnotationFile(path.name, file_digest(path)) for path in used))
    return Annotation(annotation.symbols, Kernel([*kept, *more], power=1.0), files)


def _more(folder: Path, symbols: Symbols) -> tuple[list[WeightedSource], list[Path]]:
    sources, used = [], []
    if factors := min(folder.rglob(FACTORS), default=None):
        sets = GeneSets.from_members("transcription factors", read_factors(factors), symbols)
        sources.append(WeightedSource(TermCosine(sets, largest_term=LARGEST_SET), FACTOR_WEIGHT))
        used.append(factors)
    points, labels = (min(folder.rglob(pattern), default=None) for pattern in (MAP_POINTS, MAP_LABELS))
    if points and labels:
        sources.append(WeightedSource(MapNearness(read_point_map(points, labels, symbols)), MAP_WEIGHT))
        used += [points, labels]
    return sources, used


def read_factors(path: Path) -> dict[str, list[str]]:
    """CSV with `Name`, `DBD` and `is_TF`: the factors, and those of each kind of DNA-binding domain."""
    members: dict[str, list[str]] = defaultdict(list)
    for name, domain in _factors(path):
        members["transcription factor"].append(name)
        members[f"DNA-binding domain {domain}"].append(name)
    return dict(members)


def _factors(path: Path) -> Iterator[tuple[str, str]]:
    rows = csv.DictReader(lines(path))
    if missing := {"Name", "DBD", "is_TF"} - set(rows.fieldnames or ()):
        raise AnnotationFileError(path, f"has no column {min(missing)!r}")
    yield from ((row["Name"], row["DBD"]) for row in rows if row["is_TF"] == "Yes")


def read_point_map(points: Path, labels: Path, symbols: Symbols) -> GeneMap:
    """One point a line ("x y"), and the genes line by line in another file. Of two rows for a gene the first counts."""
    names = [line.strip() for line in lines(labels)]
    try:
        places = np.array([[float(part) for part in line.split()] for line in lines(points)], dtype=np.float32)
    except ValueError as error:
        raise AnnotationFileError(points, "holds something else than numbers") from error
    if places.shape != (len(names), 2):
        raise AnnotationFileError(points, f"has {len(places)} points for {len(names)} genes")
    first: dict[str, int] = {}
    for row, name in enumerate(names):
        first.setdefault(symbols.normalise(name), row)
    genes = tuple(sorted(first))
    bandwidth = MAP_BANDWIDTH * float(places.std())
    return GeneMap("gene2vec map", genes, places[[first[gene] for gene in genes]], bandwidth)
