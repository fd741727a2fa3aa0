"""A trained reader of fields as a folder: weights.safetensors, and card.json with what it learnt from and how well.

The same papers give the same bytes. No pickle: what a stranger gives is numbers, of known shapes, or is refused.
"""

import hashlib
import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from biorl.chassis.bus import BusConfig, open_bus
from biorl.question_generator.adapters.recent_literature import documents_on, paper_words
from biorl.question_generator.domain.topics.fields import PaperWords, names_of_fields
from biorl.question_generator.domain.topics.reading import NUM_WORDS, FieldReader
from biorl.question_generator.domain.topics.training import Learnt, learn
from biorl.questions.identity import digest

FORMAT = 1
WEIGHTS = "weights.safetensors"
CARD = "card.json"


class NoFieldModelError(ValueError):
    """The folder holds no reader that this version understands; the message says why."""


def train_fields(bus_config: BusConfig, topic: str, out: Path, min_accuracy: float, seed: int) -> Learnt:
    """From the papers on the bus. Raises TooFewPapersError and OSError."""
    with closing(open_bus(bus_config)) as bus:
        papers = [paper_words(document) for document in documents_on(bus, topic)]
    reader, learnt = learn(sorted(papers, key=lambda paper: paper.id), min_accuracy, seed)
    write_model(out, reader, learnt, papers)
    return learnt


def write_model(folder: Path, reader: FieldReader, learnt: Learnt, papers: Sequence[PaperWords]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {"rarity": reader.rarity, "weights": reader.weights, "bias": reader.bias}
    # safetensors writes memory as it lies, whatever the order of its axes.
    save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, folder / WEIGHTS)
    card = {
        "format": FORMAT,
        "fields": reader.fields,
        "word_list": names_of_fields(),
        "threshold": reader.threshold,
        "held_out": asdict(learnt),
        "papers_digest": digest(sorted([it.id, *it.headings, it.text] for it in papers)),
        "weights_sha256": _sha256(folder / WEIGHTS),
    }
    (folder / CARD).write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read_model(folder: Path) -> FieldReader:
    """Raises NoFieldModelError and OSError."""
    try:
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
        arrays = load_file(folder / WEIGHTS)
        if card["format"] != FORMAT or card["word_list"] != list(names_of_fields()):
            raise NoFieldModelError(f"{folder} is of another version: train it again")
        if card["weights_sha256"] != _sha256(folder / WEIGHTS):
            raise NoFieldModelError(f"{folder}: {CARD} is not the card of {WEIGHTS}")
        fields = tuple(str(name) for name in card["fields"])
        accuracy = float(card["held_out"]["accuracy_where_answered"])
        shapes = {
            "rarity": (NUM_WORDS,),
            "weights": (NUM_WORDS + len(names_of_fields()), len(fields)),
            "bias": (len(fields),),
        }
        if {name: array.shape for name, array in arrays.items()} != shapes:
            raise NoFieldModelError(f"{folder}: weights of other shapes than {shapes}")
        if not all(array.dtype == np.float32 and np.isfinite(array).all() for array in arrays.values()):
            raise NoFieldModelError(f"{folder}: weights that are no finite float32")
        return FieldReader(fields, **arrays, threshold=float(card["threshold"]), accuracy=accuracy)
    except (KeyError, TypeError, AttributeError, json.JSONDecodeError, UnicodeDecodeError, SafetensorError) as error:
        msg = f"{folder} holds no reader of fields ({error}): `biorl-question-generator fields` trains one"
        raise NoFieldModelError(msg) from error


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
