"""The whole generator on the embedded bus: real messages in, real messages out, killed in the middle."""

import os
import signal
import subprocess
import sys
import time

import pytest
import yaml

from biorl.chassis.bus import Message
from biorl.chassis.bus.testing import bus_at, drain
from biorl.document.v1 import document_pb2
from biorl.effect.v1 import effect_pb2
from biorl.question.v1 import question_pb2
from biorl.question_generator.adapters.bus_questions import BusQuestions, questions_on
from biorl.question_generator.adapters.bus_sources import SourceHandler
from biorl.question_generator.adapters.folder_bodies import FolderBodies
from biorl.question_generator.adapters.sqlite_store import SqliteStore, summarise
from biorl.question_generator.commands import export_command
from biorl.question_generator.service import QuestionGenerator, Rules
from biorl.question_generator.testing import Tally

DOCUMENTS, EFFECTS, RETRACTIONS, QUESTIONS = (
    "biorl.documents.v1",
    "biorl.effects.v1",
    "biorl.retractions.v1",
    "biorl.questions.v1",
)
SOURCES = (DOCUMENTS, EFFECTS, RETRACTIONS)
FACT = "Treatment with rapamycin significantly increased the median lifespan of yeast cells in rich medium."


def effects_message(number, split=question_pb2.SPLIT_TRAIN, readouts=6):
    message = effect_pb2.PerturbationEffects(
        id=f"{number:064x}",
        dataset=effect_pb2.Dataset(name="testing/k562", licence="CC-BY-4.0", benchmarks=["testing/k562"]),
        context=question_pb2.Context(
            organism="NCBITaxon:9606", cell_line="K562", perturbation_kind=question_pb2.PERTURBATION_KIND_CRISPRI
        ),
        perturbed_genes=[f"P{number}"],
        split=split,
        readouts=[
            effect_pb2.ReadoutEffect(
                readout=f"G{index}",
                differentially_expressed=True,
                direction=1 if (index + number) % 2 else -1,
                train_response_rate=0.5,
                train_up_rate=0.5,
            )
            for index in range(readouts)
        ],
    )
    return Message(message.id.encode(), message.SerializeToString())


def document_message(document_id="PMC1.1", text=FACT):
    return document_pb2.Document(
        id=document_id,
        title="A study of signalling in yeast",
        article_type="research-article",
        licence=document_pb2.Licence(spdx="CC-BY-4.0"),
        sections=[
            document_pb2.Section(
                path=["Results"], type="results", paragraphs=[document_pb2.Paragraph(id="p1", text=text)]
            )
        ],
    )


@pytest.fixture
def bus(tmp_path):
    bus = bus_at(tmp_path, *SOURCES, QUESTIONS)
    yield bus
    bus.close()


@pytest.fixture
def handle(bus, tmp_path):
    store, producer = SqliteStore(tmp_path / "generator.sqlite"), bus.producer()
    generator = QuestionGenerator(Rules(), store, BusQuestions(producer, QUESTIONS), Tally())
    yield SourceHandler(
        generator, FolderBodies(tmp_path / "objects"), documents=DOCUMENTS, effects=EFFECTS, retractions=RETRACTIONS
    )
    producer.close()
    store.close()


def publish(bus, topic, *messages):
    producer = bus.producer()
    producer.publish(topic, messages)
    producer.close()


def records_on(bus, topic):
    return list(bus.read({}, bus.end_offsets(topic)))


def test_sources_on_the_bus_become_questions_on_the_bus(bus, handle, tmp_path):
    publish(bus, EFFECTS, effects_message(1))
    publish(bus, DOCUMENTS, Message(b"PMC1.1", document_message().SerializeToString()))
    drain(bus, "generator", SOURCES, handle)
    records = records_on(bus, QUESTIONS)
    assert len(records) == 13
    for record in records:
        assert record.headers["message-type"] == b"biorl.question.v1.Question"
        assert question_pb2.Question.FromString(record.value).id.encode() == record.key
    summary = summarise(tmp_path / "generator.sqlite")
    assert summary.questions == {"perturbation.de": 6, "perturbation.direction": 6, "literature.extraction": 1}
    assert summary.splits["perturbation.de", "train"] == 6
    assert summary.topics["informative-readout"] == 12
    assert summary.sources == {"document": 1, "effects": 1}


def test_a_retraction_leaves_a_tombstone_that_readers_understand(bus, handle, tmp_path):
    publish(bus, DOCUMENTS, Message(b"PMC1.1", document_message().SerializeToString()))
    drain(bus, "generator", SOURCES, handle)
    (question,) = questions_on(bus, QUESTIONS)
    notice = document_pb2.Retraction(document_id="PMC1.1", reason="mislabelled cells")
    publish(bus, RETRACTIONS, Message(b"PMC1.1", notice.SerializeToString()))
    drain(bus, "generator", SOURCES, handle)
    tombstone = records_on(bus, QUESTIONS)[-1]
    assert (tombstone.key, tombstone.value, tombstone.headers["retired"]) == (question.id.encode(), None, b"true")
    assert list(questions_on(bus, QUESTIONS)) == []
    assert summarise(tmp_path / "generator.sqlite").retired == 1


