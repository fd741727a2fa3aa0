"""An answer found in a sentence, before anybody asked whether it makes a good question."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from biorl.answers.spec import AnswerSpec, AnswerType


@dataclass(frozen=True, slots=True)
class Candidate:
    """The answer's place in the sentence, its type, and what the asker may say about it."""

    start: int
    """In characters of the sentence's text."""
    end: int
    spec: AnswerSpec
    hint: str
    """What belongs into the blank, with article ("a percentage")."""
    ask: str = ""
    """A question that needs no sentence beside it; empty asks to fill the blank."""
    hidden: tuple[str, ...] = ()
    """Other strings that would give the answer away."""


Find = Callable[[str], Iterator[Candidate]]
"""All answers of one pattern in the text of one sentence."""


def with_long_forms(candidate: Candidate, spelled: Mapping[str, tuple[str, ...]]) -> Candidate:
    """Whoever writes out what the paper abbreviates is right as well. `spelled`: long forms by abbreviation."""
    spec = candidate.spec
    forms = spelled.get(spec.gold or "", ()) if spec.type is AnswerType.SHORT_TEXT else ()
    return replace(candidate, spec=replace(spec, accepted=(*spec.accepted, *forms))) if forms else candidate


def is_abbreviated_set(candidate: Candidate, spelled: Mapping[str, tuple[str, ...]]) -> bool:
    """A set whose members the paper abbreviates: each could be written in two ways, and the checker knows one."""
    members = (candidate.spec.gold or "").split(";") if candidate.spec.type is AnswerType.SET else ()
    return any(member.strip() in spelled for member in members)
