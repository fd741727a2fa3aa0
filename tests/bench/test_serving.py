"""One network, asked in many ways, in one run on one core: rbio's loop, one product, biorl, Triton and Ray Serve.

The network is rbio's (two protein embeddings, one hidden layer of 64), made up, its weights written once. It is asked
1024 pairs at a time, all of them new. Triton and Ray Serve run it with numpy and the same short cut as biorl (the
first layer is worked out for each gene when the network is loaded), and are asked over the same protocol by the same
client. The bench and all servers are held on one core; a rate is per second of processor time of all of them
together, so that neighbours on the machine do not count; beside it the same by the clock, where waiting counts too.

Prints; asserts only that everything was answered alike.
"""

import asyncio
import gc
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import grpc
import numpy as np
import psutil
import pytest
import torch
import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / part) for part in ("tools/triton", "tools/ray_serve", "services/soft-verifier/tests/served")]

from ray_serve_server import RayServeMissingError, ray_serve  # noqa: E402 - lies on the path just made
from served_networks import save_numpy, save_torch, save_triton  # noqa: E402
from triton_server import TritonMissingError, TritonServer  # noqa: E402

from biorl.client.beliefs import VerifierClient  # noqa: E402
from biorl.genes.annotation import Annotation  # noqa: E402
from biorl.genes.similarity import Kernel  # noqa: E402
from biorl.genes.symbols import Symbols  # noqa: E402
from biorl.questions.question import (  # noqa: E402
    Context,
    Outcome,
    PerturbationClaim,
    PerturbationKind,
    Split,
)
from biorl.soft_verifier.__main__ import behind  # noqa: E402
from biorl.soft_verifier.adapters.artifacts import FolderArtifacts  # noqa: E402
from biorl.soft_verifier.config import BehindConfig  # noqa: E402
from biorl.soft_verifier.domain.effects import Effect  # noqa: E402
from biorl.soft_verifier.service import Choice, Verification, load  # noqa: E402
from biorl.soft_verifier.serving.loading import Batching  # noqa: E402
from biorl.soft_verifier.testing import RecordingObserver  # noqa: E402
from biorl.soft_verifier.training import calibrate  # noqa: E402
from biorl.soft_verifier.verifiers import VERIFIERS  # noqa: E402

pytestmark = pytest.mark.bench

BATCH, BATCHES = 1024, 16
GENES = [f"GENE{number:04d}" for number in range(1500)]
READOUTS = [f"READ{number:03d}" for number in range(400)]
EMBEDDING, HIDDEN = 1280, 64
CONTEXT = Context("NCBITaxon:32630", "BENCH", PerturbationKind.CRISPRI)
ROLES = {"perturbation": "PERTURBATION", "readout": "READOUT"}
ABOUT = {"symbols": [*GENES, *READOUTS], "inputs": list(ROLES.values()), "output": "SCORE"}
NAME = "network"
Pairs = list[tuple[str, str]]


def weights() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)

    def drawn(*shape: int) -> np.ndarray:
        return (rng.standard_normal(shape) / np.sqrt(shape[-1])).astype(np.float32)

    return {
        "embedding": drawn(len(GENES) + len(READOUTS), EMBEDDING) * np.float32(np.sqrt(EMBEDDING)),
        "layers.0.weight": drawn(HIDDEN, 2 * EMBEDDING),
        "layers.0.bias": drawn(HIDDEN),
        "layers.1.weight": drawn(1, HIDDEN),
        "layers.1.bias": drawn(1),
    }


