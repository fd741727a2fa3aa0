"""The network of domain/ranking_net.py in torch: a linear part and one hidden layer, in a few members from different
starts whose scores are averaged. On CUDA where there is one; equal input gives equal weights on one kind of device.
"""

from collections.abc import Callable, Mapping

import numpy as np
import torch
from torch import nn

from biorl.soft_verifier.domain.belief import Array
from biorl.soft_verifier.domain.ranking_net import Places, Recipe, Rivals
from biorl.soft_verifier.domain.smoothing import Floats

MEMBERS = 4
BATCH = 512
"""Positives in a step."""


def device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Members(nn.Module):
    """All members side by side: from features [n, F] to scores [member, n]."""

    def __init__(self, features: int, hidden: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.linear = nn.Parameter(torch.randn(MEMBERS, features) / features**0.5)
        self.inner = nn.Parameter(torch.randn(MEMBERS, features, hidden) / features**0.5)
        self.bias = nn.Parameter(torch.zeros(MEMBERS, 1, hidden))
        self.outer = nn.Parameter(torch.randn(MEMBERS, hidden, 1) / hidden**0.5)
        self.dropout = nn.Dropout(dropout)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        hidden = self.dropout(nn.functional.silu(features @ self.inner + self.bias))
        scores: torch.Tensor = (hidden @ self.outer).squeeze(-1) + self.linear @ features.T
        return scores


def loaded(parameters: Mapping[str, Array]) -> Callable[[Floats], Floats]:
    """The network with these parameters: from scaled features [n, F] to scores [n]."""
    _, features, hidden = parameters["inner"].shape
    members = Members(features, hidden)
    members.load_state_dict({name: torch.from_numpy(np.array(array)) for name, array in parameters.items()})
    members = members.to(device()).eval()

    def scores(scaled: Floats) -> Floats:
        with torch.inference_mode():
            found = members(torch.from_numpy(scaled).to(device())).mean(dim=0)
        return np.asarray(found.cpu().numpy(), dtype=np.float32)

    return scores


def descend(scaled: Floats, rivals: Rivals, recipe: Recipe, seed: int) -> dict[str, Array]:
    """Fitted parameters; those of the start when there is nothing to compare."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        members = Members(scaled.shape[1], recipe.hidden, recipe.dropout).to(device())
        if len(rivals.positive):
            features = torch.from_numpy(scaled).to(device())
            _descend(members, features, rivals, recipe, np.random.default_rng(seed))
    return {name: value.detach().cpu().numpy() for name, value in members.named_parameters()}


def _descend(
    members: Members, features: torch.Tensor, rivals: Rivals, recipe: Recipe, rng: np.random.Generator
) -> None:
    adam = _Adam(list(members.parameters()), recipe.weight_decay)
    starts = range(0, len(rivals.positive), BATCH)
    for epoch in range(recipe.epochs):
        order = rng.permutation(len(rivals.positive))
        for step, start in enumerate(starts):
            _loss(members, features, rivals, order[start : start + BATCH], rng).backward()
            done = (epoch + (step + 0.5) / len(starts)) / recipe.epochs
            adam.step(recipe.learning_rate * float(np.sin(np.pi * done)))


class _Adam:
    """AdamW (Loshchilov and Hutter 2019). torch's own loads its compiler at the first step, which takes seconds."""

    def __init__(self, parameters: list[nn.Parameter], decay: float) -> None:
        self.parameters, self.decay, self.steps = parameters, decay, 0
        self.moments = [(torch.zeros_like(parameter), torch.zeros_like(parameter)) for parameter in parameters]

    @torch.no_grad()
    def step(self, rate: float) -> None:
        """Moves against the gradients, and clears them."""
        self.steps += 1
        size = rate * (1 - 0.999**self.steps) ** 0.5 / (1 - 0.9**self.steps)
        for parameter, (first, second) in zip(self.parameters, self.moments, strict=True):
            assert parameter.grad is not None  # noqa: S101 - the loss depends on every parameter
            first.lerp_(parameter.grad, 0.1)
            second.lerp_(parameter.grad**2, 0.001)
            parameter.mul_(1 - rate * self.decay).addcdiv_(first, second.sqrt() + 1e-8, value=-size)
            parameter.grad = None


def _loss(
    members: Members, features: torch.Tensor, rivals: Rivals, chosen: Places, rng: np.random.Generator
) -> torch.Tensor:
    """Logistic loss of the difference between a positive and its rivals; summed over members, which do not meet."""
    against = rivals.draw(chosen, rng)
    rows = np.concatenate([rivals.positive[chosen], against.ravel()])
    scores = members(features[torch.from_numpy(rows).to(features.device)])
    above, below = scores[:, : len(chosen)], scores[:, len(chosen) :].reshape(len(scores), *against.shape)
    weight = torch.from_numpy(rivals.weight[chosen]).to(features.device)
    return (nn.functional.softplus(below - above[..., None]).mean(dim=2) * weight).mean(dim=1).sum()
