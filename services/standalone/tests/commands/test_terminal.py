"""What commands show while they work."""

import io

import pytest
from rich.console import Console

from biorl.standalone.commands import terminal


@pytest.mark.parametrize(("is_terminal", "shown"), [(True, True), (False, False)])
def test_a_terminal_shows_what_is_worked_on_and_a_log_gets_nothing(
    monkeypatch: pytest.MonkeyPatch, *, is_terminal: bool, shown: bool
) -> None:
    written = io.StringIO()
    monkeypatch.setattr(terminal, "err", Console(file=written, force_terminal=is_terminal, width=80))
    with terminal.working("training perturbation-knn"):
        pass
    assert ("training perturbation-knn" in written.getvalue()) == shown
    assert bool(written.getvalue()) == shown
