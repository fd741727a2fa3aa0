"""Short papers about the organism: every number and every direction in them is true of its network.

Words only; `jats` puts them into XML. Papers speak of perturbations on the training side alone, so that no paper tells
what the screen holds out. One is under a licence that forbids commercial use, one under none, one is retracted and
followed by its notice: an ingester has to refuse them, each for its own reason.
"""

from dataclasses import dataclass, replace

import numpy as np

from biorl.standalone.simulation.network import PATHWAY_NAMES, Floats, Network, all_knockdowns

CC_BY = "https://creativecommons.org/licenses/by/4.0/"
CC_BY_NC = "https://creativecommons.org/licenses/by-nc/4.0/"
CLEAR_EFFECT = 0.6
"""Smallest absolute log2 fold change that a paper writes of."""
FINDINGS_PER_PAPER = 6


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    kind: str
    """JATS sec-type; empty when the journal gives none."""
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    doi: str
    title: str
    abstract: str
    sections: tuple[Section, ...] = ()
    table: tuple[tuple[str, ...], ...] = ()
    """Rows of cells, the header first; empty for a paper without a table."""
    keywords: tuple[str, ...] = ()
    year: int = 2030
    article_type: str = "research-article"
    licence_url: str = CC_BY
    """Empty for a paper that states no licence."""
    retracts: str = ""
    """DOI of the paper that this notice takes back."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One true effect of one knock-down in one cell line."""

    perturbed: str
    readout: str
    line: str
    log2_fold_change: float

    @property
    def fold(self) -> float:
        """How many times more, or fewer; at least 1."""
        return float(2 ** abs(self.log2_fold_change))

    @property
    def rises(self) -> bool:
        return self.log2_fold_change > 0

    @property
    def p_value(self) -> float:
        """Smaller for a stronger effect; the same wherever a paper names it."""
        return float(10 ** -(2.0 + 3.0 * abs(self.log2_fold_change)))


def findings(network: Network, line: str, held_out: frozenset[str]) -> tuple[tuple[Finding, ...], ...]:
    """Clear effects of training perturbations on readouts, by pathway."""
    by_pathway: list[list[Finding]] = [[] for _ in network.hubs]
    for gene, effects in zip(network.regulators, all_knockdowns(network), strict=True):
        symbol = network.symbols[gene]
        if symbol in held_out:
            continue
        clear = [int(readout) for readout in network.readouts if abs(effects[readout]) >= CLEAR_EFFECT]
        by_pathway[network.pathway[gene]] += [
            Finding(symbol, network.symbols[readout], line, float(effects[readout])) for readout in clear
        ]
    return tuple(tuple(items) for items in by_pathway)


def write_papers(
    lines: dict[str, Network], held_out: frozenset[str], num_papers: int, rng: np.random.Generator, namespace: str
) -> tuple[Paper, ...]:
    """Papers in order of publication; the last ones are what an ingester refuses."""
    known = {line: findings(network, line, held_out) for line, network in lines.items()}
    usable = [(line, index) for line in lines for index, items in enumerate(known[line]) if items]
    papers = []
    for number in range(num_papers - 1):
        line, index = usable[number % len(usable)]
        papers.append(_research(f"{namespace}.{number + 1:03d}", lines[line], index, known[line][index], rng))
    retracted = papers[-3]
    papers[-2] = replace(papers[-2], licence_url=CC_BY_NC)
    papers[-1] = replace(papers[-1], licence_url="")
    return (*papers, _retraction(f"{namespace}.{num_papers:03d}", retracted))


def _research(doi: str, network: Network, pathway: int, known: tuple[Finding, ...], rng: np.random.Generator) -> Paper:
    name, hub = PATHWAY_NAMES[pathway], network.symbols[network.hubs[pathway]]
    count = min(FINDINGS_PER_PAPER, len(known))
    chosen = [known[index] for index in sorted(rng.choice(len(known), count, replace=False))]
    line = chosen[0].line
    first = chosen[0]
    return Paper(
        doi=doi,
        title=f"{first.perturbed} shapes {name} signalling in simulated {line} cells",
        abstract=(
            f"The {name} pathway acts through {hub}. We silenced its regulators by CRISPR interference in {line} "
            f"cells. {_finding_sentence(first, rng)} {first.perturbed} is therefore a regulator of {name} signalling."
        ),
        sections=(
            Section("Introduction", "intro", _introduction(network, pathway, chosen)),
            Section("Methods", "methods", _methods(line, rng)),
            Section("Results", "results", _results(chosen, rng)),
            Section("Discussion", "discussion", _discussion(name, hub, chosen)),
        ),
        table=_table(chosen),
        keywords=(f"{name} signalling", "CRISPR interference", "gene regulation", "simulated organism"),
    )


