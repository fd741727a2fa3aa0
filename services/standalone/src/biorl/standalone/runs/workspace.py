"""The folder of one run: where everything of it lies, and the lock that keeps two commands from running it at once."""

import fcntl
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from biorl.standalone.errors import BadRequestError

DEFAULT_ROOT = Path("runs")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Workspace:
    """Paths only; `made` makes the folders."""

    root: Path
    """The run's own folder, absolute."""

    @property
    def name(self) -> str:
        return self.root.name

    @property
    def bus(self) -> Path:
        return self.root / "bus.sqlite"

    @property
    def ledger(self) -> Path:
        return self.root / "ledger.sqlite"

    @property
    def generator_state(self) -> Path:
        return self.root / "generator.sqlite"

    @property
    def objects(self) -> Path:
        return self.root / "objects"

    @property
    def artifacts(self) -> Path:
        """Of verifiers: `<verifier>/<version>/`."""
        return self.root / "artifacts"

    @property
    def verdicts(self) -> Path:
        """What readers decided about the run's questions."""
        return self.root / "verdicts.jsonl"

    @property
    def training(self) -> Path:
        """The trainer's folders, one a training run."""
        return self.root / "train"

    @property
    def organism(self) -> Path:
        """The simulated organism, where the run works on one."""
        return self.root / "organism"

    @property
    def report(self) -> Path:
        return self.root / "report.html"

    @property
    def broker(self) -> Path:
        """Data of the run's own Kafka broker, where it has one."""
        return self.root / "kafka"

    @property
    def belief_quality(self) -> Path:
        """How good the world model is on held-out effects."""
        return self.root / "verifier-evaluation.json"

    @property
    def usage(self) -> Path:
        return self.root / "usage.json"

    @property
    def plan(self) -> Path:
        """What the run was asked to do."""
        return self.root / "plan.json"

    def log(self, service: str) -> Path:
        return self.root / "logs" / f"{service}.log"

    def config(self, service: str) -> Path:
        return self.root / "config" / f"{service}.yaml"

    def made(self) -> "Workspace":
        for folder in ("logs", "config", "objects", "artifacts", "train"):
            (self.root / folder).mkdir(parents=True, exist_ok=True)
        return self


def workspace(name: str, root: Path = DEFAULT_ROOT) -> Workspace:
    """Raises BadRequestError for a name that is no plain folder name."""
    if not _NAME.fullmatch(name):
        msg = f"the run name {name!r} may hold letters, digits, dots, dashes and underscores only"
        raise BadRequestError(msg)
    return Workspace((root / name).absolute())


def existing(name: str, root: Path = DEFAULT_ROOT) -> Workspace:
    """A run that was started before."""
    found = workspace(name, root)
    if not found.plan.is_file():
        known = sorted(path.parent.name for path in root.glob("*/plan.json"))
        hint = f"there is {', '.join(known)}" if known else "start one with: biorl demo"
        msg = f"there is no run {name!r} in {root}; {hint}"
        if any(found.artifacts.glob("[!.]*")):
            msg = f"{name!r} in {root} is no run, it holds artifacts alone; {hint}"
        raise BadRequestError(msg)
    return found


@contextmanager
def locked(place: Workspace) -> Iterator[None]:
    """Holds the run for this process; the lock goes when the process does, whatever ended it."""
    place.root.mkdir(parents=True, exist_ok=True)
    with (place.root / ".lock").open("w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            msg = f"the run {place.name!r} is already being worked on; wait for it, or choose another name with --run"
            raise BadRequestError(msg) from error
        yield


def write_json(path: Path, content: object) -> None:
    """Whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    part.replace(path)
