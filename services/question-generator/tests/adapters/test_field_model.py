"""A trained reader of fields as files: the same bytes from the same papers, and nothing else passes for one."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml
from safetensors.numpy import save_file

from biorl.chassis.bus import Message
from biorl.chassis.bus.testing import bus_at
from biorl.document.v1 import document_pb2
from biorl.question_generator.adapters.field_model import CARD, WEIGHTS, NoFieldModelError, read_model, write_model
from biorl.question_generator.adapters.recent_literature import target_of
from biorl.question_generator.commands import fields_command, target_command
from biorl.question_generator.domain.topics.fields import PaperWords
from biorl.question_generator.domain.topics.training import learn
from biorl.question_generator.testing import paper

PAPERS = [
    PaperWords(f"p{number}", (heading,), f"{words} {number}")
    for number in range(20)
    for heading, words in (("Neoplasms", "cisplatin xenograft relapse"), ("Malaria", "artemisinin fever village"))
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_model(tmp_path / "model", *learn(PAPERS, 0.8, 0), PAPERS)
    return tmp_path / "model"


def test_what_is_written_is_read_and_the_same_papers_give_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    reader = read_model(folder)
    assert reader.field_of("fever in the village after artemisinin") == "infection"
    write_model(tmp_path / "again", *learn(PAPERS, 0.8, 0), PAPERS[::-1])
    for name in (WEIGHTS, CARD):
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes()


def change_card(folder: Path, **keys: object) -> None:
    card = json.loads((folder / CARD).read_text())
    (folder / CARD).write_text(json.dumps({**card, **keys}))


@pytest.mark.parametrize("keys", [{"format": 2}, {"word_list": []}, {"fields": None}, {"weights_sha256": "0" * 64}])
def test_a_card_of_something_else_is_refused(folder: Path, keys: dict[str, object]) -> None:
    change_card(folder, **keys)
    with pytest.raises(NoFieldModelError):
        read_model(folder)


@pytest.mark.parametrize("content", [b"", b"{}", b"\x80\x04K\x01."])
def test_files_that_are_no_model_are_refused(folder: Path, content: bytes) -> None:
    (folder / WEIGHTS).write_bytes(content)
    with pytest.raises(NoFieldModelError):
        read_model(folder)


def test_weights_of_another_shape_or_without_value_are_refused(folder: Path) -> None:
    reader = read_model(folder)
    for bias in (np.zeros(3, dtype=np.float32), reader.bias * np.float32("nan")):
        save_file({"rarity": reader.rarity, "weights": reader.weights, "bias": bias}, folder / WEIGHTS)
        change_card(folder, weights_sha256=_sha256(folder / WEIGHTS))
        with pytest.raises(NoFieldModelError, match="weights"):
            read_model(folder)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_target_is_read_with_it(folder: Path) -> None:
    unnamed = replace(paper(title="Artemisinin, fever and a village", document_id="PMC1.1"), year=2024, topics=())
    assert target_of([unnamed], 2020, 2026, read_model(folder))["shares"] == {"infection": 1.0}


@pytest.fixture
def config(tmp_path: Path) -> str:
    bus = bus_at(tmp_path, "biorl.documents.v1")
    documents = [
        document_pb2.Document(id=it.id + it.headings[0], title=it.text, year=2024, topics=it.headings) for it in PAPERS
    ]
    producer = bus.producer()
    producer.publish("biorl.documents.v1", [Message(it.id.encode(), it.SerializeToString()) for it in documents])
    producer.close()
    bus.close()
    path = tmp_path / "config.yaml"
    told = {
        "bus": {"type": "sqlite", "path": str(tmp_path / "bus.sqlite")},
        "dataset": {"fields": str(tmp_path / "fields")},
    }
    path.write_text(yaml.safe_dump(told))
    return str(path)


def test_the_command_trains_from_the_bus_and_the_target_uses_it(
    config: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = ["--config", config, "--out", str(tmp_path / "target.json"), "--since", "2020"]
    assert target_command(target) == 2
    assert fields_command(["--config", config, "--out", str(tmp_path / "fields"), "--accuracy", "0.8"]) == 0
    assert "40 papers of 2 fields" in capsys.readouterr().out
    assert target_command(target) == 0
    assert json.loads((tmp_path / "target.json").read_text())["shares"] == {"cancer": 0.5, "infection": 0.5}


def test_too_few_papers_are_said_to_be_too_few(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bus_at(tmp_path, "biorl.documents.v1").close()
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump({"bus": {"type": "sqlite", "path": str(tmp_path / "bus.sqlite")}}))
    assert fields_command(["--config", str(path), "--out", str(tmp_path / "fields")]) == 2
    assert "at least 5 papers" in capsys.readouterr().err
