"""Artifacts on disk: whole or not there, equal bytes for equal content, and nothing that could run."""

import hashlib
import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from biorl.soft_verifier.adapters.artifacts import ARRAYS, CARD, CHECKSUM, FolderArtifacts
from biorl.soft_verifier.domain.belief import Array, Source, Trained, packed_text
from biorl.soft_verifier.ports import ArtifactMissingError, ArtifactStore, ArtifactUnusableError
from biorl.soft_verifier.testing import MemoryArtifacts

TRAINED = Trained({"numbers": np.arange(6).reshape(2, 3), "names": packed_text(["a", "b"])}, {"models": [1]})
OTHER = Trained({"numbers": np.zeros(1)}, {"models": []})


@pytest.fixture(params=["folder", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ArtifactStore:
    """Every store, the fake too: a model that was tested with the one must load from the other."""
    return FolderArtifacts(tmp_path) if request.param == "folder" else MemoryArtifacts()


def test_an_artifact_comes_back_as_it_was(store: ArtifactStore) -> None:
    source = store.save("knn", TRAINED)
    artifact = store.load("knn")
    assert artifact.source == source
    assert artifact.arrays["numbers"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert artifact.text("names") == ("a", "b")
    assert artifact.card.items() >= {"name": "knn", "version": source.version, "models": [1]}.items()


@pytest.mark.parametrize("array", [np.array(0.5), np.zeros((0, 3)), np.arange(6).reshape(2, 3).T, np.array([True])])
def test_every_array_keeps_its_shape_and_type(store: ArtifactStore, array: Array) -> None:
    store.save("knn", Trained({"array": array}, {}))
    kept = store.load("knn").arrays["array"]
    assert (kept.shape, kept.dtype) == (array.shape, array.dtype)
    assert np.array_equal(kept, array)


def test_a_card_comes_back_as_json_has_it(store: ArtifactStore) -> None:
    store.save("knn", Trained({}, {"interval": (0.1, 0.2)}))
    assert store.load("knn").card["interval"] == [0.1, 0.2]


@pytest.mark.parametrize("value", [np.float32(1), float("nan"), {1, 2}])
def test_a_card_that_is_not_json_is_refused(store: ArtifactStore, value: object) -> None:
    with pytest.raises((TypeError, ValueError), match="JSON"):
        store.save("knn", Trained({}, {"value": value}))


def test_equal_content_has_equal_names_and_digests(tmp_path: Path) -> None:
    one, two = (
        FolderArtifacts(tmp_path / "one").save("knn", TRAINED),
        FolderArtifacts(tmp_path / "two").save("knn", TRAINED),
    )
    assert one == two
    assert one != FolderArtifacts(tmp_path / "one").save("knn", OTHER)


def test_the_newest_is_the_one_saved_last_unless_a_version_is_pinned(tmp_path: Path) -> None:
    store = FolderArtifacts(tmp_path)
    store.save("knn", TRAINED, "b-first")
    os.utime(tmp_path / "knn" / "b-first", (1, 1))
    store.save("knn", OTHER, "a-second")
    assert store.load("knn").source.version == "a-second"
    assert store.load("knn", "b-first").card["models"] == [1]


def test_a_missing_artifact_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(ArtifactMissingError, match="biorl verifier train perturbation-knn"):
        FolderArtifacts(tmp_path).load("perturbation-knn")
    with pytest.raises(ArtifactMissingError, match="version 9 of perturbation-knn"):
        FolderArtifacts(tmp_path).load("perturbation-knn", "9")


def test_a_version_cannot_leave_its_folder(tmp_path: Path) -> None:
    for version in ("../elsewhere", "a/b", ".hidden", ".."):
        with pytest.raises(ValueError, match="cannot name a folder"):
            FolderArtifacts(tmp_path).save("knn", TRAINED, version)


def test_an_interrupted_save_is_not_seen(tmp_path: Path) -> None:
    draft = tmp_path / "knn" / ".saving-x"
    draft.mkdir(parents=True)
    (draft / "card.json").write_text("{}")
    with pytest.raises(ArtifactMissingError):
        FolderArtifacts(tmp_path).load("knn")


def without_checksum(folder: Path) -> None:
    """As artifacts were saved before."""
    card = json.loads((folder / CARD).read_text())
    del card[CHECKSUM]
    (folder / CARD).write_text(json.dumps(card))


def test_arrays_that_need_pickle_are_refused(tmp_path: Path) -> None:
    source = FolderArtifacts(tmp_path).save("knn", TRAINED)
    folder = tmp_path / "knn" / source.version
    np.savez(folder / "arrays.npz", evil=np.array([{}], dtype=object))
    without_checksum(folder)
    with pytest.raises(ValueError, match="allow_pickle"):
        FolderArtifacts(tmp_path).load("knn")


def test_a_card_that_is_no_object_is_damaged(tmp_path: Path) -> None:
    source = FolderArtifacts(tmp_path).save("knn", TRAINED)
    (tmp_path / "knn" / source.version / "card.json").write_text("[]")
    with pytest.raises(ArtifactUnusableError, match="its card is no object"):
        FolderArtifacts(tmp_path).load("knn")


@pytest.mark.parametrize("name", ["arrays.npz", "card.json"])
@pytest.mark.parametrize("kept", [None, 0, 30])
def test_a_damaged_artifact_says_so_and_what_to_run(tmp_path: Path, name: str, kept: int | None) -> None:
    source = FolderArtifacts(tmp_path).save("knn", TRAINED)
    file = tmp_path / "knn" / source.version / name
    content = file.read_bytes()
    file.unlink()
    if kept is not None:
        file.write_bytes(content[:kept])
    says = "there is no artifact" if (name, kept) == ("card.json", None) else "is damaged"
    with pytest.raises((ArtifactUnusableError, ArtifactMissingError), match=says):
        FolderArtifacts(tmp_path).load("knn")


def test_a_bit_that_flips_anywhere_in_the_arrays_is_damage(tmp_path: Path) -> None:
    """Some of them, in the archive's own directory, would go unseen otherwise."""
    source = FolderArtifacts(tmp_path).save("knn", TRAINED)
    file = tmp_path / "knn" / source.version / ARRAYS
    whole = file.read_bytes()
    for place in range(len(whole)):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(ArtifactUnusableError, match=r"arrays.npz is not as it was saved.* train or calibrate knn"):
            FolderArtifacts(tmp_path).load("knn")
    file.write_bytes(whole)
    assert FolderArtifacts(tmp_path).load("knn").source == source


def test_arrays_of_another_artifact_are_not_taken_for_its_own(tmp_path: Path) -> None:
    store = FolderArtifacts(tmp_path)
    one, other = store.save("knn", TRAINED), store.save("knn", OTHER)
    shutil.copy(tmp_path / "knn" / other.version / ARRAYS, tmp_path / "knn" / one.version)
    with pytest.raises(ArtifactUnusableError, match="is not as it was saved"):
        store.load("knn", one.version)


def test_an_artifact_that_was_saved_without_a_checksum_is_read_as_before(tmp_path: Path) -> None:
    store = FolderArtifacts(tmp_path)
    source = store.save("knn", TRAINED)
    without_checksum(tmp_path / "knn" / source.version)
    assert store.load("knn").text("names") == ("a", "b")


def test_its_digest_is_over_the_names_and_digests_of_its_files(tmp_path: Path) -> None:
    """Whoever has a verdict and a folder can check with `sha256sum` that they belong together."""
    source = FolderArtifacts(tmp_path).save("knn", TRAINED)
    files = [tmp_path / "knn" / source.version / name for name in (ARRAYS, CARD)]
    lines = [f"{file.name} {hashlib.sha256(file.read_bytes()).hexdigest()}\n" for file in files]
    assert source.digest == hashlib.sha256("".join(lines).encode()).hexdigest()
    assert json.loads(files[1].read_text())[CHECKSUM] in lines[0]


def test_two_that_save_the_same_at_once_do_not_disturb_each_other_or_who_reads(tmp_path: Path) -> None:
    store = FolderArtifacts(tmp_path)
    first = store.save("knn", TRAINED)

    def save(_: int) -> Source:
        return store.save("knn", TRAINED)

    def read(_: int) -> Source:
        return store.load("knn").source

    with ThreadPoolExecutor(4) as pool:
        found = [*pool.map(save, range(60)), *pool.map(read, range(60))]
        mixed = [future.result() for _ in range(30) for future in (pool.submit(save, 0), pool.submit(read, 0))]
    assert {*found, *mixed} == {first}
    assert [path.name for path in (tmp_path / "knn").iterdir()] == [first.version]


def test_two_that_save_one_version_with_other_content_leave_one_of_the_two_whole(tmp_path: Path) -> None:
    store = FolderArtifacts(tmp_path)
    with ThreadPoolExecutor(4) as pool:
        saved = list(pool.map(lambda place: store.save("knn", (TRAINED, OTHER)[place % 2], "v1"), range(40)))
    assert store.load("knn").source in saved


def test_a_changed_file_changes_the_digest(tmp_path: Path) -> None:
    source = FolderArtifacts(tmp_path).save("knn", TRAINED)
    card = tmp_path / "knn" / source.version / "card.json"
    card.write_text(json.dumps(json.loads(card.read_text()) | {"models": [2]}))
    assert FolderArtifacts(tmp_path).load("knn").source.digest != source.digest
