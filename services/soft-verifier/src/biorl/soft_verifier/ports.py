"""What a verifier is, and what verification asks of the world.

To add a verifier: write one class in `verifiers/` that is a `WorldModel` (judges claims; verdicts come by themselves)
or a `Judge` (sees the whole question and each answer), and add one line to `verifiers/__init__.py`. A class that is
also `Trainable` gets `biorl verifier train`, artifacts and a card.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from biorl.answers.extraction import Extraction
from biorl.genes.annotation import Annotation
from biorl.genes.functions import Functions
from biorl.questions.question import Claim, Question
from biorl.soft_verifier.domain.belief import Array, Artifact, Belief, Source, Trained, Verdict
from biorl.soft_verifier.domain.coexpression.cells import Cells
from biorl.soft_verifier.domain.comparison import Comparison
from biorl.soft_verifier.domain.effects import Measurements
from biorl.soft_verifier.domain.known_labels import KnownLabel
from biorl.soft_verifier.domain.numbers import ExpectedNumber


@runtime_checkable
class WorldModel(Protocol):
    """Believes claims. Built as `Class(artifact)`; the artifact is empty but for its source where none was trained."""

    @property
    def tasks(self) -> tuple[str, ...]:
        """Tasks that it can judge ("perturbation.de"); ("*",) for any. A class attribute will do."""

    def believe(self, claims: Sequence[Claim]) -> Sequence[Belief]:
        """One belief for each claim, in order, and the same one whatever else is asked with it.

        Claims are whole: organism, cell line, kind, genes and readout are there. What the model does not know it
        answers with `Belief.abstained(reason)`, never with a guess. Called from several threads at once.
        """


@runtime_checkable
class Judge(Protocol):
    """Judges answers, for verifiers that need more than the claim: the gold answer, the rationale."""

    @property
    def tasks(self) -> tuple[str, ...]: ...

    @property
    def reads_rationale(self) -> bool:
        """Whether a verdict depends on more of a completion than its extracted answer."""

    def judge(self, question: Question, answers: Sequence[Extraction]) -> Sequence[Verdict]:
        """One verdict for each answer, in order. No question here carries a held-out gold answer."""


Verifier = WorldModel | Judge


class VerifierClass(Protocol):
    """A class of the registry."""

    def __call__(self, artifact: Artifact, /) -> Verifier: ...


@runtime_checkable
class Trainable(Protocol):
    """A class of the registry whose artifact is learnt from measured effects."""

    def train(self, measured: Sequence[Measurements], annotation: Annotation) -> Trained:
        """A class method. `measured` holds train rows alone. Equal input gives equal arrays, bit for bit."""


@runtime_checkable
class LearnsLabels(Protocol):
    """A class of the registry whose artifact is learnt from what is known of single genes or molecules."""

    @property
    def learns_about(self) -> type:
        """The kind of claim that it judges. A class attribute."""

    def train_on_labels(self, labels: Sequence[KnownLabel], annotation: Annotation | None) -> Trained:
        """A class method. Train rows alone, each once, in a fixed order. Equal input gives equal arrays, bit for bit.

        `annotation` is None for a verifier that does not ask for it (`needs_annotation`).
        """

    @property
    def needs_annotation(self) -> bool:
        """Whether training needs annotation of genes. A class attribute."""


@runtime_checkable
class LearnsCells(Protocol):
    """A class of the registry whose artifact is learnt from unperturbed cells, and read by measured effects."""

    def train_on_cells(
        self, cells: Sequence[Cells], measured: Sequence[Measurements], annotation: Annotation
    ) -> Trained:
        """A class method. `measured` holds train rows alone. Equal input gives equal arrays, bit for bit."""


@runtime_checkable
class LearnsFunctions(Protocol):
    """A class of the registry whose artifact is made of annotation alone."""

    def train_on_functions(self, functions: Functions) -> Trained:
        """A class method. Equal input gives equal arrays, bit for bit."""


@runtime_checkable
class ExpectsNumbers(Protocol):
    """A verifier that knows properties which are numbers."""

    def expect(self, claims: Sequence[Claim]) -> Sequence[ExpectedNumber | Belief]:
        """What is expected of each claim's number, in order, or the abstention that says why nothing is."""