def screen() -> list[Effect]:
    """Labels to calibrate on; the network knows nothing of them, which costs and saves no time."""
    rng = np.random.default_rng(1)
    pairs = rng.choice(len(GENES) * len(READOUTS), 12_000, replace=False).tolist()
    return [
        Effect(CONTEXT, (GENES[pair // 400],), READOUTS[pair % 400], Split.TRAIN, bool(rng.random() < 0.2))
        for pair in pairs
    ]


def batches(num: int, seed: int) -> list[Pairs]:
    """Any gene with any readout; none twice."""
    drawn = np.random.default_rng(seed).choice(len(GENES) * len(READOUTS), (num, BATCH), replace=False)
    return [[(GENES[pair // 400], READOUTS[pair % 400]) for pair in batch] for batch in drawn.tolist()]


def claims(pairs: Pairs) -> list[PerturbationClaim]:
    outcome = Outcome.DIFFERENTIALLY_EXPRESSED
    return [PerturbationClaim((gene,), readout, CONTEXT, outcome) for gene, readout in pairs]


class Networks:
    """The network in every house, in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.arrays = folder, weights()
        self.torch = save_torch(folder / "network.safetensors", self.arrays, ABOUT)
        self.numpy = save_numpy(folder / "numpy", self.arrays, ABOUT)
        save_triton(folder / "models" / NAME, self.arrays, ABOUT, most=BATCH)
        tensors = {key: torch.from_numpy(array) for key, array in self.arrays.items()}
        self.embeddings = dict(zip(ABOUT["symbols"], tensors["embedding"], strict=True))
        first, second = torch.nn.Linear(2 * EMBEDDING, HIDDEN), torch.nn.Linear(HIDDEN, 1)
        for at, layer in enumerate((first, second)):
            layer.load_state_dict({part: tensors[f"layers.{at}.{part}"] for part in ("weight", "bias")})
        self.net = torch.nn.Sequential(first, torch.nn.ReLU(), second)

    def one_by_one(self, pairs: Pairs) -> list[float]:
        """rbio's way."""
        with torch.no_grad():
            joined = (torch.cat([self.embeddings[gene], self.embeddings[readout]]) for gene, readout in pairs)
            return [self.net(pair.unsqueeze(0)).item() for pair in joined]

    def at_once(self, pairs: Pairs) -> list[float]:
        with torch.no_grad():
            joined = [torch.cat([self.embeddings[gene], self.embeddings[readout]]) for gene, readout in pairs]
            return self.net(torch.stack(joined)).ravel().tolist()

    def in_process(self) -> dict[str, Any]:
        return {"inputs": ROLES, "output": "SCORE", "batch": BATCH, "torch": {"weights": str(self.torch)}}

    def at(self, url: str) -> dict[str, Any]:
        return {"inputs": ROLES, "output": "SCORE", "batch": BATCH, "kserve": {"url": url, "model": NAME}}


@dataclass(frozen=True)
class Way:
    """Of asking; gives a number for each pair, and a second time faster if it remembers."""

    name: str
    ask: Callable[[Pairs], list[float]]
    remembers: bool = False
    batches: int = BATCHES


def alone(name: str, settings: dict[str, Any]) -> Way:
    """The network's own numbers."""
    opened = behind(BehindConfig(**settings))

    def ask(pairs: Pairs) -> list[float]:
        return opened.model.infer(opened.tensors.arrays(pairs), ["SCORE"])["SCORE"].ravel().tolist()

    return Way(name, ask)


def calibrated(networks: Networks) -> FolderArtifacts:
    store = FolderArtifacts(networks.folder / "artifacts")
    nothing_known = Annotation(Symbols(), Kernel([]), ())
    calibrate(NAME, screen(), nothing_known, store, behind(BehindConfig(**networks.in_process())))
    return store


def believed(name: str, settings: dict[str, Any], networks: Networks) -> Way:
    """Beliefs: names checked, numbers calibrated, the baseline beside them."""
    choice = Choice(NAME, behind=behind(BehindConfig(**settings)), batching=Batching())
    verification = Verification(load([choice], VERIFIERS, calibrated(networks)), RecordingObserver())
    return Way(name, lambda pairs: [item.probability for item in verification.predict(NAME, claims(pairs))], True)


@contextmanager
def loops(networks: Networks) -> Iterator[list[Way]]:
    yield [
        Way("rbio's loop, one pair at a time", networks.one_by_one, batches=2),
        Way("the same in one product", networks.at_once),
    ]


@contextmanager
def biorl(networks: Networks) -> Iterator[list[Way]]:
    settings = networks.in_process()
    yield [alone("biorl, the network alone", settings), believed("biorl, beliefs", settings, networks)]


@contextmanager
def biorl_over_grpc(networks: Networks) -> Iterator[list[Way]]:
    """A server of its own, as it is deployed."""
    calibrated(networks)
    verifier = {"name": NAME, "behind": networks.in_process(), "batching": {}}
    port = free_port()
    settings = {"grpc": {"port": port}, "artifacts": str(networks.folder / "artifacts"), "verifiers": [verifier]}
    path = networks.folder / "soft-verifier.yaml"
    path.write_text(yaml.safe_dump(settings | {"log": {"level": "warning"}}))
    process = subprocess.Popen([sys.executable, "-m", "biorl.soft_verifier", "--config", str(path)])
    try:
        with asyncio.Runner() as loop:
            client = loop.run(connected(f"127.0.0.1:{port}"))

            def ask(pairs: Pairs) -> list[float]:
                return [item.probability for item in loop.run(client.predict(NAME, claims(pairs)))]

            yield [Way("biorl, beliefs over gRPC", ask, True)]
            loop.run(client.__aexit__())
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


async def connected(target: str, within_s: float = 60) -> VerifierClient:
    client, until = VerifierClient(target), time.monotonic() + within_s
    while True:
        try:
            await client.list_verifiers()
        except grpc.aio.AioRpcError:
            if time.monotonic() > until:
                raise
            await asyncio.sleep(0.2)
        else:
            return client


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def triton(networks: Networks) -> Iterator[list[Way]]:
    with TritonServer(networks.folder / "models", networks.folder) as server:
        settings = networks.at(server.url)
        yield [
            alone("Triton, the network alone", settings),
            believed("biorl before Triton, beliefs", settings, networks),
        ]


@contextmanager
def ray(networks: Networks) -> Iterator[list[Way]]:
    with ray_serve(networks.numpy, networks.folder) as url:
        yield [alone("Ray Serve, the network alone", networks.at(url))]


@dataclass
class Seconds:
    """Of processor time of this process and all below it, and by the clock."""

    spent: float = 0.0
    passed: float = 0.0
    below: list[psutil.Process] = field(default_factory=list)

    def __enter__(self) -> Self:
        self.below = psutil.Process().children(recursive=True)
        self.spent, self.passed = -self._now(), -time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.spent, self.passed = self.spent + self._now(), self.passed + time.perf_counter()

    def _now(self) -> float:
        times = [process.cpu_times() for process in self.below if process.is_running()]
        return time.process_time() + sum(each.user + each.system for each in times)


def measured(way: Way, seed: int) -> Iterator[tuple[str, float, float]]:
    """(name, pairs per second of a core, pairs per second by the clock), of new pairs and of remembered ones."""
    way.ask(batches(1, seed=seed + 100)[0])
    asked = batches(way.batches, seed)
    for name in (way.name, f"{way.name}, again")[: 1 + way.remembers]:
        with one_core(), Seconds() as seconds:
            for batch in asked:
                way.ask(batch)
        num = BATCH * way.batches
        yield name, num / seconds.spent, num / seconds.passed


@contextmanager
def one_core() -> Iterator[None]:
    """For all threads of this process and of all below it. Only now: servers start faster on all cores."""
    own, allowed = psutil.Process(), os.sched_getaffinity(0)
    for process in (own, *own.children(recursive=True)):
        hold(process, {max(allowed)})
    try:
        yield
    finally:
        hold(own, allowed)


def hold(process: psutil.Process, cores: set[int]) -> None:
    for thread in process.threads():
        with suppress(ProcessLookupError):  # ended meanwhile
            os.sched_setaffinity(thread.id, cores)


@pytest.fixture
def one_thread(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    torch.set_num_threads(1)
    yield
    gc.unfreeze()


@pytest.mark.timeout(900)
@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="only Linux holds processes on one core")
def test_one_network_in_many_houses(one_thread: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def say(line: str) -> None:
        with capsys.disabled():
            print(line)  # noqa: T201 - the numbers are what this is for

    networks = Networks(tmp_path)
    gc.freeze()  # as the service does when it has loaded
    expected = np.array(networks.one_by_one(batches(1, seed=7)[0]))
    slowest = None
    say(f"\n{'pairs a second':38s} {'of a core':>10s} {'by clock':>10s} {'x the loop':>10s}")
    for house in (loops, biorl, biorl_over_grpc, triton, ray):
        try:
            with house(networks) as ways:
                for way in ways:
                    require_same(way, expected)
                    for name, rate, by_clock in measured(way, seed=0):
                        slowest = slowest or rate
                        say(f"{name:38s} {rate:10,.0f} {by_clock:10,.0f} {rate / slowest:10.1f}")
        except (TritonMissingError, RayServeMissingError) as reason:
            say(f"not measured: {reason}")


def require_same(way: Way, expected: np.ndarray) -> None:
    """The network's numbers, or beliefs that follow its order where nothing else moves them."""
    found = np.array(way.ask(batches(1, seed=7)[0]), dtype=np.float64)
    if "beliefs" in way.name:
        assert ((found > 0) & (found < 1)).all()
    else:
        assert found == pytest.approx(expected, rel=1e-3, abs=1e-4)
