"""What an evaluation may have seen before: said plainly beside every number."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

Pair = tuple[str, str, str]
"""Cell line, perturbation, readout; without a cell line a gene or molecule and what is asked of it."""


@dataclass(frozen=True, slots=True)
class Leakage:
    """Counts, and the sentences that they make."""

    test_pairs: int
    test_perturbations: int
    prompts_on_test_pairs: int
    """Benchmark pairs that were prompts in training, without their labels."""
    labels_on_test_pairs: int
    """Benchmark pairs whose label reached training: must be 0."""
    perturbations_trained_in_same_line: int
    perturbations_trained_in_other_lines: int
    in_cell_lines: bool = True
    """Whether perturbations were held out, and not genes or molecules."""

    def sentences(self) -> tuple[str, ...]:
        return (
            f"Training prompts cover {self.prompts_on_test_pairs} of the {self.test_pairs} benchmark pairs; "
            f"experimental labels of {self.labels_on_test_pairs} of them reached training. The policy was rewarded by "
            "the verifier's beliefs on the very pairs that it is tested on, so this shows that it absorbed them, not "
            "that it generalises to new pairs.",
            self._held_out(),
        )

    def _held_out(self) -> str:
        seen, elsewhere = self.perturbations_trained_in_same_line, self.perturbations_trained_in_other_lines
        if not self.in_cell_lines:
            return f"Of {self.test_perturbations} held-out genes or molecules, {seen} have labelled questions."
        return (
            f"Of {self.test_perturbations} held-out perturbations, {seen} have labelled questions in the same cell "
            f"line and {elsewhere} in another."
        )


def leakage(test: Iterable[Pair], prompts: Collection[Pair], labelled: Collection[Pair]) -> Leakage:
    """`prompts` is what training asked, `labelled` is what came with a measured label (to verifier or training)."""
    pairs = set(test)
    held_out = {(line, perturbation) for line, perturbation, _ in pairs}
    trained = {(line, perturbation) for line, perturbation, _ in labelled}
    lines_of: dict[str, set[str]] = {}
    for line, perturbation in trained:
        lines_of.setdefault(perturbation, set()).add(line)
    return Leakage(
        test_pairs=len(pairs),
        test_perturbations=len(held_out),
        prompts_on_test_pairs=len(pairs & set(prompts)),
        labels_on_test_pairs=len(pairs & set(labelled)),
        perturbations_trained_in_same_line=len(held_out & trained),
        perturbations_trained_in_other_lines=sum(
            bool(lines_of.get(perturbation, set()) - {line}) for line, perturbation in held_out
        ),
        in_cell_lines=any(line for line, _ in held_out),
    )
