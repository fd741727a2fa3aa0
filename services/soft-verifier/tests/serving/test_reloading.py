"""A newer artifact takes over between two calls: whole, at once, and no call is lost or mixed."""

import gc
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from biorl.soft_verifier.adapters.artifacts import ARRAYS, CARD, FolderArtifacts
from biorl.soft_verifier.domain.belief import Status, Trained
from biorl.soft_verifier.ports import ArtifactUnusableError
from biorl.soft_verifier.service import Choice, Verification, load
from biorl.soft_verifier.serving.loading import load_one
from biorl.soft_verifier.serving.reloading import Reloading
from biorl.soft_verifier.testing import RecordingObserver, annotation, claim, gene, screen, shift_screen
from biorl.soft_verifier.training import train
from biorl.soft_verifier.verifiers import VERIFIERS

NAME = "experiment"


@pytest.fixture
def store(tmp_path: Path) -> FolderArtifacts:
    store = FolderArtifacts(tmp_path)
    save(store, "one", turned=False)
    return store


def save(store: FolderArtifacts, version: str, *, turned: bool) -> None:
    """The second version believes the opposite of everything."""
    effects = [
        replace(effect, differentially_expressed=bool(effect.differentially_expressed) != turned) for effect in screen()
    ]
    train(NAME, effects, annotation(), store, version=version)


class Server:
    def __init__(self, store: FolderArtifacts, version: str | None = None) -> None:
        choices = [Choice(NAME, version), Choice("exact")]
        self.observer = RecordingObserver()
        self.reloading = Reloading(choices, VERIFIERS, store, self.observer)
        self.verification = Verification(load(choices, VERIFIERS, store), self.observer)

    def look(self) -> None:
        self.reloading.look(self.verification.replace)

    def believed(self) -> tuple[str, float | None]:
        """(version, probability) of one and the same call."""
        serving = self.verification.at(NAME)
        return serving.source.version, serving.predict([claim(gene(0, 0))])[0].probability


def test_a_newer_artifact_takes_over_with_its_own_beliefs(store: FolderArtifacts) -> None:
    server = Server(store)
    before = server.believed()
    save(store, "two", turned=True)
    assert server.believed() == before
    server.look()
    version, probability = server.believed()
    assert (version, probability) == ("two", 1 - (before[1] or 0)), "nothing is remembered of the old version"
    assert [source.version for source in server.observer.reloads] == ["two"]


def test_nothing_new_is_nothing_done_and_a_pinned_version_stays(store: FolderArtifacts) -> None:
    server, pinned = Server(store), Server(store, "one")
    serving = server.verification.at(NAME)
    server.look()
    assert server.verification.at(NAME) is serving
    save(store, "two", turned=True)
    pinned.look()
    assert pinned.believed()[0] == "one"


def test_a_call_ends_with_the_version_it_began_with(store: FolderArtifacts) -> None:
    server = Server(store)
    held = server.verification.at(NAME)
    save(store, "two", turned=True)
    server.look()
    assert held.source.version == "one"
    assert held.predict([claim(gene(0, 1))])[0].status is Status.SCORED


def test_a_broken_artifact_changes_nothing_and_is_tried_again(store: FolderArtifacts, tmp_path: Path) -> None:
    server = Server(store)
    save(store, "two", turned=True)
    card = tmp_path / NAME / "two" / CARD
    whole = card.read_text()
    card.write_text(whole[:-20])
    server.look()
    assert server.believed()[0] == "one"
    assert len(server.observer.errors) == 1
    card.write_text(whole)
    server.look()
    assert server.believed()[0] == "two"


def test_a_version_whose_arrays_are_damaged_takes_nobodys_place_and_is_told_in_words(
    store: FolderArtifacts, tmp_path: Path
) -> None:
    server = Server(store)
    save(store, "two", turned=True)
    arrays = tmp_path / NAME / "two" / ARRAYS
    arrays.write_bytes((tmp_path / NAME / "one" / ARRAYS).read_bytes())
    server.look()
    assert server.believed()[0] == "one"
    (error,) = server.observer.errors
    assert isinstance(error, ArtifactUnusableError)
    assert "arrays.npz is not as it was saved" in str(error)


def test_an_artifact_without_a_model_takes_nobodys_place(store: FolderArtifacts) -> None:
    """It would abstain on everything, and say that the organism is not covered."""
    server = Server(store)
    store.save(NAME, Trained({}, {"models": []}), "two")
    server.look()
    assert server.believed()[0] == "one"
    (error,) = server.observer.errors
    assert str(error) == f"artifact two of {NAME} has no model in it: it would abstain on everything"


@pytest.mark.parametrize("name", ["experiment", "expression-shift", "perturbation-knn"])
def test_a_version_that_was_replaced_leaves_memory_without_the_collector(name: str, tmp_path: Path) -> None:
    """What the first version holds is frozen when the server starts: the collector never looks at it again."""
    effects = shift_screen()
    first, second = FolderArtifacts(tmp_path / "one"), FolderArtifacts(tmp_path / "two")
    for store in (first, second):
        train(name, effects, annotation(), store)
    verification = Verification(load([Choice(name)], VERIFIERS, first), RecordingObserver())
    verification.predict(name, [claim(gene(0, 9))])
    newer = load_one(Choice(name), VERIFIERS, second)
    gc.collect()
    verification.replace(newer)
    assert gc.collect() == 0


def test_no_call_is_lost_or_mixed_while_versions_change(store: FolderArtifacts) -> None:
    server = Server(store)
    said = {"one": server.believed()[1]}
    said |= {"two": 1 - (said["one"] or 0)}
    found: list[tuple[str, float | None]] = []
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            found.append(server.believed())

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for round_ in range(6):
        save(store, "two" if round_ % 2 == 0 else "one", turned=round_ % 2 == 0)
        server.look()
    stop.set()
    for thread in threads:
        thread.join()
    assert len(found) > 20
    assert all(said[version] == probability for version, probability in found)
    assert not server.observer.errors