def test_a_notice_without_a_value_is_taken_back(bus, handle):
    publish(bus, RETRACTIONS, Message(b"PMC1.1", document_pb2.Retraction(document_id="PMC1.1").SerializeToString()))
    publish(bus, RETRACTIONS, Message(b"PMC1.1", None))
    drain(bus, "generator", SOURCES, handle)
    publish(bus, DOCUMENTS, Message(b"PMC1.1", document_message().SerializeToString()))
    drain(bus, "generator", SOURCES, handle)
    assert len(list(questions_on(bus, QUESTIONS))) == 1


def test_a_body_that_lies_elsewhere_is_fetched(bus, handle, tmp_path):
    (tmp_path / "objects").mkdir()
    (tmp_path / "objects" / "body.pb").write_bytes(document_message().SerializeToString())
    bare = document_pb2.Document(id="PMC1.1", title="A study of signalling in yeast", body_uri="body.pb")
    publish(bus, DOCUMENTS, Message(b"PMC1.1", bare.SerializeToString()))
    drain(bus, "generator", SOURCES, handle)
    assert len(list(questions_on(bus, QUESTIONS))) == 1


@pytest.mark.parametrize("uri", ["../secret", "http://example.org/body", "file:///etc/hostname"])
def test_a_body_outside_of_the_folder_is_poison(bus, handle, uri):
    bare = document_pb2.Document(id="PMC1.1", title="t", body_uri=uri)
    publish(bus, DOCUMENTS, Message(b"PMC1.1", bare.SerializeToString()))
    drain(bus, "generator", SOURCES, handle)
    assert len(records_on(bus, f"{DOCUMENTS}.dlq")) == 1


def test_poison_goes_to_the_dead_letters_and_its_neighbours_go_on(bus, handle):
    without_split = effect_pb2.PerturbationEffects.FromString(effects_message(2).value)
    without_split.split = question_pb2.SPLIT_UNSPECIFIED
    publish(
        bus,
        EFFECTS,
        effects_message(1),
        Message(b"x", b"\xff\xff not protobuf"),
        Message(b"y", without_split.SerializeToString()),
        Message(b"z", None),
        effects_message(3),
    )
    drain(bus, "generator", SOURCES, handle)
    assert len(records_on(bus, f"{EFFECTS}.dlq")) == 3
    assert len(list(questions_on(bus, QUESTIONS))) == 24


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_a_generator_that_is_killed_loses_and_doubles_nothing(bus, tmp_path, workers):
    publish(bus, EFFECTS, *[effects_message(number, readouts=40) for number in range(200)])
    config = tmp_path / "config.yaml"
    config.write_text(
        yaml.safe_dump(
            {
                "bus": {"type": "sqlite", "path": str(tmp_path / "bus.sqlite"), "session_timeout_s": 1.0},
                "state": str(tmp_path / "generator.sqlite"),
                "objects": str(tmp_path / "objects"),
                "batch": 5,
                "workers": workers,
            }
        )
    )
    for _ in range(3):
        before = sum(bus.end_offsets(QUESTIONS).values())
        process = start(config)
        wait_until(lambda: sum(bus.end_offsets(QUESTIONS).values()) > before)  # noqa: B023
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    process = start(config)
    wait_until(lambda: is_drained(bus))
    process.terminate()
    assert process.wait(20) == 0
    ids = [question.id for question in questions_on(bus, QUESTIONS)]
    assert len(ids) == len(set(ids)) == 200 * 40 * 2
    assert sum(summarise(tmp_path / "generator.sqlite").questions.values()) == 200 * 40 * 2


def start(config):
    return subprocess.Popen([sys.executable, "-m", "biorl.question_generator", "--config", str(config)])


def is_drained(bus):
    done = bus.committed("question-generator", EFFECTS)
    return all(done.get(place, 0) >= end for place, end in bus.end_offsets(EFFECTS).items())


def wait_until(is_so, timeout_s=60):
    deadline = time.monotonic() + timeout_s
    while not is_so():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


def test_the_export_command_writes_what_stands_on_the_bus(bus, handle, tmp_path, capsys):
    publish(bus, EFFECTS, effects_message(1), effects_message(2, split=question_pb2.SPLIT_TEST))
    drain(bus, "generator", SOURCES, handle)
    config = tmp_path / "config.yaml"
    config.write_text(
        yaml.safe_dump(
            {
                "bus": {"type": "sqlite", "path": str(tmp_path / "bus.sqlite")},
                "state": str(tmp_path / "generator.sqlite"),
            }
        )
    )
    assert export_command(["--config", str(config), "--out", str(tmp_path / "out"), "--with-held-out-gold"]) == 0
    assert "train: 12 questions" in capsys.readouterr().out
    assert {path.name for path in (tmp_path / "out").rglob("*.*")} == {
        "train.jsonl",
        "test.jsonl",
        "dropped.jsonl",
        "decontamination.json",
        "README.md",
        "train.parquet",
        "test.parquet",
        "held_out_gold.parquet",
        "refusals.jsonl",
    }


def test_an_unknown_key_keeps_the_service_from_starting(tmp_path):
    config = tmp_path / "config.yaml"
    config.write_text("typo: 1\n")
    process = subprocess.run(
        [sys.executable, "-m", "biorl.question_generator", "--config", str(config)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 2
    assert "typo" in process.stderr
