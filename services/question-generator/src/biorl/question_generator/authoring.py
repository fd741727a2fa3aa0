"""The use case of a language model as a writer: passages out, proposals in, each checked by rules and by solvers.

Requests of all papers of a batch go out together, test by test, so that the endpoint is never idle for long and
solvers, who cost most, see only what the rules let through.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from biorl.question_generator.domain.authoring.chat import ChatReply, ChatRequest, Said, prompt_text
from biorl.question_generator.domain.authoring.passages import Passage, passages_of
from biorl.question_generator.domain.authoring.proposals import (
    TASK,
    Proposal,
    UnreadableReplyError,
    proposals_in,
    question_from,
)
from biorl.question_generator.domain.authoring.verification import (
    ALL,
    FIRST,
    Case,
    Tally,
    Test,
    accepting,
    applies,
    attempts,
    fault,
    judgements,
    means_the_same,
    needs_more,
    tally,
    unsettled,
)
from biorl.question_generator.domain.literature.article import LiteratureRules, fault_of_document, split_of
from biorl.question_generator.domain.sources import Document
from biorl.question_generator.domain.writing import Refusal, Written
from biorl.question_generator.ports import Chat
from biorl.questions.question import ChatMessage, Question

QUOTAS = {"number": 2, "direction": 1, "gene": 1, "choice": 1, "short_text": 1}


@dataclass(frozen=True, slots=True)
class AuthorRules:
    """How a model writes, and how what it writes is tested."""

    prompt: str = "write@1"
    quotas: Mapping[str, int] = field(default_factory=lambda: dict(QUOTAS))
    """Questions of each answer type that are asked for in a passage: numbers do not come by themselves."""
    max_per_article: int = 16
    passage_characters: int = 4000
    max_passages: int = 40
    """Of one paper."""
    max_tokens: int = 2000
    """Of one reply."""
    temperature: float = 0.7
    tests: tuple[Test, ...] = ("guess", "read", "solve")
    """In this order; none trusts the rules alone."""
    solver_tokens: int = 1000
    judge: bool = True
    """Whether the model judges short texts of readers that no rule can settle."""


class Author:
    """Writes questions from papers with a language model."""

    def __init__(self, chat: Chat, rules: AuthorRules, literature: LiteratureRules) -> None:
        self._chat = chat
        self._rules = rules
        self._literature = literature
        self._writer = f"literature-llm@1/{rules.prompt}/{chat.model}"
        self._instructions = prompt_text(rules.prompt).replace("$QUOTAS", _in_words(rules.quotas))

    def write(self, documents: Sequence[Document]) -> Mapping[str, Written]:
        """By document id, what came of each. Every reply is kept by the port: asking again costs nothing."""
        refusals: dict[str, list[Refusal]] = {document.id: [] for document in documents}
        passages = [passage for document in documents for passage in self._passages(document, refusals[document.id])]
        replies = self._chat.ask([self._request(passage) for passage in passages])
        cases = [
            case
            for passage, reply in zip(passages, replies, strict=True)
            for case in self._cases(passage, reply, refusals[passage.document.id])
        ]
        cases = self._within_quotas(cases, refusals)
        for test in self._rules.tests:
            cases = self._tested(cases, test, refusals)
        return {
            document.id: Written(
                document.id,
                tuple(case.question for case in cases if case.question.provenance.sources == (document.id,)),
                tuple(refusals[document.id]),
            )
            for document in documents
        }

    def _passages(self, document: Document, refusals: list[Refusal]) -> list[Passage]:
        if reason := fault_of_document(document):
            refusals.append(Refusal(TASK, reason, document.title))
            return []
        passages = list(passages_of(document, self._rules.passage_characters))
        refusals.extend(Refusal(TASK, "too_many_passages") for _ in passages[self._rules.max_passages :])
        return passages[: self._rules.max_passages]

    def _request(self, passage: Passage) -> ChatRequest:
        messages = (
            ChatMessage("system", self._instructions),
            ChatMessage("user", f"From “{passage.document.title}”:\n\n{passage.text}"),
        )
        return ChatRequest("write", messages, self._rules.max_tokens, self._rules.temperature)

    def _cases(self, passage: Passage, reply: ChatReply, refusals: list[Refusal]) -> list[Case]:
        """What the rules let through."""
        if reply.said is not Said.ANSWERED:
            refusals.append(Refusal(TASK, f"model_{reply.said}", passage.text[:200]))
            return []
        try:
            proposed = list(proposals_in(reply.text))
        except UnreadableReplyError:
            refusals.append(Refusal(TASK, "unreadable_reply", reply.text[:200]))
            return []
        outcomes = [self._question(item, passage) if isinstance(item, Proposal) else item for item in proposed]
        refusals.extend(item for item in outcomes if isinstance(item, Refusal))
        return [Case(item, passage.text) for item in outcomes if isinstance(item, Question)]

    def _question(self, proposal: Proposal, passage: Passage) -> Question | Refusal:
        split = split_of(passage.document, self._literature)
        return question_from(proposal, passage, self._writer, split, self._literature.seed)

    def _within_quotas(self, cases: Sequence[Case], refusals: Mapping[str, list[Refusal]]) -> list[Case]:
        """One question an evidence, and not more of a paper than is wanted."""
        seen: set[tuple[str, int, str]] = set()
        counts: Counter[str] = Counter()
        kept = []
        for case in cases:
            (place,) = case.question.evidence
            fact = (place.paragraph_id, place.start, place.document_id)
            if fact in seen:
                refusals[place.document_id].append(Refusal(TASK, "same_fact_twice", case.question.prompt[-1].content))
            elif counts[place.document_id] == self._rules.max_per_article:
                refusals[place.document_id].append(Refusal(TASK, "over_cap", case.question.prompt[-1].content))
            else:
                seen.add(fact)
                counts[place.document_id] += 1
                kept.append(case)
        return kept

    def _tested(self, cases: Sequence[Case], test: Test, refusals: Mapping[str, list[Refusal]]) -> list[Case]:
        asked = [case for case in cases if applies(test, case.question)]
        seen = dict(zip([case.question.id for case in asked], self._tallies(asked, test), strict=True))
        kept = []
        for before in cases:
            case, found = seen.get(before.question.id, (before, Tally(0, 0)))
            if reason := fault(test, found):
                refusals[case.question.evidence[0].document_id].append(
                    Refusal(TASK, reason, case.question.prompt[-1].content)
                )
            elif test == "solve" and found.share is not None:
                kept.append(replace(case, question=replace(case.question, difficulty=found.share)))
            else:
                kept.append(case)
        return kept

    def _tallies(self, cases: Sequence[Case], test: Test) -> list[tuple[Case, Tally]]:
        """Two attempts each, and six more where these leave it open; a case comes back with what the judge accepts."""
        replies = self._attempts(cases, test, 0, FIRST)
        cases = self._judged(cases, replies) if test == "read" else cases
        open_ones = [
            index for index, case in enumerate(cases) if needs_more(test, tally(case.question, replies[index]))
        ]
        more = self._attempts([cases[index] for index in open_ones], test, FIRST, ALL)
        for index, further in zip(open_ones, more, strict=True):
            replies[index] = [*replies[index], *further]
        cases = self._judged(cases, replies) if test == "read" else cases
        return [(case, tally(case.question, said)) for case, said in zip(cases, replies, strict=True)]

    def _judged(self, cases: Sequence[Case], replies: Sequence[Sequence[ChatReply]]) -> Sequence[Case]:
        """Asking again about the same answer costs nothing."""
        if not self._rules.judge:
            return cases
        forms = [unsettled(case.question, said) for case, said in zip(cases, replies, strict=True)]
        requests = [
            judgements(case.question, form, self._rules.solver_tokens)
            for case, several in zip(cases, forms, strict=True)
            for form in several
        ]
        said = iter(self._chat.ask([request for several in requests for request in several]))
        verdicts = iter([means_the_same([next(said) for _ in several]) for several in requests])
        accepted = [[form for form in several if next(verdicts)] for several in forms]
        return [
            replace(case, question=accepting(case.question, more)) for case, more in zip(cases, accepted, strict=True)
        ]

    def _attempts(self, cases: Sequence[Case], test: Test, first: int, last: int) -> list[list[ChatReply]]:
        requests = [attempts(case, test, first, last, self._rules.solver_tokens) for case in cases]
        replies = iter(self._chat.ask([request for several in requests for request in several]))
        return [[next(replies) for _ in several] for several in requests]


def _in_words(quotas: Mapping[str, int]) -> str:
    wanted = [f"{count} of type {kind}" for kind, count in quotas.items() if count]
    return f"at most {sum(quotas.values())} questions: {', '.join(wanted)}, as far as the passage has findings for them"
