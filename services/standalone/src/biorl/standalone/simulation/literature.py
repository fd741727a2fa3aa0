"""A literature of any size: papers of made-up findings, each drawn from the seed and its own number alone.

For trying out what happens with tens of thousands of papers, where real ones end. As in real literature papers repeat
one another, word for word or nearly; some may not be used, and some are retracted by a later notice.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from biorl.standalone.simulation.findings import Grammar
from biorl.standalone.simulation.jats import to_jats
from biorl.standalone.simulation.papers import CC_BY, CC_BY_NC, Paper, Section

PER_FOLDER = 1000
FINDINGS = 18
REPEATED = 0.05
"""Share of findings that an earlier paper reported too, in the same words or with one word changed."""
HEADINGS = (
    "Neurons", "Neoplasms", "Virus Diseases", "Immunity", "Gene Expression Regulation", "Signal Transduction",
    "Embryonic Development", "Enzymes", "Phylogeny", "Plants", "Algorithms", "Diabetes Mellitus", "Myocardium",
    "Depression", "Clinical Trials",
)  # fmt: skip
METHOD = (
    "Samples were incubated with {drug} at {4-40} °C for {2-70} h and analysed by {stem} staining. "
    "Primary {tissue} {cell} were cultured as described."
)
ASIDE = "This was also true of {stem} after {2-20} days, as reported before [{1-60}]."
NAMESPACE = "10.5555/biorl.made-up"


def paper(seed: int, number: int) -> Paper:
    """The paper of this number, counted from 0; every 200th is a notice that retracts the one before it."""
    draw = Grammar(np.random.default_rng([seed, number]))
    if number % 200 == 199:
        return _notice(seed, number)
    findings = [_reported(seed, number, place, draw) for place in range(FINDINGS)]
    heading = HEADINGS[min(int(draw.rng.exponential(4.0)), len(HEADINGS) - 1)]
    return Paper(
        doi=_doi(seed, number),
        title=draw.text("{name} and {gene} shape {disease} {setting}"),
        abstract=" ".join(findings[:2]),
        sections=(
            Section("Introduction", "intro", (" ".join(findings[2:5]),)),
            Section("Methods", "methods", (draw.text(METHOD),)),
            Section("Results", "results", (_told(findings[5:10], draw), _told(findings[10:15], draw))),
            Section("Discussion", "discussion", (" ".join(findings[15:]),)),
        ),
        keywords=(heading,),
        year=2000 + number % 31,
        licence_url=CC_BY_NC if number % 50 == 7 else "" if number % 100 == 13 else CC_BY,
    )


def write_literature(seed: int, num_papers: int, folder: Path) -> Iterator[Path]:
    """One file a paper, a thousand a folder, written as they are asked for; one that is there already is left alone."""
    for number in range(num_papers):
        path = folder / f"{number // PER_FOLDER:04d}" / f"paper-{number:06d}.xml"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            partial = path.with_suffix(".part")  # readers pass over it
            partial.write_bytes(to_jats(paper(seed, number)))
            partial.replace(path)
        yield path


def _doi(seed: int, number: int) -> str:
    return f"{NAMESPACE}{seed}.{number:06d}"


def _reported(seed: int, number: int, place: int, draw: Grammar) -> str:
    """A finding of its own, or one of an earlier paper, half of these with another word."""
    own = _own(seed, number, place)
    if number == 0 or draw.rng.random() >= REPEATED:
        return own
    known = _own(seed, int(draw.rng.integers(number)), int(draw.rng.integers(FINDINGS)))
    return known if draw.rng.random() < 0.5 else known.removesuffix(".") + draw.text(" and {stem} alike.")


def _own(seed: int, number: int, place: int) -> str:
    return Grammar(np.random.default_rng([seed, number, place + 1])).text("{finding}")


def _told(findings: list[str], draw: Grammar) -> str:
    """With what nobody can be asked about: pointers and references back."""
    return " ".join([*findings[:3], "These changes are shown in Figure 2.", *findings[3:], draw.text(ASIDE)])


def _notice(seed: int, number: int) -> Paper:
    return Paper(
        doi=_doi(seed, number),
        title=f"Retraction: {paper(seed, number - 1).title}",
        abstract="The authors retract this article because its cell line was mislabelled.",
        year=2031,
        article_type="retraction",
        retracts=_doi(seed, number - 1),
    )
