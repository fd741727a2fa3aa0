"""What the page shows of one question. What is held out is left out here, unless the reader asked for it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from urllib.parse import quote

from biorl.answers.spec import AnswerSpec, AnswerType
from biorl.questions.question import Evidence, Question
from biorl.reward.v1 import reward_pb2
from biorl.standalone.inspection.catalogue import Catalogue, Paper
from biorl.verifier.v1 import verifier_pb2


@dataclass(frozen=True, slots=True)
class Passage:
    """Evidence in its paragraph. Without words where they are hidden or not at hand."""

    paper: Paper
    links: tuple[tuple[str, str], ...]
    """Name and address of the paper on the web."""
    place: str
    """Titles of the sections, or the paragraph's id."""
    before: str = ""
    marked: str = ""
    after: str = ""
    caution: str = ""


@dataclass(frozen=True, slots=True)
class JudgedPart:
    name: str
    weight: float
    value: float | None
    """None when it was left out."""
    status: str
    reason: str
    verifier: str
    answer: str
    """As it was found in the completion."""


@dataclass(frozen=True, slots=True)
class Rollout:
    completion: str
    times: int
    reward: float | None
    status: str
    reason: str
    composition: str
    parts: tuple[JudgedPart, ...]


@dataclass(frozen=True, slots=True)
class View:
    """One question as it may be seen."""

    question: Question
    """Sealed when it is held out and was not unsealed."""
    hidden: bool
    """It is held out, and answer, evidence and rollouts are left out."""
    answer: str
    """Empty when it is hidden or not known."""
    accepted: tuple[str, ...]
    checked: str
    """How an answer is compared."""
    claim: tuple[tuple[str, str], ...]
    passages: tuple[Passage, ...]
    rollouts: tuple[Rollout, ...]


def view_of(question: Question, catalogue: Catalogue, *, unsealed: bool) -> View:
    """`unsealed`: the reader asked to see what is held out."""
    hidden = question.is_held_out and not unsealed
    shown = question.sealed() if hidden else question
    return View(
        question=shown,
        hidden=hidden,
        answer=written(shown.answer),
        accepted=shown.answer.accepted,
        checked=", ".join(_checked(shown.answer)),
        claim=_claim(shown),
        passages=tuple(_passage(item, catalogue, hidden=hidden) for item in question.evidence),
        rollouts=() if hidden else tuple(_rollout(*item) for item in catalogue.rollouts(question.id)),
    )


def written(answer: AnswerSpec) -> str:
    """Gold with unit; an option with what it says."""
    if answer.gold is None:
        return ""
    if answer.type is AnswerType.NUMBER:
        return f"{answer.gold} {answer.unit}".strip()
    says = next((option.text for option in answer.options if option.label == answer.gold), answer.gold)
    return answer.gold if says == answer.gold else f"{answer.gold}: {says}"


def _checked(answer: AnswerSpec) -> Iterator[str]:
    yield answer.type.replace("_", " ")
    if answer.relative_tolerance:
        yield f"± {100 * answer.relative_tolerance:g} %"
    if answer.absolute_tolerance:
        yield f"± {answer.absolute_tolerance:g} {answer.unit}".strip()
    if answer.member_type:
        yield f"of {answer.member_type.replace('_', ' ')}"
    if answer.namespace:
        yield answer.namespace
    if answer.either_strand:
        yield "either strand"


def _claim(question: Question) -> tuple[tuple[str, str], ...]:
    if question.claim is None:
        return ()
    told = asdict(question.claim)
    told |= told.pop("context", {})
    return tuple(
        (name.replace("_", " "), ", ".join(value) if isinstance(value, tuple) else str(value))
        for name, value in told.items()
        if value
    )


def _passage(evidence: Evidence, catalogue: Catalogue, *, hidden: bool) -> Passage:
    paper = catalogue.paper(evidence.document_id)
    known = catalogue.paragraph(evidence)
    section, text = known or ("", "")
    place = section or evidence.paragraph_id
    if hidden:
        return Passage(paper, links(paper), place)
    if not text:
        return Passage(paper, links(paper), place, marked=evidence.quote, caution=_missing(evidence))
    marked = text[evidence.start : evidence.end]
    caution = "" if marked == evidence.quote else f"The paragraph has other words here than the quote: {evidence.quote}"
    return Passage(paper, links(paper), place, text[: evidence.start], marked, text[evidence.end :], caution)


def _missing(evidence: Evidence) -> str:
    if evidence.quote:
        return "The paragraph is not at hand; these words of it were kept with the question."
    return "The words of the evidence were left out of this export."


def links(paper: Paper) -> tuple[tuple[str, str], ...]:
    """Where the paper can be read. Addresses are made of identifiers that look like one."""
    scheme, _, name = paper.id.partition(":")
    pmcid = paper.pmcid or paper.id
    doi = paper.doi or (name if scheme == "doi" else "")
    pmid = paper.pmid or (name if scheme == "pmid" else "")
    found: list[tuple[str, str]] = []
    if number := re.fullmatch(r"(PMC\d+)(\.\d+)?", pmcid):
        found.append((number[1], f"https://pmc.ncbi.nlm.nih.gov/articles/{number[1]}/"))
    if re.fullmatch(r"10\.\d{4,9}/\S+", doi):
        found.append((f"doi:{doi}", f"https://doi.org/{quote(doi)}"))
    if re.fullmatch(r"\d{1,9}", pmid):
        found.append((f"pmid:{pmid}", f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/"))
    return tuple(found)


def _rollout(times: int, message: reward_pb2.ScoredRollout) -> Rollout:
    reward = message.reward
    return Rollout(
        completion=message.completion,
        times=times,
        reward=reward.reward if reward.HasField("reward") else None,
        status=_status(reward.status),
        reason=reward.reason,
        composition=message.composition,
        parts=_parts(reward.parts),
    )


def _parts(parts: Sequence[reward_pb2.Part]) -> tuple[JudgedPart, ...]:
    return tuple(
        JudgedPart(
            name=part.name,
            weight=part.weight,
            value=part.value if part.HasField("value") else None,
            status=_status(part.verdict.status),
            reason=part.verdict.reason,
            verifier=" ".join(filter(None, (part.verdict.source.verifier, part.verdict.source.version))),
            answer=part.verdict.answer,
        )
        for part in parts
    )


def _status(number: verifier_pb2.Status) -> str:
    return verifier_pb2.Status.Name(number).removeprefix("STATUS_")
