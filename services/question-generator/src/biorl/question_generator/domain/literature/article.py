"""All questions of one paper: read its sentences, find answers, refuse what does not stand by itself, choose the rest.

Depends on the document and the rules alone, so the same paper gives the same questions wherever and whenever.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from biorl.answers.spec import AnswerType
from biorl.question_generator.domain.chance import luck
from biorl.question_generator.domain.literature.candidate import Candidate, is_abbreviated_set, with_long_forms
from biorl.question_generator.domain.literature.gates import fault_of_candidate, fault_of_opening, fault_of_sentence
from biorl.question_generator.domain.literature.lexicon import one_of
from biorl.question_generator.domain.literature.patterns import PATTERNS
from biorl.question_generator.domain.literature.patterns.abbreviations import long_forms
from biorl.question_generator.domain.literature.sentences import Sentence, sentences_of
from biorl.question_generator.domain.literature.wording import blanked, prompt, written_gold
from biorl.question_generator.domain.sources import Document, Paragraph, Section
from biorl.question_generator.domain.writing import Refusal, RefusalCount, Written
from biorl.questions.identity import identified
from biorl.questions.question import Evidence, Provenance, Question, Split

TASK = "literature.extraction"
WRITER = "literature-patterns@2"
MIN_TITLE_WORDS = 4
MAX_PARAGRAPH = 20_000
"""Characters; longer ones are tables or sequences in disguise."""
ARTICLE_TYPES = frozenset(
    ["research-article", "article", "brief-report", "review-article", "case-report", "rapid-communication", "abstract"]
)
_NOTICE = re.compile(r"(?:RETRACTED|WITHDRAWN|Retraction|Correction|Corrigendum|Erratum|Expression of concern)\b", re.I)
_DIGIT = re.compile(r"\d")
_SKIPPED = re.compile(one_of("skipped_sections"), re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LiteratureRules:
    """How many questions a paper gives, and which papers are held out."""

    max_per_article: int = 16
    held_out_share: float = 0.1
    seed: int = 0


@dataclass(frozen=True, slots=True)
class _Draft:
    """A candidate that passed all gates."""

    pattern: str
    paragraph: Paragraph
    sentence: Sentence
    candidate: Candidate
    cloze: str


def write_literature_questions(document: Document, rules: LiteratureRules) -> Written:
    """At most `max_per_article` questions, each with the sentence that holds its answer as evidence."""
    refusals: list[Refusal] = []
    if fault := fault_of_document(document):
        return Written(document.id, (), (Refusal(TASK, fault, document.title),))
    drafts = list(_drafts(document, refusals))
    chosen = _chosen(drafts, rules, refusals)
    return Written(document.id, tuple(_question(document, draft, rules) for draft in chosen), tuple(refusals))


def refused_as_retracted(document_id: str) -> RefusalCount:
    """All that is told of a paper that was taken back."""
    return RefusalCount(document_id, TASK, "retracted", 1, "")


def fault_of_document(document: Document) -> str:
    """Why nothing is asked about this paper; empty when something may be."""
    if document.article_type and document.article_type not in ARTICLE_TYPES:
        return "article_type"
    if len(document.title.split()) < MIN_TITLE_WORDS:
        return "no_title"
    if _NOTICE.match(document.title):
        return "notice"
    return "" if document.sections else "no_text"


def _drafts(document: Document, refusals: list[Refusal]) -> Iterator[_Draft]:
    read = list(_sentences(document, refusals))
    spelled: dict[str, tuple[str, ...]] = {}
    for _, sentence in read:
        spelled = long_forms(sentence.text) | spelled
    for paragraph, sentence in read:
        yield from _drafts_of_sentence(document.title, paragraph, sentence, spelled, refusals)


def _sentences(document: Document, refusals: list[Refusal]) -> Iterator[tuple[Paragraph, Sentence]]:
    for section in document.sections:
        if is_skipped(section):
            continue
        for paragraph in section.paragraphs:
            if len(paragraph.text) > MAX_PARAGRAPH:
                refusals.append(Refusal(TASK, "paragraph_too_long", paragraph.text[:200]))
                continue
            for sentence in sentences_of(paragraph.text):
                yield paragraph, sentence


def is_skipped(section: Section) -> bool:
    """Whether nothing is asked about this section: methods, references, acknowledgements, ..."""
    return any(_SKIPPED.search(name) for name in (section.type, *section.path))


def _drafts_of_sentence(
    title: str,
    paragraph: Paragraph,
    sentence: Sentence,
    spelled: Mapping[str, tuple[str, ...]],
    refusals: list[Refusal],
) -> Iterator[_Draft]:
    opening = fault_of_opening(sentence.text)
    if opening:
        refusals.append(Refusal(TASK, opening, sentence.text))
    has_digit = _DIGIT.search(sentence.text) is not None
    for name, pattern in PATTERNS.items():
        if (opening and not pattern.asks_by_itself) or (pattern.of_numbers and not has_digit):
            continue
        for found in pattern.find(sentence.text):
            candidate = with_long_forms(found, spelled)
            cloze = blanked(sentence.text, candidate)
            fault = "" if candidate.ask else fault_of_sentence(cloze, sentence.text)
            fault = fault or fault_of_candidate(candidate, title, cloze)
            fault = fault or ("abbreviated_member" if is_abbreviated_set(candidate, spelled) else "")
            if fault:
                refusals.append(Refusal(TASK, fault, f"[{name}] {sentence.text}"))
            else:
                yield _Draft(name, paragraph, sentence, candidate, cloze)


def _chosen(drafts: list[_Draft], rules: LiteratureRules, refusals: list[Refusal]) -> list[_Draft]:
    """One question a sentence and an answer, few of a pattern, the telling patterns first, in the paper's order."""
    by_rank = sorted(range(len(drafts)), key=_ranks(drafts).__getitem__)
    facts: set[str] = set()
    patterns: Counter[str] = Counter()
    chosen: list[int] = []
    for index in by_rank:
        draft = drafts[index]
        told = _facts(draft)
        if not facts.isdisjoint(told):
            refusals.append(Refusal(TASK, "same_fact_twice", draft.cloze))
        elif len(chosen) == rules.max_per_article or patterns[draft.pattern] == PATTERNS[draft.pattern].most:
            refusals.append(Refusal(TASK, "over_cap", draft.cloze))
        else:
            facts |= told
            patterns[draft.pattern] += 1
            chosen.append(index)
    return [drafts[index] for index in sorted(chosen)]


