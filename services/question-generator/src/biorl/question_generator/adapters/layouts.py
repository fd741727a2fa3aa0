"""Rows as trainers want them, one layout a framework; each finds the question again by its id.

verl       data_source, prompt, ability, reward_model {style, ground_truth}, extra_info {question_id, ...}
openrlhf   input (messages: --data.apply_chat_template), label: the question's id, which our reward function looks up
trl        prompt (messages), question_id, and gold and answer_type for reward functions of one's own

Held-out questions have empty gold here too.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa

from biorl.questions.question import Question

_MESSAGES = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))


@dataclass(frozen=True, slots=True)
class Layout:
    schema: pa.Schema
    row: Callable[[int, Question], dict[str, Any]]
    """Of a question and its number in the file."""


def _verl(number: int, question: Question) -> dict[str, Any]:
    return {
        "data_source": question.task,
        "prompt": [asdict(message) for message in question.prompt],
        "ability": "biology",
        "reward_model": {"style": "rule", "ground_truth": question.answer.gold or ""},
        "extra_info": {
            "question_id": question.id,
            "index": number,
            "split": question.split,
            "answer_type": question.answer.type,
            "unit": question.answer.unit,
        },
    }


def _openrlhf(number: int, question: Question) -> dict[str, Any]:
    del number
    return {
        "input": [asdict(message) for message in question.prompt],
        "label": question.id,
        "datasource": question.task,
    }


def _trl(number: int, question: Question) -> dict[str, Any]:
    del number
    return {
        "prompt": [asdict(message) for message in question.prompt],
        "question_id": question.id,
        "answer_type": question.answer.type,
        "gold": question.answer.gold,
        "unit": question.answer.unit,
    }


LAYOUTS: Mapping[str, Layout] = {
    "verl": Layout(
        pa.schema(
            [
                ("data_source", pa.string()),
                ("prompt", _MESSAGES),
                ("ability", pa.string()),
                ("reward_model", pa.struct([("style", pa.string()), ("ground_truth", pa.string())])),
                (
                    "extra_info",
                    pa.struct(
                        [
                            ("question_id", pa.string()),
                            ("index", pa.int64()),
                            ("split", pa.string()),
                            ("answer_type", pa.string()),
                            ("unit", pa.string()),
                        ]
                    ),
                ),
            ]
        ),
        _verl,
    ),
    "openrlhf": Layout(
        pa.schema([("input", _MESSAGES), ("label", pa.string()), ("datasource", pa.string())]), _openrlhf
    ),
    "trl": Layout(
        pa.schema(
            [
                ("prompt", _MESSAGES),
                ("question_id", pa.string()),
                ("answer_type", pa.string()),
                ("gold", pa.string()),
                ("unit", pa.string()),
            ]
        ),
        _trl,
    ),
}
