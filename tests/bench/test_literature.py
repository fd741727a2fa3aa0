"""How fast one core reads papers and asks about them, beside pubmed_parser reading the same text, tables and captions.

Prints; asserts only that the work was done, and that memory does not grow with the number of papers.
"""

import gzip
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import psutil
import pubmed_parser
import pytest

from biorl.chassis.workers import processes
from biorl.ingester.adapters.readers import read_documents
from biorl.ingester.adapters.wire import document_to_wire
from biorl.ingester.domain.sources import JatsSource
from biorl.question_generator.__main__ import SENT_AT_ONCE
from biorl.question_generator.adapters.wire import document_from_wire, document_message
from biorl.question_generator.domain.literature.article import LiteratureRules, write_literature_questions
from biorl.question_generator.domain.sources import Document
from biorl.question_generator.service import Rules, write_questions

pytestmark = [pytest.mark.bench, pytest.mark.data]
EVERY = 6
ROUNDS = 3
REPEATS = 2_000
"""Papers, one after the other, over which memory is watched."""
MAX_GROWTH_MB = 32
RULES = LiteratureRules()


@pytest.fixture(scope="module")
def folder(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every sixth article, unpacked: pubmed_parser reads no gzip."""
    folder = tmp_path_factory.mktemp("articles")
    for path in sorted((data_dir / "jats").glob("*.xml.gz"))[::EVERY]:
        (folder / path.name.removesuffix(".gz")).write_bytes(gzip.decompress(path.read_bytes()))
    return folder


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def cpu_s(act: Callable[[], object]) -> float:
    """Of the fastest of three rounds."""
    times = []
    for _ in range(ROUNDS):
        began_at = time.process_time()
        act()
        times.append(time.process_time() - began_at)
    return min(times)


def peer(folder: Path) -> int:
    count = 0
    for path in sorted(folder.glob("*.xml")):
        try:
            pubmed_parser.parse_pubmed_xml(str(path))
            count += len(pubmed_parser.parse_pubmed_paragraph(str(path), all_paragraph=True))
            pubmed_parser.parse_pubmed_table(str(path))
            pubmed_parser.parse_pubmed_caption(str(path))
        except Exception:  # noqa: BLE001, S110 - it does not know every flavour of JATS; ours has to
            pass
    return count


def read(folder: Path) -> list[Document]:
    documents = read_documents(JatsSource(path=folder))
    return [document_from_wire(document_message(document_to_wire(it).SerializeToString())) for it in documents]


def ask(documents: list[Document]) -> int:
    return sum(len(write_literature_questions(document, RULES).questions) for document in documents)


def test_reading_and_asking_beside_pubmed_parser(folder: Path) -> None:
    size = sum(path.stat().st_size for path in folder.glob("*.xml")) / 1e6
    documents = read(folder)
    peer_s, read_s, ask_s = cpu_s(lambda: peer(folder)), cpu_s(lambda: read(folder)), cpu_s(lambda: ask(documents))
    assert ask(documents) > len(documents)
    say(f"\n{len(documents)} papers, {size:.1f} MB of JATS, one core, CPU seconds")
    say(f"pubmed_parser, text, tables and captions   {peer_s:6.2f} s   {size / peer_s:6.1f} MB/s")
    say(f"biorl, reading, with the wire              {read_s:6.2f} s   {size / read_s:6.1f} MB/s")
    say(f"biorl, asking                              {ask_s:6.2f} s   {size / ask_s:6.1f} MB/s")
    say(f"reading and asking together: {peer_s / (read_s + ask_s):.2f} of pubmed_parser's speed")


def test_memory_stays_flat_over_many_papers(folder: Path) -> None:
    documents = read(folder)
    ask(documents)
    process = psutil.Process()
    before = process.memory_info().rss
    for number in range(REPEATS // len(documents)):
        ask(documents if number % 2 else documents[::-1])
    grown = (process.memory_info().rss - before) / 1e6
    say(f"\nmemory after {REPEATS} papers: {grown:+.1f} MB")
    assert grown < MAX_GROWTH_MB


def test_two_workers_beside_one(folder: Path) -> None:
    """By CPU time, which a busy machine changes little: if nothing of the feeding overlapped, and each had its core."""
    documents, write, me = read(folder), partial(write_questions, rules=Rules()), psutil.Process()
    with processes(2) as pool:
        list(pool.map(write, documents, chunksize=SENT_AT_ONCE))  # started, everything imported
        workers = [child for child in me.children() if cpu_of(child) > 1]
        for _ in range(ROUNDS):
            began_at = cpu_of(me)
            alone = [write(document) for document in documents]
            alone_s, before, began_at = cpu_of(me) - began_at, [cpu_of(it) for it in workers], cpu_of(me)
            together = list(pool.map(write, documents, chunksize=SENT_AT_ONCE))
            feeding_s = cpu_of(me) - began_at
            working_s = [cpu_of(it) - spent for it, spent in zip(workers, before, strict=True)]
            assert together == alone
            ratio = alone_s / (feeding_s + sum(working_s) / 2)
            two = " and ".join(f"{spent:.2f}" for spent in working_s)
            say(f"one {alone_s:.2f} s; two {two} s, fed in {feeding_s:.2f} s: {ratio:.2f}")


def cpu_of(process: psutil.Process) -> float:
    """Seconds so far."""
    used = process.cpu_times()
    return float(used.user + used.system)
