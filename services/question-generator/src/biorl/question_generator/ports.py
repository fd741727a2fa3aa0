"""What the question generator needs from outside, in the words of biology."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Protocol

from biorl.question_generator.domain.authoring.chat import ChatReply, ChatRequest
from biorl.question_generator.domain.curation import Curated
from biorl.question_generator.domain.sources import Retraction
from biorl.question_generator.domain.writing import RefusalCount
from biorl.questions.question import Question, Split


@dataclass(frozen=True, slots=True)
class WrittenSource:
    """One source, done: what the store keeps of it."""

    source_id: str
    kind: str
    """`effects`, `labels` or `document`."""
    names: frozenset[str]
    """Every identifier under which a retraction may speak of it."""
    questions: tuple[Question, ...]
    refusals: tuple[RefusalCount, ...]


class Store(Protocol):
    """What was written before. One process owns it; every method is one durable step."""

    def known(self, question_ids: Sequence[str]) -> AbstractSet[str]:
        """Those of the ids that were written before and are not retired."""

    def record(self, sources: Sequence[WrittenSource]) -> None:
        """Keeps them, all or none. Doing it twice changes nothing."""

    def retracted(self, names: Iterable[str]) -> bool:
        """Whether a notice stands against any of these names."""

    def retract(self, retraction: Retraction) -> None:
        """Keeps the notice, for papers that come later too; or takes it back, when it was withdrawn.

        What was refused of a paper that came before is replaced by `refused_as_retracted`: either order tells the same.
        """

    def made_from(self, names: Iterable[str]) -> Sequence[str]:
        """Ids of the questions, not retired, of every source that has one of these names."""

    def retire(self, question_ids: Sequence[str]) -> None:
        """These questions are no more."""


class Chat(Protocol):
    """A language model. It keeps every reply: the same request again is answered from memory and costs nothing."""

    @property
    def model(self) -> str:
        """Its name, for provenance."""

    def ask(self, requests: Sequence[ChatRequest]) -> Sequence[ChatReply]:
        """One reply a request, in order. A refusal or a spent budget is a reply too; an outage is not."""


class Questions(Protocol):
    """Where questions go."""

    def publish(self, questions: Sequence[Question]) -> None:
        """Durable on return. Publishing a question twice changes nothing for its readers."""

    def retire(self, question_ids: Sequence[str]) -> None:
        """Tells every reader that these questions are no more. Durable on return."""


class DatasetWriter(Protocol):
    """Where an export goes. Each method returns the SHA-256 (hex) of the files that it wrote, by path; equal questions
    give equal bytes.
    """

    def write(self, split: Split, questions: Sequence[Question]) -> Mapping[str, str]:
        """Questions as they are given; a sealed one has no gold."""

    def write_held_out_gold(self, questions: Sequence[Question]) -> Mapping[str, str]:
        """Ids and gold answers alone, in a file that no loader of the questions picks up by chance."""

    def write_account(self, curated: Curated, refusals: Sequence[RefusalCount]) -> Mapping[str, str]:
        """What the dataset is made of, what is not in it, and why."""


class Observer(Protocol):
    """Told what happens, for metrics."""

    def wrote(self, questions: Sequence[Question]) -> None: ...

    def refused(self, refusals: Sequence[RefusalCount]) -> None: ...

    def retired(self, count: int) -> None: ...

    def took(self, kind: str, count: int) -> None:
        """So many sources of this kind are done."""
