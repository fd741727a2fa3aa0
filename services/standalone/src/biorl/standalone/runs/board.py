"""What a person sees while a run goes on: a line a stage, with a live count; plain lines where there is no terminal."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

REPEAT_S = 15.0
"""Without a terminal a stage's count is told at most so often."""


@dataclass(slots=True)
class Board:
    """One run's stages, in the order in which they begin."""

    console: Console
    _progress: Progress = field(init=False)
    _stage: TaskID | None = None
    _name: str = ""
    _began: float = 0.0
    _told_at: float = 0.0

    def __post_init__(self) -> None:
        self._progress = Progress(
            SpinnerColumn(finished_text="[green]✓[/green]"),
            TextColumn("{task.description:<22}"),
            BarColumn(bar_width=24),
            TimeElapsedColumn(),
            TextColumn("{task.fields[count]}", style="dim"),
            console=self.console,
        )

    @contextmanager
    def showing(self) -> Iterator["Board"]:
        if not self.console.is_terminal:
            yield self
            return
        with self._progress:
            yield self

    def begin(self, stage: str) -> None:
        self._name, self._began, self._told_at = stage, time.monotonic(), time.monotonic()
        if self.console.is_terminal:
            self._stage = self._progress.add_task(stage, total=None, count="")
        else:
            self.console.print(f"{stage} ...")

    def count(self, text: str, done: float | None = None, total: float | None = None) -> None:
        """`text` says how far it is; `done` of `total` moves the bar where that is known."""
        if self._stage is not None:
            self._progress.update(self._stage, count=text, total=total, completed=done)
        elif text and time.monotonic() - self._told_at >= REPEAT_S:
            self._told_at = time.monotonic()
            self.console.print(f"  {text}")

    def end(self, text: str) -> None:
        """The stage is done; `text` stays beside it."""
        if self._stage is not None:
            self._progress.update(self._stage, count=text, total=1, completed=1)
            self._progress.stop_task(self._stage)
        else:
            self.console.print(f"  {text} ({time.monotonic() - self._began:.0f} s)")
        self._stage = None

    def tell(self, text: str) -> None:
        """A line above the stages."""
        self.console.print(f"[yellow]·[/yellow] {text}", soft_wrap=True)
