"""A retraction names the exports that it reaches."""

from dataclasses import replace

import numpy as np
import pytest
import yaml

from biorl.chassis.bus import TopicSpec
from biorl.chassis.bus.testing import bus_at
from biorl.question_generator.adapters.bus_questions import BusQuestions
from biorl.question_generator.adapters.export_register import digest_of_export, reached, register
from biorl.question_generator.adapters.reply_store import ReplyStore
from biorl.question_generator.adapters.vector_store import VectorStore
from biorl.question_generator.commands import account_command, export_command, reached_command
from biorl.question_generator.domain.authoring.chat import ChatReply, Said
from biorl.questions.question import ChatMessage
from biorl.questions.testing import direction_question, number_question

HELD = {"a": ("PMC1.1",), "b": ("PMC2.1",)}


def test_only_exports_with_retired_questions_are_reached(tmp_path):
    path = tmp_path / "exports.sqlite"
    assert reached(path, []) == []
    register(path, {"f": "1"}, tmp_path / "first", HELD)
    register(path, {"f": "2"}, tmp_path / "second", {"b": ("PMC2.1",)})
    assert reached(path, ["a", "b", "c"]) == []
    (found,) = reached(path, ["b"])
    assert (found.folder, found.questions, found.retired) == ("first", 2, {"a": ("PMC1.1",)})


def test_the_same_export_twice_is_one_entry(tmp_path):
    path = tmp_path / "exports.sqlite"
    once = register(path, {"f": "1"}, tmp_path / "first", HELD)
    assert register(path, {"f": "1"}, tmp_path / "again", HELD) == once == digest_of_export({"f": "1"})
    assert len(reached(path, [])) == 1


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "config.yaml"
    told = {
        "bus": {"type": "sqlite", "path": str(tmp_path / "bus.sqlite")},
        "state": str(tmp_path / "generator.sqlite"),
        "author": {
            "endpoint": "http://localhost/v1",
            "model": "m",
            "replies": str(tmp_path / "replies.sqlite"),
            "price_per_million": {"input": 2.0, "output": 8.0},
        },
        "dataset": {
            "embeddings": {
                "endpoint": "http://127.0.0.1:9/v1",
                "model": "e",
                "vectors": str(tmp_path / "vectors.sqlite"),
                "max_retries": 0,
                "price_per_million": 0.5,
            },
        },
    }
    path.write_text(yaml.safe_dump(told))
    return str(path)


def test_the_command_names_the_export_after_a_retraction(config, tmp_path, capsys):
    bus = bus_at(tmp_path)
    bus.ensure_topics([TopicSpec("biorl.questions.v1")])
    producer = bus.producer()
    questions = BusQuestions(producer, "biorl.questions.v1")
    questions.publish([number_question(), direction_question("TP53")])
    assert export_command(["--config", config, "--out", str(tmp_path / "dataset")]) == 0
    assert reached_command(["--config", config]) == 0
    questions.retire([number_question().id])
    capsys.readouterr()
    assert reached_command(["--config", config]) == 3
    said = capsys.readouterr().out
    assert "dataset" in said
    assert "1 of 2 questions retired, made from PMC1.1" in said
    assert number_question().id in said
    producer.close()
    bus.close()


def test_the_account_says_what_was_paid(config, tmp_path, capsys):
    store = ReplyStore(tmp_path / "replies.sqlite")
    store.keep("k", "m", "write", ChatReply(Said.ANSWERED, "x", 500_000, 250_000))
    store.close()
    vectors = VectorStore(tmp_path / "vectors.sqlite", "e")
    vectors.keep({"a": np.ones(2, dtype=np.float32)}, 1_000_000)
    vectors.close()
    assert account_command(["--config", config]) == 0
    said = capsys.readouterr().out
    assert "in all: 1 replies, 500000 tokens in, 250000 out, cost 3.0000" in said
    assert "e embed: 1 replies, 1000000 tokens in, 0 out, cost 0.5000" in said


def test_an_export_whose_embeddings_are_away_says_so_and_can_be_done_again(config, tmp_path, capsys):
    bus = bus_at(tmp_path)
    bus.ensure_topics([TopicSpec("biorl.questions.v1")])
    producer = bus.producer()
    one, asked = number_question(), ChatMessage("user", "By how much, in other words, did it change there?")
    BusQuestions(producer, "biorl.questions.v1").publish([one, replace(one, id="other", prompt=(asked,))])
    assert export_command(["--config", config, "--out", str(tmp_path / "dataset")]) == 75
    assert "the same command goes on from there" in capsys.readouterr().err
    producer.close()
    bus.close()
