"""The network of a folder (`said.json`, `weights.npz`) with numpy alone: what a server without torch runs of it."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np


class NumpyNetwork:
    """What `TorchNetwork` is: a gene's embedding is a row, genes together ("A+B") are their sum, nobody's is NaN.

    The first layer is linear in each gene, so each gene's share of it is worked out when the network is loaded.
    """

    def __init__(self, folder: Path) -> None:
        said = json.loads((folder / "said.json").read_text())
        self.inputs, self.output = said["inputs"], said["output"]
        weights = np.load(folder / "weights.npz")
        self._row = {symbol: row for row, symbol in enumerate([*said["symbols"], None])}
        table = np.concatenate([weights["embedding"], np.full((1, weights["embedding"].shape[1]), np.nan)])
        slices = np.split(weights["layers.0.weight"].astype(np.float32), len(self.inputs), axis=1)
        self._shares = [table.astype(np.float32) @ part.T for part in slices]
        self._bias, self._last = weights["layers.0.bias"], (weights["layers.1.weight"], weights["layers.1.bias"])

    def __call__(self, asked: Sequence[Sequence[bytes]]) -> np.ndarray:
        """[row, width], float32; one list of names for each input."""
        hidden = sum(self._summed(share, names) for share, names in zip(self._shares, asked, strict=True))
        weight, bias = self._last
        return (np.maximum(hidden + self._bias, 0) @ weight.T + bias).astype(np.float32)

    def _summed(self, share: np.ndarray, names: Sequence[bytes]) -> np.ndarray:
        genes = [name.decode().split("+") for name in names]
        starts = np.cumsum([0, *map(len, genes)])[:-1]
        nobody = self._row[None]
        return np.add.reduceat(share[[self._row.get(gene, nobody) for each in genes for gene in each]], starts)
