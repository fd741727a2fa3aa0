"""String overlap of a rationale with a gene's annotation, as rbio rewards it: for comparison, and easy to stuff.

ROUGE-L (Lin 2004) between what is said and the names of the gene's terms; and the share of those names' words that
occur in what is said.
"""

from collections.abc import Sequence

MOST_STEMS = 1_000
"""Of either side; the longest common subsequence takes their product in time."""


def rouge_l(said: Sequence[str], known: Sequence[str]) -> float:
    """F1 of the longest common subsequence, in [0, 1]."""
    said, known = said[:MOST_STEMS], known[:MOST_STEMS]
    row = [0] * (len(known) + 1)
    for word in said:
        corner = 0
        for place, other in enumerate(known, start=1):
            corner, row[place] = row[place], corner + 1 if word == other else max(row[place], row[place - 1])
    return _f1(row[-1], len(said), len(known))


def keyword_share(said: Sequence[str], known: Sequence[str]) -> float:
    """Share of the annotation's distinct words that are there, in [0, 1]."""
    wanted = set(known)
    return len(wanted & set(said)) / len(wanted) if wanted else 0.0


def _f1(shared: int, num_said: int, num_known: int) -> float:
    return 2 * shared / (num_said + num_known) if num_said and num_known else 0.0
