"""The store in a file keeps every promise of the fake, and others may read it while it is written."""

import pytest

from biorl.question_generator.adapters.sqlite_store import SqliteStore, refusals_in, summarise
from biorl.question_generator.domain.sources import Retraction
from biorl.question_generator.domain.writing import RefusalCount
from biorl.question_generator.ports import WrittenSource
from biorl.question_generator.testing import MemoryStore
from biorl.questions.testing import direction_question

FIRST, SECOND = direction_question("A"), direction_question("B")


def source(source_id, *questions, names=(), reasons=()):
    refusals = tuple(RefusalCount(source_id, "t", reason, 2, "") for reason in reasons)
    return WrittenSource(source_id, "document", frozenset({source_id, *names}), questions, refusals)


@pytest.fixture(params=["file", "fake"])
def store(request, tmp_path):
    if request.param == "fake":
        yield MemoryStore()
        return
    store = SqliteStore(tmp_path / "state.sqlite")
    yield store
    store.close()


def test_what_was_recorded_is_known(store):
    store.record([source("s1", FIRST)])
    assert store.known([FIRST.id, SECOND.id]) == {FIRST.id}


def test_a_retired_question_is_no_longer_known_until_it_is_recorded_again(store):
    store.record([source("s1", FIRST)])
    store.retire([FIRST.id])
    assert not store.known([FIRST.id])
    assert not store.made_from(["s1"])
    store.record([source("s1", FIRST)])
    assert store.known([FIRST.id]) == {FIRST.id}


def test_questions_are_found_by_any_name_of_their_source(store):
    store.record([source("s1", FIRST, names=("doi:10.1/x",)), source("s2", SECOND)])
    assert list(store.made_from(["doi:10.1/x", "unknown"])) == [FIRST.id]


def test_a_notice_stands_until_it_is_withdrawn(store):
    notice = Retraction("s1", ("doi:10.1/X",))
    store.retract(notice)
    store.retract(notice)
    assert store.retracted({"s1"})
    assert store.retracted({"doi:10.1/x"})
    assert not store.retracted({"s2"})
    store.retract(Retraction("s1", withdrawn=True))
    assert not store.retracted({"doi:10.1/x"})


def test_recording_twice_counts_once(tmp_path):
    path = tmp_path / "state.sqlite"
    store = SqliteStore(path)
    for _ in range(2):
        store.record([source("s1", FIRST, reasons=("anaphora", "duplicate"))])
    summary = summarise(path)  # while the store is open
    assert summary.questions == {"perturbation.direction": 1}
    assert summary.refused == {("t", "anaphora"): 2, ("t", "duplicate"): 2}
    assert [refusal.reason for refusal in refusals_in(path)] == ["anaphora", "duplicate"]
    store.close()


def test_a_source_that_comes_twice_in_one_batch_counts_once_and_its_last_refusals_stand(tmp_path):
    path = tmp_path / "state.sqlite"
    SqliteStore(path).record(
        [source("s1", FIRST, reasons=("anaphora", "too_long")), source("s1", reasons=("anaphora",))]
    )
    assert summarise(path).questions == {"perturbation.direction": 1}
    assert [refusal.reason for refusal in refusals_in(path)] == ["anaphora"]


def test_of_a_retracted_paper_only_the_retraction_is_told(tmp_path):
    path = tmp_path / "state.sqlite"
    store = SqliteStore(path)
    store.record([source("s1", names=("doi:10.1/x",), reasons=("anaphora",)), source("s2", reasons=("too_long",))])
    for _ in range(2):
        store.retract(Retraction("notice", ("doi:10.1/x",)))
    assert [(refusal.source_id, refusal.reason) for refusal in refusals_in(path)] == [
        ("s1", "retracted"),
        ("s2", "too_long"),
    ]


def test_a_store_is_there_again_after_a_restart(tmp_path):
    path = tmp_path / "deep" / "state.sqlite"
    store = SqliteStore(path)
    store.record([source("s1", FIRST)])
    store.close()
    again = SqliteStore(path)
    assert again.known([FIRST.id]) == {FIRST.id}
    again.close()


def test_nothing_written_yet_is_an_empty_summary(tmp_path):
    assert summarise(tmp_path / "state.sqlite").questions == {}


def test_a_file_of_another_version_is_not_touched(tmp_path):
    path = tmp_path / "state.sqlite"
    store = SqliteStore(path)
    store._connection.execute("PRAGMA user_version=99")
    store.close()
    with pytest.raises(RuntimeError, match="schema 99"):
        SqliteStore(path)
