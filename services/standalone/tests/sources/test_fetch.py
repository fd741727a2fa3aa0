"""Data is brought whole and right, or not at all."""

import hashlib
from pathlib import Path

import pytest

from biorl.standalone.sources.fetch import FetchError, check, fetch
from biorl.standalone.sources.manifest import Entry, ManifestError, folder_manifest, published, read_manifest
from biorl.standalone.sources.manifest import write_manifest as write


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    folder = tmp_path / "origin"
    (folder / "perturbqa").mkdir(parents=True)
    (folder / "perturbqa" / "k562-dir.csv").write_text("pert,gene,label,split\n")
    write((entry_of(folder, "perturbqa/k562-dir.csv"),), folder)
    return folder


def entry_of(folder: Path, path: str) -> Entry:
    return Entry(path, hashlib.sha256((folder / path).read_bytes()).hexdigest(), group=path.split("/", maxsplit=1)[0])


def brought(entries: tuple[Entry, ...], into: Path, origin: Path | None) -> list[bool]:
    told: list[bool] = []
    fetch(entries, into, origin, lambda _entry, was_brought: told.append(was_brought))
    return told


def test_a_local_folder_is_copied_and_a_second_time_nothing_is_brought(origin: Path, tmp_path: Path) -> None:
    entries = folder_manifest(origin)
    assert brought(entries, tmp_path / "data", origin) == [True]
    assert brought(entries, tmp_path / "data", origin) == [False]


def test_a_changed_file_is_refused_and_leaves_nothing_behind(origin: Path, tmp_path: Path) -> None:
    entries = folder_manifest(origin)
    (origin / "perturbqa" / "k562-dir.csv").write_text("altered")
    with pytest.raises(FetchError, match="not what the manifest says"):
        brought(entries, tmp_path / "data", origin)
    assert not [path for path in (tmp_path / "data").rglob("*") if path.is_file()]


def test_without_a_network_the_message_says_what_to_do(tmp_path: Path) -> None:
    unreachable = Entry("a.csv", "0" * 64, "https://localhost:9/a.csv")
    with pytest.raises(FetchError, match="--from FOLDER"):
        brought((unreachable,), tmp_path, None)


def test_nothing_but_https_is_spoken(origin: Path, tmp_path: Path) -> None:
    local = Entry("a.csv", "0" * 64, (origin / "perturbqa" / "k562-dir.csv").as_uri())
    with pytest.raises(FetchError, match="no https address"):
        brought((local,), tmp_path, None)


def test_a_check_finds_what_is_missing_changed_and_not_listed(origin: Path) -> None:
    listed = (*folder_manifest(origin), Entry("perturbqa/gone.csv", "0" * 64))
    (origin / "perturbqa" / "k562-dir.csv").write_text("altered")
    (origin / "extra.txt").write_text("")
    states = {finding.path: finding.state for finding in check(listed, origin)}
    assert states == {"perturbqa/k562-dir.csv": "changed", "perturbqa/gone.csv": "missing", "extra.txt": "not listed"}


@pytest.mark.parametrize("path", ["../outside", "/etc/passwd", "a/../../b"])
def test_a_path_that_leaves_its_folder_is_refused(path: str) -> None:
    with pytest.raises(ManifestError, match="leaves its folder"):
        read_manifest(f"path\tsha256\n{path}\t{'0' * 64}\n", "a manifest")


def test_a_folder_without_a_manifest_says_so(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"MANIFEST\.tsv"):
        folder_manifest(tmp_path)


def test_what_is_published_has_an_address_a_digest_and_terms() -> None:
    entries = published()
    assert {entry.group for entry in entries} == {"perturbqa", "annotation", "papers"}
    assert all(entry.url.startswith("https://") and entry.licence for entry in entries)
