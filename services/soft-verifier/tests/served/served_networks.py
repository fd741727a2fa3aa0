"""One small network in two houses: torch in process, and a real Triton. What one says, the other must say.

The made-up screen of `testing.shift_screen` is its world: a gene's embedding is its family, so the network knows the
screen's rule, and its answers can be checked against it.
"""

import json
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
import json, pathlib
import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        folder = pathlib.Path(args["model_repository"]) / args["model_version"]
        self.said = json.loads((folder / "said.json").read_text())
        self.weights = np.load(folder / "weights.npz")
        self.row = {symbol: row for row, symbol in enumerate(self.said["symbols"])}

    def execute(self, requests):
        return [self.answer(request) for request in requests]

    def answer(self, request):
        parts = []
        for name in self.said["inputs"]:
            asked = pb_utils.get_input_tensor_by_name(request, name).as_numpy().ravel()
            parts.append([self.embedded(item.decode()) for item in asked])
        values = np.concatenate([np.array(part, np.float32).reshape(len(part), -1) for part in parts], axis=1)
        values = np.maximum(values @ self.weights["layers.0.weight"].T + self.weights["layers.0.bias"], 0)
        values = values @ self.weights["layers.1.weight"].T + self.weights["layers.1.bias"]
        return pb_utils.InferenceResponse([pb_utils.Tensor(self.said["output"], values.astype(np.float32))])

    def embedded(self, name):
        table, genes = self.weights["embedding"], name.split("+")
        if not all(each in self.row for each in genes):
            return np.full(table.shape[1], np.nan)
        return sum(table[self.row[each]] for each in genes)
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
    tensors = {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in weights(form).items()}
    about = {key: value if isinstance(value, str) else "\n".join(value) for key, value in said(form).items()}
    save_file(tensors, path, metadata=about)
    return path


def write_triton(models: Path) -> Path:
    """A repository with both forms, batching requests of their own accord."""
    for form, names in INPUTS.items():
        folder = models / form / "1"
        folder.mkdir(parents=True)
        (folder / "model.py").write_text(MODEL)
        (folder / "said.json").write_text(json.dumps(said(form)))
        np.savez(folder / "weights.npz", **weights(form))
        inputs = ", ".join(f'{{ name: "{name}" data_type: TYPE_STRING dims: [1] }}' for name in names)
        width = READOUTS if form == "shift" else 1
        (models / form / "config.pbtxt").write_text(
            f'backend: "python"\nmax_batch_size: 64\ninput [ {inputs} ]\n'
            f'output [ {{ name: "{OUTPUT[form]}" data_type: TYPE_FP32 dims: [{width}] }} ]\n'
            "dynamic_batching { max_queue_delay_microseconds: 500 }\n"
        )
    _write_slow(models / "slow")
    return models


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
