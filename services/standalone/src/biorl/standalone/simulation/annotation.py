"""What the organism's curators know: gene sets for its pathways, incomplete and partly wrong, and a table of genes.

Numpy alone. Sets say the role as well as the pathway, because a screen's direction depends on both. A gene's synonyms
are unique in the table.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from biorl.standalone.simulation.network import PATHWAY_NAMES, Network

MISSED = 0.2
"""Share of true members that an annotator missed."""
WRONG = 0.1
"""Wrong members, as a share of the set's size."""
TAXON = 32630
"""NCBI taxon "synthetic construct"."""


@dataclass(frozen=True, slots=True)
class GeneSet:
    name: str
    description: str
    genes: tuple[str, ...]


def gene_sets(network: Network, rng: np.random.Generator) -> tuple[GeneSet, ...]:
    """Pathways, their positive and negative regulators, their complexes, their targets, and sets that mean nothing."""
    sets: list[GeneSet] = []
    for index, hub in enumerate(network.hubs):
        name = PATHWAY_NAMES[index]
        members = np.flatnonzero(network.pathway == index)
        activators, inhibitors = members[network.role[members] > 0], members[network.role[members] < 0]
        targets = np.flatnonzero((network.pathway < 0) & (network.weights[:, hub] != 0))
        sets += [
            _noisy(network, f"{name} signalling", "all members of the pathway", members, rng),
            _noisy(network, f"positive regulation of {name} signalling", "activators", activators, rng),
            _noisy(network, f"{name} activator complex", "activators that bind each other", activators[:5], rng),
            _noisy(network, f"negative regulation of {name} signalling", "inhibitors", inhibitors, rng),
            _noisy(network, f"response to {name} signalling", "genes that the hub regulates", targets, rng),
        ]
    for number in range(len(network.hubs)):
        drawn = rng.choice(len(network.symbols), 12, replace=False)
        sets.append(_noisy(network, f"housekeeping set {number + 1}", "drawn at random", drawn, rng))
    return tuple(item for item in sets if item.genes)


def _noisy(
    network: Network, name: str, description: str, members: npt.NDArray[np.int64], rng: np.random.Generator
) -> GeneSet:
    kept = members[rng.random(len(members)) >= MISSED]
    wrong = rng.choice(len(network.symbols), rng.binomial(len(members), WRONG), replace=False)
    chosen = sorted({int(gene) for gene in kept} | {int(gene) for gene in wrong})
    return GeneSet(name, description, tuple(network.symbols[gene] for gene in chosen))


def gmt(sets: tuple[GeneSet, ...]) -> str:
    """The sets in Broad's GMT format."""
    return "".join("\t".join((item.name, item.description, *item.genes)) + "\n" for item in sets)


def gene_info(network: Network) -> str:
    """The genes in the columns of NCBI's gene_info, with two synonyms each.

    No descriptions: a full name that told pathway and role would be annotation without its noise.
    """
    header = (
        "#tax_id\tGeneID\tSymbol\tLocusTag\tSynonyms\tdbXrefs\tchromosome\tmap_location\tdescription\ttype_of_gene\n"
    )
    rows = []
    for gene in np.argsort(network.symbols):
        symbol = network.symbols[gene]
        number = int(symbol.removeprefix("SIMG"))
        synonyms = f"SGX-{number:03d}|p{number:03d}SIM"
        rows.append(f"{TAXON}\t{900_000 + number}\t{symbol}\t-\t{synonyms}\t-\t-\t-\t-\tprotein-coding\n")
    return header + "".join(rows)