def _introduction(network: Network, pathway: int, chosen: list[Finding]) -> tuple[str, ...]:
    name, hub = PATHWAY_NAMES[pathway], network.symbols[network.hubs[pathway]]
    members = np.flatnonzero(network.pathway == pathway)
    sentences = []
    for symbol in sorted({finding.perturbed for finding in chosen}):
        role = "an activator" if network.role[network.symbols.index(symbol)] > 0 else "an inhibitor"
        number = symbol.removeprefix("SIMG")
        sentences.append(f"{symbol} (also known as SGX-{number}) is {role} of {name} signalling.")
    return (
        f"The {name} pathway of the simulated organism has {len(members)} regulators. Its hub gene is {hub}.",
        " ".join(sentences),
    )


def _methods(line: str, rng: np.random.Generator) -> tuple[str, ...]:
    hours, dose = int(rng.integers(4, 10)) * 12, float(rng.integers(2, 9)) / 2
    return (
        f"{line} cells were grown at 37 °C in 5% CO2 and passaged every {int(rng.integers(2, 5))} days. "
        f"Guides were delivered at a multiplicity of infection of 0.{int(rng.integers(2, 6))} and selected with "
        f"{dose:.1f} µg/ml puromycin for {hours} h.",
        f"Single cells were sequenced to {int(rng.integers(30, 70))} million reads on a 150 bp run. Expression was "
        f"compared with {int(rng.integers(300, 800))} control cells, and genes with an adjusted p value "
        "below 0.05 were called.",
    )


def _results(chosen: list[Finding], rng: np.random.Generator) -> tuple[str, ...]:
    half = (len(chosen) + 1) // 2
    groups = (chosen[:half], chosen[half:])
    return tuple(" ".join(_finding_sentence(finding, rng) for finding in group) for group in groups if group)


def _finding_sentence(finding: Finding, rng: np.random.Generator) -> str:
    verb = "increased" if finding.rises else "decreased"
    perturbed, readout, line, fold = finding.perturbed, finding.readout, finding.line, f"{finding.fold:.1f}-fold"
    p_value = f"{finding.p_value:.1e}"
    forms = (
        f"Knockdown of {perturbed} {verb} the expression of {readout} {fold} in {line} cells (p = {p_value}).",
        f"Upon CRISPRi of {perturbed}, {readout} mRNA was {verb} {fold} in {line} cells (p = {p_value}).",
        f"Silencing {perturbed} changed {readout} expression by a log2 fold change of "
        f"{finding.log2_fold_change:.2f} in {line} cells (p = {p_value}).",
    )
    return forms[int(rng.integers(len(forms)))]


def _discussion(name: str, hub: str, chosen: list[Finding]) -> tuple[str, ...]:
    strongest = max(chosen, key=lambda finding: abs(finding.log2_fold_change))
    verb = "represses" if strongest.rises else "promotes"
    return (
        f"The strongest effect was that of {strongest.perturbed} on {strongest.readout}: {strongest.perturbed} {verb} "
        f"{strongest.readout} in {strongest.line} cells.",
        f"We conclude that {name} signalling reaches its targets through {hub}.",
    )


def _table(chosen: list[Finding]) -> tuple[tuple[str, ...], ...]:
    rows = [(item.perturbed, item.readout, item.line, f"{item.log2_fold_change:.2f}") for item in chosen]
    return (("Perturbation", "Readout", "Cell line", "log2 fold change"), *rows)


def _retraction(doi: str, retracted: Paper) -> Paper:
    return Paper(
        doi=doi,
        title=f"Retraction: {retracted.title}",
        abstract="The authors retract this article because its cell line was mislabelled.",
        year=2031,
        article_type="retraction",
        retracts=retracted.doi,
    )


def truth_effects(lines: dict[str, Network]) -> dict[str, Floats]:
    """For each line the true log2 fold changes, shape (regulators, genes)."""
    return {line: all_knockdowns(network) for line, network in lines.items()}
