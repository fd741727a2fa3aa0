"""A retraction names the exports that it reaches."""

import pytest
import yaml

from biorl.chassis.bus import TopicSpec
from biorl.chassis.bus.testing import bus_at
from biorl.question_generator.adapters.bus_questions import BusQuestions
from biorl.question_generator.adapters.export_register import digest_of_export, reached, register
from biorl.question_generator.adapters.reply_store import ReplyStore
from biorl.question_generator.commands import account_command, export_command, reached_command
from biorl.question_generator.domain.authoring.chat import ChatReply, Said
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
    assert account_command(["--config", config]) == 0
    assert "in all: 1 replies, 500000 tokens in, 250000 out, cost 3.0000" in capsys.readouterr().out
