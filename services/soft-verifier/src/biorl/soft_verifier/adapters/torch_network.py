"""A network on gene embeddings in process, on a GPU when there is one. Implements `TensorModel`.

The file is safetensors: `embedding` [gene, width] and `layers.N.weight` [out, in], `layers.N.bias` [out], with ReLU
between layers (rbio's MLP is one with two layers). Its metadata name the genes (`symbols`, one a line), the text inputs
in the order in which their embeddings are joined (`inputs`, one a line) and the `output`. Genes perturbed together
("A+B") are the sum of their embeddings; a gene that the network does not have makes its row NaN.

The first layer is linear in each embedding, so what a gene adds to it is worked out once, when the file is read: a
question is then a sum of short rows, not a product with long ones.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open

from biorl.soft_verifier.domain.belief import Array
from biorl.soft_verifier.ports import ModelRefusedError


class TorchNetwork:
    """Safe to call from several threads. Raises ModelRefusedError for a file that is no such network."""

    def __init__(self, weights: Path, device: str = "auto") -> None:
        self._device = _device(device)
        self._path = weights
        try:
            with safe_open(weights, framework="pt", device="cpu") as stored:
                said = stored.metadata() or {}
                tensors = {name: stored.get_tensor(name).float().to(self._device) for name in stored.keys()}  # noqa: SIM118
            self._inputs, self._output = said["inputs"].split("\n"), said["output"]
            self._row = {symbol: row for row, symbol in enumerate(said["symbols"].split("\n"))}
            layers = [
                (tensors[f"layers.{at}.weight"], tensors[f"layers.{at}.bias"]) for at in range((len(tensors) - 1) // 2)
            ]
            self._shares = _shares(tensors["embedding"], layers[0][0], len(self._inputs))
            self._first_bias, self._layers = layers[0][1], layers[1:]
        except (OSError, KeyError, IndexError, ValueError) as error:
            msg = f"{weights} is no network: {error!r}"
            raise ModelRefusedError(msg) from error

    def describe(self) -> Mapping[str, str]:
        name, platform = self._path.stem, f"torch {torch.__version__} on {self._device.type}"
        return {"model": name, "version": "", "platform": platform, "protocol": "in process"}

    def infer(self, inputs: Mapping[str, Array], outputs: Sequence[str]) -> Mapping[str, Array]:
        unknown = sorted((set(inputs) ^ set(self._inputs)) | (set(outputs) - {self._output}))
        if unknown:
            msg = f"{self._path.name} has the inputs {self._inputs} and the output {self._output}; not {unknown}"
            raise ModelRefusedError(msg)
        with torch.inference_mode():
            texts = [inputs[name].ravel().tolist() for name in self._inputs]
            shares = [self._summed(share, names) for share, names in zip(self._shares, texts, strict=True)]
            values: Array = self._forward(torch.stack(shares).sum(dim=0) + self._first_bias).cpu().numpy()
        return {self._output: values}

    def _summed(self, share: torch.Tensor, names: Sequence[str]) -> torch.Tensor:
        """[row, width of the first layer]; NaN for a row with a gene that is not there."""
        genes = [name.split("+") for name in names]
        nobody = len(share) - 1
        flat = [self._row.get(gene, nobody) for each in genes for gene in each]
        starts = np.cumsum([0, *(len(each) for each in genes)])[:-1]
        index = torch.tensor(flat, dtype=torch.long, device=self._device)
        offsets = torch.as_tensor(starts, dtype=torch.long, device=self._device)
        summed: torch.Tensor = torch.nn.functional.embedding_bag(index, share, offsets, mode="sum")
        return summed

    def _forward(self, values: torch.Tensor) -> torch.Tensor:
        # ReLU keeps NaN: what is not known stays not known.
        for weight, bias in self._layers:
            values = torch.relu(values) @ weight.T + bias
        return values


def _shares(embedding: torch.Tensor, weight: torch.Tensor, num_inputs: int) -> list[torch.Tensor]:
    """What each gene adds to the first layer as each of the inputs, [gene, out] each; last, NaN for a gene that is not
    there. Raises ValueError."""
    width = embedding.shape[1]
    if weight.shape[1] != num_inputs * width:
        msg = f"its first layer takes {weight.shape[1]} numbers, not {num_inputs} embeddings of {width}"
        raise ValueError(msg)
    with_nobody = torch.nn.functional.pad(embedding, (0, 0, 0, 1), value=torch.nan)
    return [with_nobody @ part.T for part in weight.split(width, dim=1)]


def _device(wanted: str) -> torch.device:
    if wanted == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return torch.device(wanted)
