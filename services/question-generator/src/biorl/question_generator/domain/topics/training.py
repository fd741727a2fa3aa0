"""Learns to read fields from texts of papers whose headings name them, and measures it on papers that it did not see.

Logistic regression (scikit-learn) over the features of `reading`. The threshold is the least one at which held-out
papers are named right as often as was asked for; what is reported was measured in each fifth of the papers with the
threshold of the other four. The same papers and seed give the same reader.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from biorl.question_generator.domain.topics.fields import PaperWords, field_named_by
from biorl.question_generator.domain.topics.reading import FieldReader, Floats, features, word_counts

FOLDS = 5
STRENGTH = 10.0
"""Inverse of the regularisation; 3 to 10 were alike in cross-validation."""
MORE_LIKELY_THAN_NOT = 0.5
NEVER = 2.0
"""A threshold that no probability reaches."""


class TooFewPapersError(ValueError):
    """Nothing can be learnt; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """What was learnt from, and how well."""

    papers: dict[str, int]
    """By field."""
    left_out: dict[str, int]
    """Papers of fields that have fewer than `FOLDS`."""
    accuracy: float
    """Of held-out papers, all of them named."""
    answered: float
    """Share of held-out papers that it is sure enough to name."""
    accuracy_where_answered: float
    word_list_accuracy: float
    """What the word list alone reaches on the same papers."""


def learn(papers: Sequence[PaperWords], min_accuracy: float, seed: int) -> tuple[FieldReader, Learnt]:
    """From the papers whose headings name a field. Raises TooFewPapersError."""
    texts, names, left_out = _examples(papers)
    fields = tuple(sorted(set(names)))
    labels = np.array([fields.index(name) for name in names])
    chances = _held_out(texts, labels, len(fields), seed)
    right, sure = chances.argmax(axis=1) == labels, chances.max(axis=1)
    answered = _answered_with_thresholds_of_others(sure, right, labels, min_accuracy, seed)
    accuracy_where_answered = float(right[answered].mean()) if answered.any() else 0.0
    rarity, weights, bias = _fitted(texts, labels, seed)
    reader = FieldReader(
        fields, rarity, weights, bias, _least_threshold(sure, right, min_accuracy), accuracy_where_answered
    )
    listed = float(np.mean([field_named_by([text]) == name for text, name in zip(texts, names, strict=True)]))
    learnt = Learnt(
        dict(sorted(Counter(names).items())), left_out, float(right.mean()), float(answered.mean()),
        accuracy_where_answered, listed,
    )  # fmt: skip
    return reader, learnt


def _examples(papers: Sequence[PaperWords]) -> tuple[list[str], list[str], dict[str, int]]:
    """Texts, their fields, and how many papers are of fields too small to be held out."""
    named = [(paper.text, field) for paper in papers if (field := field_named_by(paper.headings))]
    sizes = Counter(field for _, field in named)
    large = [(text, field) for text, field in named if sizes[field] >= FOLDS]
    if len({field for _, field in large}) < 2:
        msg = f"headings name a field for {len(named)} papers: at least {FOLDS} papers of each of two fields are needed"
        raise TooFewPapersError(msg)
    left_out = {field: size for field, size in sorted(sizes.items()) if size < FOLDS}
    return [text for text, _ in large], [field for _, field in large], left_out


def _folds(labels: NDArray[np.int64], seed: int) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    return list(StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(labels, labels))


def _held_out(texts: Sequence[str], labels: NDArray[np.int64], num_fields: int, seed: int) -> NDArray[np.float64]:
    """[papers, fields] probabilities by a reader that did not see the paper."""
    chances = np.zeros((len(texts), num_fields))
    for known, unseen in _folds(labels, seed):
        rarity, weights, bias = _fitted([texts[index] for index in known], labels[known], seed)
        scores = _seen([texts[index] for index in unseen], rarity) @ weights + bias
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        chances[unseen] = powers / powers.sum(axis=1, keepdims=True)
    return chances


def _fitted(texts: Sequence[str], labels: NDArray[np.int64], seed: int) -> tuple[Floats, Floats, Floats]:
    """Rarity of words, weights and bias."""
    holding = sum((word_counts(text) > 0).astype(np.int64) for text in texts)
    rarity = (np.log((1 + len(texts)) / (1 + holding)) + 1).astype(np.float32)
    model = LogisticRegression(C=STRENGTH, max_iter=1000, random_state=seed).fit(_seen(texts, rarity), labels)
    if len(model.classes_) == 2:  # one column says both
        weights, bias = np.stack([-model.coef_[0], model.coef_[0]]) / 2, np.array([-1, 1]) * model.intercept_[0] / 2
    else:
        weights, bias = model.coef_, model.intercept_
    return rarity, weights.T.astype(np.float32), bias.astype(np.float32)


def _seen(texts: Sequence[str], rarity: Floats) -> csr_array:
    """[texts, features], sparse: a text has few of the words."""
    return vstack([csr_array(features(text, rarity)[None]) for text in texts], format="csr")


def _least_threshold(sure: NDArray[np.float64], right: NDArray[np.bool_], min_accuracy: float) -> float:
    """The least that leaves an accuracy of at least `min_accuracy`; `NEVER` when none does.

    Where all papers may be named texts may come that are like none of them: these must be likelier right than not.
    """
    order = np.argsort(-sure, kind="stable")
    accuracies = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(accuracies >= min_accuracy)
    if not enough.size:
        return NEVER
    least = float(sure[order][enough[-1]])
    return min(least, MORE_LIKELY_THAN_NOT) if enough[-1] == len(order) - 1 else least


def _answered_with_thresholds_of_others(
    sure: NDArray[np.float64], right: NDArray[np.bool_], labels: NDArray[np.int64], min_accuracy: float, seed: int
) -> NDArray[np.bool_]:
    """Which papers are named when no paper has a say in its own threshold."""
    answered = np.zeros(len(labels), dtype=bool)
    for known, unseen in _folds(labels, seed):
        answered[unseen] = sure[unseen] >= _least_threshold(sure[known], right[known], min_accuracy)
    return answered
