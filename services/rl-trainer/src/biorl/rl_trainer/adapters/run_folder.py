"""The folder of a run: questions with their digest, results, checkpoints. Every file is whole or not there.

One process works on it at a time (`lock`).

`questions.binpb` holds the questions as on the bus, length-delimited, ordered by id. A digest in `manifest.json` says
that a resumed run trains on the same.
"""

import fcntl
import hashlib
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from google.protobuf import proto

from biorl.question.v1 import question_pb2 as pb
from biorl.questions.question import Question
from biorl.questions.wire import question_from_wire, question_to_wire


class DamagedRunError(ValueError):
    """The kept questions are not those that the run began with."""


class FolderOfRun:
    def __init__(self, root: Path) -> None:
        self._root = root
        root.mkdir(parents=True, exist_ok=True)
        self._lock: BinaryIO | None = None

    def lock(self, give_up: Callable[[], bool]) -> bool:
        """Waits until no other process works on this run; False when `give_up`, which sleeps a little, says so.

        The lock goes with the process, whatever ends it.
        """
        self._lock = self.path(".lock").open("ab")  # stays open: closing it would let the lock go
        while True:
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if give_up():
                    return False
            else:
                return True

    def path(self, name: str) -> Path:
        return self._root / name

    def keep_questions(self, questions: Sequence[Question], offsets: dict[str, int]) -> str:
        ordered = sorted(questions, key=lambda item: item.id)
        data = b"".join(_delimited(question_to_wire(item)) for item in ordered)
        digest = hashlib.sha256(data).hexdigest()
        self._write("questions.binpb", data)
        self.keep("manifest", {"digest": digest, "offsets": offsets, "questions": len(ordered)})
        return digest

    def questions(self) -> list[Question] | None:
        manifest = self.kept("manifest")
        if manifest is None:
            return None
        path = self.path("questions.binpb")
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != manifest["digest"]:
            msg = f"{path} has changed since the run began; start a new run under another run_id"
            raise DamagedRunError(msg)
        found = []
        file = io.BytesIO(data)
        while (message := proto.parse_length_prefixed(pb.Question, file)) is not None:
            found.append(question_from_wire(message))
        return found

    def keep(self, name: str, content: dict[str, Any]) -> None:
        self._write(f"{name}.json", (json.dumps(content, indent=1, sort_keys=True) + "\n").encode())

    def kept(self, name: str) -> dict[str, Any] | None:
        path = self.path(f"{name}.json")
        if not path.is_file():
            return None
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return content

    def _write(self, name: str, data: bytes) -> None:
        part = self.path(name + ".part")
        part.write_bytes(data)
        part.replace(self.path(name))


def _delimited(message: pb.Question) -> bytes:
    data = message.SerializeToString(deterministic=True)
    return _varint(len(data)) + data


def _varint(number: int) -> bytes:
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*encoded, number])
