"""Fetches the jars of the pinned Apache Kafka (pom.xml) with Maven, once, into a cache folder of the repository.

Needs Java and Maven on the path, and their registry only the first time. Standard library only.
"""

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
CACHE = HERE.parents[1] / ".cache" / "kafka"
POM = HERE / "pom.xml"
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
TIMEOUT_S = 600


class NoKafka(RuntimeError):  # noqa: N818
    """This machine cannot run a broker; the message says why."""


def jars(cache: Path = CACHE) -> Path:
    """The folder of jars, fetched when this pom was not fetched before. Raises NoKafka."""
    if shutil.which("java") is None:
        raise NoKafka("java is not installed")
    folder = cache / f"jars-{hashlib.sha256(POM.read_bytes()).hexdigest()[:12]}"
    if not folder.is_dir():
        _fetch(folder)
    return folder


def _fetch(folder: Path) -> None:
    """Into a folder beside it, then a rename: half a fetch is never taken for a whole one."""
    if shutil.which("mvn") is None:
        raise NoKafka("mvn (Maven) is not installed")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        fetched = Path(scratch) / "jars"
        command = ["mvn", "-B", "-q", "-f", str(POM), COPY, "-DincludeScope=runtime", f"-DoutputDirectory={fetched}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
        if done.returncode != 0:
            raise NoKafka(f"Maven could not fetch the jars: {(done.stdout + done.stderr).strip()[-500:]}")
        if not folder.is_dir():  # another process may have been faster
            fetched.rename(folder)
