"""Decisions outlive whatever ends the program, and only real ones are kept."""

import errno
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biorl.question_generator.adapters.verdict_file import rejected_in
from biorl.standalone.errors import BadRequestError
from biorl.standalone.inspection.decisions import (
    REASONS,
    Decision,
    NoDecisionError,
    Verdict,
    as_lines,
    as_table,
    opened,
    read_decisions,
)

FILE = "verdicts.jsonl"
REJECTED = Decision("q1", Verdict.REJECTED, "unsupported", "a\tb\n“c”", "ann")


def test_the_newest_decision_stands_and_the_older_one_stays_on_record(tmp_path: Path) -> None:
    with opened(tmp_path / FILE) as log:
        log.append(Decision("q1", Verdict.ACCEPTED))
        log.append(REJECTED)
    assert len(log.path.read_text().splitlines()) == 2
    with opened(tmp_path / FILE) as again:
        found = again.of("q1")
        assert found is not None
        assert (found.verdict, found.reason, found.note) == (Verdict.REJECTED, "unsupported", REJECTED.note)
        assert found.at.endswith("+00:00")
        assert again.counts() == {Verdict.REJECTED: 1}


def test_a_decision_that_was_taken_back_is_none(tmp_path: Path) -> None:
    with opened(tmp_path / FILE) as log:
        log.append(REJECTED)
        log.append(Decision("q1", Verdict.UNDECIDED))
        assert log.of("q1") is None
        assert log.standing() == []


@given(cut=st.integers(min_value=1, max_value=60))
def test_what_a_power_cut_left_of_a_line_costs_no_other_decision(
    cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("cut")
    with opened(folder / FILE) as log:
        log.append(Decision("q1", Verdict.ACCEPTED))
        log.append(Decision("q2", Verdict.ACCEPTED))
    log.path.write_bytes(log.path.read_bytes()[:-cut])
    with opened(folder / FILE) as log:
        log.append(Decision("q3", Verdict.ACCEPTED))
        assert rejected_in(log.path) == {}
    assert read_decisions(log.path).keys() == {"q1", "q3"}


def test_an_export_leaves_out_what_stands_rejected(tmp_path: Path) -> None:
    with opened(tmp_path / FILE) as log:
        log.append(REJECTED)
        log.append(replace(REJECTED, question="q2"))
        log.append(Decision("q2", Verdict.ACCEPTED))
        with log.path.open("ab") as file:
            file.write(b'{"question": "q3", "verd')
        assert rejected_in(log.path) == {"q1": "unsupported"}


def test_a_reason_in_words_of_ones_own_becomes_a_note(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('{"question": "q1", "verdict": "reject", "reason": "two answers", "at": ""}\n')
    found = read_decisions(tmp_path / FILE)["q1"]
    assert (found.reason, found.note) == ("other", "two answers")


def test_a_file_of_something_else_is_told_by_its_line_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('{"question": "q1", "verdict": "accept"}\nhello\n')
    with pytest.raises(BadRequestError, match="line 2 is no decision"), opened(tmp_path / FILE):
        pass
    assert (tmp_path / FILE).read_text().endswith("hello\n")


def test_a_full_disk_leaves_no_half_decision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(tmp_path / FILE) as log:
        log.append(Decision("q1", Verdict.ACCEPTED))
        with monkeypatch.context() as full:
            full.setattr("os.fsync", _no_space)
            with pytest.raises(OSError, match="No space"):
                log.append(REJECTED)
        log.append(Decision("q2", Verdict.ACCEPTED))
    assert read_decisions(log.path).keys() == {"q1", "q2"}
    assert len(log.path.read_text().splitlines()) == 2


def _no_space(_number: int) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_two_programs_do_not_decide_in_one_folder(tmp_path: Path) -> None:
    with (
        opened(tmp_path / FILE),
        pytest.raises(BadRequestError, match="another biorl inspect"),
        opened(tmp_path / FILE),
    ):
        pass


@pytest.mark.parametrize(
    ("verdict", "reason", "note"),
    [
        (Verdict.REJECTED, "", ""),
        (Verdict.REJECTED, "made up", ""),
        (Verdict.REJECTED, "other", "  "),
        (Verdict.ACCEPTED, "trivial", ""),
        (Verdict.ACCEPTED, "", "x" * 2001),
    ],
)
def test_what_is_no_decision_cannot_be_made(verdict: Verdict, reason: str, note: str) -> None:
    with pytest.raises(NoDecisionError):
        Decision("q", verdict, reason, note)


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_rejects(reason: str) -> None:
    assert Decision("q", Verdict.REJECTED, reason, "because").reason == reason


def test_decisions_leave_as_lines_and_as_a_table() -> None:
    assert [json.loads(line)["note"] for line in as_lines([REJECTED]).splitlines()] == [REJECTED.note]
    table = as_table([REJECTED]).splitlines()
    assert table[0].split("\t")[:4] == ["question", "verdict", "reason", "note"]
    assert table[1].startswith("q1\treject\tunsupported\t")
