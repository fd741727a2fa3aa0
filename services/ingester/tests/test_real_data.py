"""Everything that real publishers, PubMed, PerturbQA and screens put before us."""

import re
from collections import Counter
from pathlib import Path

import pytest

from biorl.ingester.adapters.ledger import SqliteLedger, refusals, summarise
from biorl.ingester.adapters.readers import FileReader, read_documents, read_effects
from biorl.ingester.adapters.retraction_lists import read_retraction_list
from biorl.ingester.domain.admission import Policy
from biorl.ingester.domain.sources import EffectTableSource, JatsSource, PerturbqaSource, PubmedSource, ScreenSource
from biorl.ingester.service import Ingester
from biorl.ingester.testing import FakeObserver, FakePublisher
from biorl.questions.question import PerturbationKind, Split

pytestmark = [pytest.mark.data, pytest.mark.slow]


@pytest.fixture(scope="module")
def taken(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[FakePublisher, Path]:
    """All papers and abstracts through the service, with the retraction list."""
    ledger = tmp_path_factory.mktemp("real") / "ledger.sqlite"
    publisher = FakePublisher()
    ingester = Ingester(FileReader(), SqliteLedger(ledger), publisher, FakeObserver(), Policy())
    ingester.retire(read_retraction_list(data_dir / "pubmed" / "pubmed_retractions.tsv.gz"), "pubmed_retractions")
    folders = [JatsSource(path=data_dir / "jats"), JatsSource(path=data_dir / "jats_licence_gate")]
    ingester.ingest_all([*folders, PubmedSource(path=data_dir / "pubmed", licence="CC0-1.0")])
    return publisher, ledger


def test_every_article_is_published_or_refused_with_a_reason(taken, data_dir: Path) -> None:
    counts = summarise(taken[1])
    files = len(list((data_dir / "jats").glob("*.xml.gz"))) + len(list((data_dir / "jats_licence_gate").glob("*")))
    assert sum(number for (kind, _, _), number in counts.items() if kind == "document") == files
    assert counts["document", "published", ""] > 0.95 * files
    assert {reason for kind, status, reason in counts if kind == "document" and status == "refused"} <= {
        "licence_not_allowed", "licence_unknown", "notice", "retracted", "no_text",
    }  # fmt: skip


def test_no_file_but_the_empty_set_is_unreadable(taken) -> None:
    unreadable = [entry for entry in refusals(taken[1]) if entry.kind == "file"]
    assert [(entry.source, entry.detail) for entry in unreadable] == [
        ("pubmed/metapub/37909814.xml.gz", "no PubMed record in it")
    ]


def test_restricted_licences_are_refused(taken) -> None:
    refused = {
        entry.source: entry.reason for entry in refusals(taken[1]) if entry.source.startswith("jats_licence_gate")
    }
    assert len(refused) == 4
    assert set(refused.values()) == {"licence_not_allowed"}


def test_retracted_papers_and_notices_are_refused(taken) -> None:
    refused = {entry.source.removeprefix("jats/"): (entry.reason, entry.detail) for entry in refusals(taken[1])}
    assert refused["10.7554_elife.94685.2.xml.gz"][0] == "retracted"
    assert refused["10.1371_journal.pbio.0050005.xml.gz"] == ("retracted", "pmid:17177604 is on the retraction list")
    assert refused["10.1371_journal.pcbi.0030158.xml.gz"] == ("notice", "retraction")
    assert Counter(reason for reason, _ in refused.values())["notice"] >= 12


def test_notices_are_published_as_retractions_of_their_targets(taken) -> None:
    targets = {retraction.document_id for retraction in taken[0].retractions}
    assert {
        "doi:10.1371/journal.pcbi.0030051",
        "doi:10.1371/journal.ppat.1003435",
        "doi:10.1371/journal.pone.0035142",
        "doi:10.1080/17402520600579028",
        "pmid:26432306",
    } <= targets


def test_most_of_the_text_is_known_by_section(taken) -> None:
    papers = [document for document in taken[0].documents if not document.is_abstract]
    size: Counter[str] = Counter()
    for document in papers:
        for section in document.sections:
            size[section.type] += sum(len(paragraph.text) for paragraph in section.paragraphs)
    assert size[""] / size.total() < 0.15
    assert size["results"] / size.total() > 0.2
    assert sum(len(document.tables) for document in papers) > 800
    assert len({document.id for document in papers}) == len(papers)


def test_tables_are_rectangles_and_paragraphs_have_one_id_each(taken) -> None:
    for document in taken[0].documents:
        ids = [paragraph.id for section in document.sections for paragraph in section.paragraphs]
        assert len(ids) == len(set(ids))
        for table in document.tables:
            assert len({len(row) for row in (*table.header, *table.rows)}) == 1


def test_no_exponent_fuses_with_its_base(taken) -> None:
    fused = [
        paragraph.text
        for document in taken[0].documents
        for section in document.sections
        for paragraph in section.paragraphs
        if re.search(r"[×x] ?10[3-9]\b(?! ?(?:mg|µ|m[lLM]|%))", paragraph.text)
    ]
    assert len(fused) < 25  # what is left is written so by the publisher


def test_reading_twice_gives_the_same(data_dir: Path) -> None:
    source = JatsSource(path=data_dir / "jats" / "10.1371_journal.pone.00*.xml.gz")
    assert list(read_documents(source)) == list(read_documents(source))


@pytest.mark.parametrize(
    ("line", "train", "test", "changed", "up"),
    [("K562", 1564, 267, 16861 + 3119, 11041 + 2530), ("RPE1", 1596, 406, 21287 + 5365, 8381 + 2121)],
)
def test_perturbqa_has_the_published_counts(
    data_dir: Path, line: str, train: int, test: int, changed: int, up: int
) -> None:
    effects = list(read_effects(PerturbqaSource(path=data_dir / "perturbqa", cell_lines=(line,))))
    assert Counter(item.split for item in effects) == {Split.TRAIN: train, Split.TEST: test}
    readouts = [readout for item in effects for readout in item.readouts]
    assert sum(readout.differentially_expressed is True for readout in readouts) == changed
    assert sum(readout.direction > 0 for readout in readouts) == up
    assert len({item.id for item in effects}) == len(effects)


def test_rates_of_perturbqa_are_those_of_its_train_rows(data_dir: Path) -> None:
    effects = list(read_effects(PerturbqaSource(path=data_dir / "perturbqa", cell_lines=("K562",))))
    rows = [
        (item.split, r.differentially_expressed, r.train_response_rate)
        for item in effects
        for r in item.readouts
        if r.readout == "ATF4"
    ]
    train = [changed for split, changed, _ in rows if split is Split.TRAIN]
    assert {rate for *_, rate in rows} == {sum(map(bool, train)) / len(train)}


def test_a_real_screen_gives_effects_in_each_cell_line(data_dir: Path) -> None:
    path = data_dir / "h5ad" / "perturbench_devel_norman19_mcfaline23.h5ad"
    effects = list(read_effects(ScreenSource(path=path)))
    kinds = {item.context.cell_line: item.context.perturbation_kind for item in effects}
    assert kinds == {
        "k562": PerturbationKind.CRISPRA,
        "A172": PerturbationKind.CRISPRI,
        "T98G": PerturbationKind.CRISPRI,
        "U87MG": PerturbationKind.CRISPRI,
    }
    assert ("KLF1", "MAP2K6") in {item.perturbed_genes for item in effects}
    changed = [r for item in effects for r in item.readouts if r.differentially_expressed]
    assert len(changed) > 40  # few cells, and genes that few cells express
    assert all(r.direction for r in changed)


def test_a_table_of_significant_rows_is_read(data_dir: Path) -> None:
    columns = {"readout": "gene", "cell_line": "study_id"}
    source = EffectTableSource(path=data_dir / "perturb_tables" / "ebi_perturb-seq_de.parquet", columns=columns)
    readouts = [readout for item in read_effects(source) for readout in item.readouts]
    assert len(readouts) == 29_471
    assert sum(r.direction > 0 for r in readouts) / len(readouts) == pytest.approx(0.62, abs=0.02)