@runtime_checkable
class HasRivals(Protocol):
    """A verifier that knows what trivial models would say, so that a report can put them beside it."""

    def rivals(self, claims: Sequence[Any]) -> Mapping[str, Array]:
        """By name, [claim]; asked of claims that the verifier does not abstain on."""


@runtime_checkable
class WarmsUp(Protocol):
    """A verifier whose first answer would be slow."""

    def warm_up(self) -> None:
        """Called once, before the server says that it is ready."""


class TensorModel(Protocol):
    """A model behind named tensors, whoever runs it: torch in process, or a server that speaks KServe v2."""

    def describe(self) -> Mapping[str, str]:
        """What it is (`model`, `version`, `platform`), for a card. Raises ModelUnavailableError."""

    def infer(self, inputs: Mapping[str, Array], outputs: Sequence[str]) -> Mapping[str, Array]:
        """The outputs asked for, of all rows. The first axis of every array is the batch; text is an array of str.

        A row's answer does not depend on its company. Called from several threads at once. Raises
        ModelUnavailableError, ModelTimeoutError, ModelRefusedError.
        """


class ModelUnavailableError(RuntimeError):
    """A served model cannot be reached. It may come back."""


class ModelTimeoutError(RuntimeError):
    """A served model did not answer in time."""


class ModelRefusedError(RuntimeError):
    """A served model does not know the tensors that it is asked for, or answers in another shape: a wrong setting."""


@runtime_checkable
class AnswersBatches(Protocol):
    """A verifier for which many claims at once cost little more than one."""

    @property
    def batch(self) -> int:
        """Claims, or questions, that take it a small part of a second. A class attribute."""


class ArtifactStore(Protocol):
    def save(self, verifier: str, trained: Trained, version: str | None = None) -> Source:
        """Writes an artifact whole or not at all. Without a version it is named by its content."""

    def load(self, verifier: str, version: str | None = None) -> Artifact:
        """The version asked for, else the newest. Raises ArtifactMissingError, which says what to run."""

    def newest(self, verifier: str) -> str | None:
        """A mark that changes when a newer artifact is there; None without any."""


class ArtifactUnusableError(ValueError):
    """An artifact is damaged, or was made by other code than reads it; the message says what to run."""


class ArtifactMissingError(LookupError):
    """A verifier that needs an artifact has none."""


class UnknownVerifierError(LookupError):
    """The registry has no verifier of that name."""


class Observer(Protocol):
    """Told what happened, for metrics and logs."""

    def believed(self, verifier: str, beliefs: Sequence[Belief]) -> None: ...

    def judged(self, verifier: str, num_groups: int, verdicts: Iterator[Verdict]) -> None: ...

    def failed(self, verifier: str, error: Exception) -> None:
        """A verifier raised: a bug of its own, answered with ERROR."""

    def compared(self, candidate: Source, comparisons: Sequence[Comparison]) -> None:
        """A candidate was asked what the live version was asked."""

    def loaded(self, source: Source) -> None:
        """Serves from the start."""

    def canary_loaded(self, candidate: Source) -> None: ...

    def canary_dropped(self, candidate: Source, num: int) -> None:
        """A candidate is too slow to be shown so much more."""

    def canary_failed(self, candidate: Source, error: Exception) -> None: ...

    def reloaded(self, source: Source) -> None:
        """A newer artifact serves now."""

    def reload_failed(self, verifier: str, error: Exception) -> None:
        """A newer artifact cannot be loaded; the old one serves on."""


class VerifierNotServedError(LookupError):
    """Nobody here goes by that name."""
