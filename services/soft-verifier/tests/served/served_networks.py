"""One small network in two houses: torch in process, and a real Triton. What one says, the other must say.

The made-up screen of `testing.shift_screen` is its world: a gene's embedding is its family, so the network knows the
screen's rule, and its answers can be checked against it.
"""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from biorl.soft_verifier.config import BehindConfig
from biorl.soft_verifier.testing import FAMILIES, FAMILY_SIZE, READOUTS, gene, pushes

Opened = Callable[..., BehindConfig]
SYMBOLS = [gene(family, member) for family in range(FAMILIES) for member in range(FAMILY_SIZE)]
NAMES = [f"READ{readout:02d}" for readout in range(READOUTS)]
INPUTS = {"shift": ["PERTURBATION"], "pair": ["PERTURBATION", "READOUT"]}
OUTPUT = {"shift": "SHIFT", "pair": "SCORE"}

MODEL = """
import pathlib
import triton_python_backend_utils as pb_utils
from numpy_network import NumpyNetwork


class TritonPythonModel:
    def initialize(self, args):
        self.network = NumpyNetwork(pathlib.Path(args["model_repository"]) / args["model_version"])

    def execute(self, requests):
        return [self.answer(request) for request in requests]

    def answer(self, request):
        names = self.network.inputs
        asked = [pb_utils.get_input_tensor_by_name(request, name).as_numpy().ravel().tolist() for name in names]
        return pb_utils.InferenceResponse([pb_utils.Tensor(self.network.output, self.network(asked))])
"""

SLOW = f"""
import time
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        time.sleep(1)
        return [
            pb_utils.InferenceResponse([pb_utils.Tensor("SHIFT", np.zeros((1, {READOUTS}), np.float32))])
            for _ in requests
        ]
"""


def weights(form: str) -> dict[str, np.ndarray]:
    """relu(x) - relu(-x) is x: a hidden layer that loses nothing."""
    rule = pushes()
    families = np.eye(FAMILIES, dtype=np.float32).repeat(FAMILY_SIZE, axis=0)
    if form == "shift":
        first = np.concatenate([np.eye(FAMILIES), -np.eye(FAMILIES)]).astype(np.float32)
        second = np.concatenate([rule.T, -rule.T], axis=1)
        return _layers(families, first, second)
    readouts = np.eye(READOUTS, dtype=np.float32)
    table = np.concatenate([np.pad(families, ((0, 0), (0, READOUTS))), np.pad(readouts, ((0, 0), (FAMILIES, 0)))])
    # One hidden unit for each family and readout: on when both are asked for.
    first = np.zeros((FAMILIES * READOUTS, 2 * table.shape[1]), np.float32)
    for unit in range(FAMILIES * READOUTS):
        first[unit, [unit // READOUTS, table.shape[1] + FAMILIES + unit % READOUTS]] = 1
    return _layers(table, first, rule.reshape(1, -1), bias=-1.0)


def _layers(table: np.ndarray, first: np.ndarray, second: np.ndarray, bias: float = 0.0) -> dict[str, np.ndarray]:
    return {
        "embedding": table,
        "layers.0.weight": first,
        "layers.0.bias": np.full(len(first), bias, np.float32),
        "layers.1.weight": second,
        "layers.1.bias": np.zeros(len(second), np.float32),
    }


def said(form: str) -> dict[str, object]:
    symbols = SYMBOLS if form == "shift" else SYMBOLS + NAMES
    return {"symbols": symbols, "inputs": INPUTS[form], "output": OUTPUT[form]}


def write_torch(form: str, path: Path) -> Path:
    return save_torch(path, weights(form), said(form))


def save_torch(path: Path, arrays: dict[str, np.ndarray], about: dict[str, object]) -> Path:
    tensors = {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in arrays.items()}
    texts = {key: value if isinstance(value, str) else "\n".join(value) for key, value in about.items()}
    save_file(tensors, path, metadata=texts)
    return path


def save_numpy(folder: Path, arrays: dict[str, np.ndarray], about: dict[str, object]) -> Path:
    """What `NumpyNetwork` reads, and its code beside it."""
    folder.mkdir(parents=True)
    (folder / "said.json").write_text(json.dumps(about))
    np.savez(folder / "weights.npz", **arrays)
    shutil.copy(Path(__file__).with_name("numpy_network.py"), folder)
    return folder


def write_triton(models: Path) -> Path:
    """A repository with both forms, batching requests of their own accord."""
    for form in INPUTS:
        save_triton(models / form, weights(form), said(form))
    _write_slow(models / "slow")
    return models


def save_triton(folder: Path, arrays: dict[str, np.ndarray], about: dict[str, object], most: int = 64) -> Path:
    (save_numpy(folder / "1", arrays, about) / "model.py").write_text(MODEL)
    inputs = ", ".join(f'{{ name: "{name}" data_type: TYPE_STRING dims: [1] }}' for name in about["inputs"])
    width = len(arrays["layers.1.weight"])
    (folder / "config.pbtxt").write_text(
        f'backend: "python"\nmax_batch_size: {most}\ninput [ {inputs} ]\n'
        f'output [ {{ name: "{about["output"]}" data_type: TYPE_FP32 dims: [{width}] }} ]\n'
        "dynamic_batching { max_queue_delay_microseconds: 500 }\n"
    )
    return folder


def _write_slow(folder: Path) -> None:
    """Says the right thing, too late."""
    (folder / "1").mkdir(parents=True)
    (folder / "1" / "model.py").write_text(SLOW)
    (folder / "config.pbtxt").write_text(
        'backend: "python"\nmax_batch_size: 64\ninput [ { name: "PERTURBATION" data_type: TYPE_STRING dims: [1] } ]\n'
        f'output [ {{ name: "SHIFT" data_type: TYPE_FP32 dims: [{READOUTS}] }} ]\n'
    )


def settings_of(form: str, folder: Path, **settings: object) -> BehindConfig:
    if form == "pair":
        roles = {"perturbation": "PERTURBATION", "readout": "READOUT"}
        return BehindConfig(inputs=roles, output="SCORE", **settings)
    (folder / "readouts.txt").write_text("\n".join(NAMES))
    return BehindConfig(
        inputs={"perturbation": "PERTURBATION"}, output="SHIFT", readouts=folder / "readouts.txt", **settings
    )