def _facts(draft: _Draft) -> set[str]:
    """What no other question of the paper may share: its sentence, wherever it stands, and its answer."""
    answer = written_gold(draft.candidate.spec)
    is_shared = draft.candidate.spec.type is AnswerType.DIRECTION  # there are only two
    told = f"{draft.pattern}: {answer.casefold().removesuffix('s')}"  # SV and SVs stand for the same
    return {draft.sentence.text} if is_shared else {draft.sentence.text, told}


def _ranks(drafts: list[_Draft]) -> list[tuple[int, int]]:
    """Every pattern has its first turn before any has its second; within a turn the telling ones come first."""
    order, turns = list(PATTERNS), Counter[str]()
    ranks = []
    for draft in drafts:
        ranks.append((turns[draft.pattern], order.index(draft.pattern)))
        turns[draft.pattern] += 1
    return ranks


def _question(document: Document, draft: _Draft, rules: LiteratureRules) -> Question:
    sentence = draft.sentence
    return identified(
        Question(
            id="",
            task=TASK,
            prompt=prompt(document.title, draft.cloze, draft.candidate),
            answer=draft.candidate.spec,
            evidence=(Evidence(document.id, draft.paragraph.id, sentence.start, sentence.end, sentence.text),),
            licence=document.licence,
            provenance=Provenance(f"{WRITER}/{draft.pattern}", (document.id,), "literature"),
            topics=document.topics,
            split=split_of(document, rules),
        )
    )


def split_of(document: Document, rules: LiteratureRules) -> Split:
    """The same for all versions of a paper and for every writer."""
    return Split.TEST if luck(rules.seed, TASK, document.work) < rules.held_out_share else Split.TRAIN
