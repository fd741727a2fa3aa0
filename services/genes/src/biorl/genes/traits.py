"""Annotation weighted for what genes are, not for what happens when they are knocked down.

The kernel of `biorl.genes.annotation` was chosen for perturbation screens. Classes such as dosage sensitivity or
bivalent chromatin follow from what a gene does and which family it is of, so functions, processes, all its names,
families of transcription factors and its place on the chromosomes count here, and a map of co-expression (gene2vec);
pathways, complexes and co-essentiality weigh nothing, and common terms count for more. The weights are round numbers
that were compared by cross-validation on three sets of Geneformer's labels; where they do not fit a class the sources
may be weighed otherwise (`Kernel.weighing`), those without weight among them.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import numpy as np

from biorl.genes.annotation import Annotation, AnnotationFolder
from biorl.genes.gene_sets import GeneSets
from biorl.genes.maps import GeneMap
from biorl.genes.names import chromosome_bands, words_of_designations
from biorl.genes.reading import AnnotationFileError, lines
from biorl.genes.similarity import Kernel, Likeness, MapNearness, TermCosine, WeightedSource
from biorl.genes.symbols import GeneRecord, Symbols

WEIGHTS = {
    "GO cellular_component": 0.0,
    "symbol stems": 0.3,
    "ReactomePathways": 0.0,
    "enrichr.GO_Biological_Process_2021": 0.0,
    "co-essential modules": 0.0,
    "chromosome bands": 0.5,
    "gene2vec map": 0.35,
}
"""By source; one that is not named counts 1."""
FACTORS = "*HumanTF*.csv*"
MAP_POINTS, MAP_LABELS = "gene2vec_tsne2d_data.txt*", "gene2vec_tsne2d_labels.txt*"
MAP_BANDWIDTH = 0.7
"""In standard deviations of the map: neighbourhoods, not neighbours."""
LARGEST_SET = 1_000_000
"""No set is too large: "transcription factor" says much of a class of genes."""
EXPONENT = 1.0


def load_traits(folder: Path) -> Annotation:
    """Reads the gene sets that `load_annotation` reads, and factors and the map where they are below the folder.

    Raises AnnotationFileError.
    """
    found = AnnotationFolder(folder)
    records = found.records()
    symbols = Symbols.from_records(records)
    likenesses = [*_cosines(found, symbols, records), *_map(found, symbols)]
    kernel = Kernel([WeightedSource(each, WEIGHTS.get(each.name, 1.0)) for each in likenesses], power=1.0)
    return Annotation(symbols, kernel, found.files())


def _cosines(found: AnnotationFolder, symbols: Symbols, records: list[GeneRecord]) -> Iterator[Likeness]:
    for sets in chain(found.gene_sets(symbols, records), _more_sets(found, symbols, records)):
        yield TermCosine(sets, EXPONENT, LARGEST_SET)


def _more_sets(found: AnnotationFolder, symbols: Symbols, records: list[GeneRecord]) -> Iterator[GeneSets]:
    if path := found.first(FACTORS):
        yield GeneSets.from_members("transcription factors", read_factors(path), symbols)
    if any(record.designations for record in records):
        yield GeneSets.from_members("words of designations", words_of_designations(records), symbols)
    if any(record.location for record in records):
        yield GeneSets.from_members("chromosome bands", chromosome_bands(records), symbols)


def _map(found: AnnotationFolder, symbols: Symbols) -> Iterator[Likeness]:
    points, labels = found.first(MAP_POINTS), found.first(MAP_LABELS)
    if points and labels:
        yield MapNearness(read_point_map(points, labels, symbols))


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
