"""The organism's files: the same bytes for the same seed, true to the network, nothing held out told."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import anndata
import numpy as np
import pytest

from biorl.standalone.simulation.network import TINY, Size
from biorl.standalone.simulation.organism import LINES, Organism, digests, simulate, write_organism


@pytest.fixture(scope="module")
def organism() -> Organism:
    return simulate(7, TINY)


@pytest.fixture(scope="module")
def folder(organism: Organism, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("organism")
    write_organism(organism, path)
    return path


def test_one_seed_gives_the_same_bytes_twice(folder: Path, tmp_path: Path) -> None:
    write_organism(simulate(7, TINY), tmp_path)
    assert digests(tmp_path) == digests(folder)


def test_the_truth_is_there_only_when_all_of_it_is(
    organism: Organism, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that goes on after Ctrl-C looks for it."""

    def stopped(_screen: object, path: Path, **_options: object) -> None:
        path.write_bytes(b"half of it")
        raise KeyboardInterrupt

    with monkeypatch.context() as interrupted:
        interrupted.setattr(anndata.AnnData, "write_h5ad", stopped)
        with pytest.raises(KeyboardInterrupt):
            write_organism(organism, tmp_path)
    assert not (tmp_path / "truth.json").exists()
    write_organism(organism, tmp_path)
    assert digests(tmp_path) == digests(folder)


def test_another_seed_gives_another_organism(folder: Path, tmp_path: Path) -> None:
    write_organism(simulate(8, TINY), tmp_path)
    same = {path for path, digest in digests(tmp_path).items() if digests(folder).get(path) == digest}
    assert same == {"genes.tsv"}  # the same names, meaning other genes


def test_the_screen_says_line_perturbation_and_split_of_every_cell(folder: Path, organism: Organism) -> None:
    obs = anndata.read_h5ad(folder / "screen.h5ad").obs
    assert set(obs["cell_line"]) == set(LINES)
    assert set(obs["perturbation"][obs["split"] == "test"]) == organism.held_out
    assert set(obs["split"][obs["perturbation"] == "control"]) == {"train"}
    assert set(obs["perturbation"]) - {"control"} == set(json.loads((folder / "truth.json").read_text())["regulators"])


def test_a_knock_down_is_seen_in_its_cells(folder: Path) -> None:
    screen = anndata.read_h5ad(folder / "screen.h5ad")
    for symbol in list(screen.obs["perturbation"].cat.categories.drop("control"))[:8]:
        level = np.asarray(screen[:, symbol].X).ravel()
        assert (
            level[screen.obs["perturbation"] == symbol].mean() < level[screen.obs["perturbation"] == "control"].mean()
        )


def test_no_paper_speaks_of_a_held_out_perturbation(organism: Organism) -> None:
    text = json.dumps(
        [(paper.title, paper.abstract, paper.sections and str(paper.sections)) for paper in organism.papers]
    )
    assert not [symbol for symbol in organism.held_out if symbol in text]


def test_every_direction_in_a_paper_is_true_of_the_network(organism: Organism) -> None:
    checked = 0
    for paper in organism.papers:
        for sentence in re.findall(
            r"Knockdown of (\w+) (\w+) the expression of (\w+) [\d.]+-fold in (\w+)", str(paper)
        ):
            perturbed, verb, readout, line = sentence
            assert (_true_effect(organism, perturbed, readout, line) > 0) == (verb == "increased")
            checked += 1
    assert checked >= 5


def _true_effect(organism: Organism, perturbed: str, readout: str, line: str) -> float:
    from biorl.standalone.simulation.network import knockdown  # noqa: PLC0415

    network = organism.networks[line]
    return float(knockdown(network, network.symbols.index(perturbed))[network.symbols.index(readout)])


def test_papers_that_must_be_refused_are_there(folder: Path) -> None:
    articles = [ET.parse(path).getroot() for path in sorted((folder / "papers").glob("*.xml"))]  # noqa: S314 - our own
    licences = [article.find(".//license") for article in articles]
    assert sum("by-nc" in str(licence.attrib) for licence in licences if licence is not None) == 1
    assert sum(article.get("article-type") == "retraction" for article in articles) == 1
    research = [article for article in articles if article.get("article-type") == "research-article"]
    assert sum(article.find(".//license") is None for article in research) == 1
    notice = next(article for article in articles if article.get("article-type") == "retraction")
    target = notice.find(".//related-article").get("{http://www.w3.org/1999/xlink}href")
    assert target in {article.findtext(".//article-id") for article in research}


def test_more_papers_do_not_change_the_cells() -> None:
    more = Size(**{name: getattr(TINY, name) for name in TINY.__slots__} | {"num_papers": 12})
    first, second = simulate(3, TINY), simulate(3, more)
    assert (first.cells["SimA"].counts == second.cells["SimA"].counts).all()


def test_annotation_tells_held_out_perturbations_apart_better_than_chance() -> None:
    """A neighbour vote over shared gene sets predicts true directions: the organism has something to learn."""
    organism = simulate(0, Size())
    network = organism.networks["SimA"]
    from biorl.standalone.simulation.network import all_knockdowns  # noqa: PLC0415

    effects = all_knockdowns(network)[:, network.readouts]
    symbols = [network.symbols[gene] for gene in network.regulators]
    member = np.array([[symbol in item.genes for item in organism.sets] for symbol in symbols], dtype=float)
    member *= np.log(len(symbols) / member.sum(axis=0).clip(1))
    unit = member / np.linalg.norm(member, axis=1, keepdims=True).clip(1e-9)
    test = np.array([symbol in organism.held_out for symbol in symbols])
    similarity = (unit @ unit.T)[np.ix_(test, ~test)] ** 2
    direction = np.sign(effects) * (np.abs(effects) > 0.4)
    vote = similarity @ (direction[~test] - direction[~test].mean(axis=0))
    asked = direction[test] != 0
    agreement = (np.sign(vote[asked]) == direction[test][asked]).mean()
    assert asked.sum() >= 1500
    assert agreement > 0.7
