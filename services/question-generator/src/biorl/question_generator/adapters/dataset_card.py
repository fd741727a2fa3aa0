"""The card of an exported dataset: what is in it, where it comes from, under which licences, and what was left out.

A README.md as the Hugging Face hub reads it. It says nothing of the machine or the hour.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from biorl.question_generator.domain.curation import Curated
from biorl.question_generator.domain.writing import RefusalCount
from biorl.questions.question import Question, Split

MOST = 30
"""Rows of a table; the rest are one row."""
_HUB_LICENCES = {"CC0-1.0": "cc0-1.0", "CC-BY-4.0": "cc-by-4.0", "CC-BY-3.0": "cc-by-3.0", "CC-BY-2.0": "cc-by-2.0"}
_HUB_LICENCES |= {"CC-BY-SA-4.0": "cc-by-sa-4.0", "CC-BY-SA-3.0": "cc-by-sa-3.0"}


def card(curated: Curated, refusals: Sequence[RefusalCount]) -> str:
    """The whole file."""
    questions = curated.kept
    parts = [
        _header(questions),
        "# Verifiable questions from biology\n",
        "Written by biorl. Every question has one checkable answer, its type, and where it comes from.\n",
        "## What is in it\n",
        _table(("split", "task", "questions"), Counter((str(it.split), it.task) for it in questions)),
        _table(("answer", "questions"), Counter((str(it.answer.type),) for it in questions)),
        _table(("writer", "questions"), Counter((it.provenance.writer,) for it in questions)),
        "## Splits\n",
        "A paper, a perturbation or a scaffold is on one side only. `test` is held out: it has neither answers nor\n"
        "the words of its evidence here.\n",
        "## Licences and provenance\n",
        _table(("licence of the source", "questions"), Counter((it.licence or "unknown",) for it in questions)),
        _provenance(questions),
        "## Topics\n",
        _fields(curated),
        _table(("topic", "questions"), Counter((topic,) for it in questions for topic in it.topics)),
        "## What is not in it\n",
        _table(("task", "why", "sentences or pairs"), _refused(refusals)),
        _table(("task", "why", "questions"), Counter((it.task, it.reason) for it in curated.dropped)),
        _looked_for(curated),
    ]
    return "\n".join(part for part in parts if part) + "\n"


def _header(questions: Sequence[Question]) -> str:
    licences = sorted({_HUB_LICENCES.get(it.licence, "other") for it in questions})
    lines = ["---", f"license: {json.dumps(licences)}", "language: [en]", "task_categories: [question-answering]"]
    lines += ["tags: [biology, reinforcement-learning, verifiable-rewards]", "configs:", "- config_name: default"]
    lines += ["  data_files:"]
    for split in Split:
        if any(it.split is split for it in questions):
            lines += [f"  - {{split: {split}, path: data/{split}.parquet}}"]
    return "\n".join([*lines, "---", ""])


def _provenance(questions: Sequence[Question]) -> str:
    sources = {source for it in questions for source in it.provenance.sources}
    papers = sum(source.startswith("PMC") for source in sources)
    return (
        f"Made from {len(sources)} sources, {papers} of them articles of PubMed Central. Each row names its sources\n"
        "by id, paragraph and characters. Courtesy of the National Library of Medicine where a source is its record;\n"
        "this copy may not be current. What was retracted since is in here still: export again.\n"
    )


def _fields(curated: Curated) -> str:
    """Fields of biology of the questions for training that were made from papers."""
    if not curated.supply:
        return ""
    agreement = curated.fields.agreement if curated.fields else None
    told = "" if agreement is None else f", which leads where the headings lead for {100 * agreement:.0f} of 100 papers"
    text = f"![fields](topics.svg)\n\nA field is what a paper's headings name, else its text{told} (`topics.json`).\n"
    if done := curated.plan:
        reach = f"{done.reachable[0]} to {done.reachable[1]}" if done.reachable else "none"
        text += f"Aligned with alpha {done.alpha} to {done.size} questions; alphas that need no repeats: {reach}.\n"
    return text


def _refused(refusals: Iterable[RefusalCount]) -> Counter[tuple[str, ...]]:
    counts: Counter[tuple[str, ...]] = Counter()
    for refusal in refusals:
        counts[refusal.task, refusal.reason] += refusal.count
    return counts


def _looked_for(curated: Curated) -> str:
    if not curated.benchmark_sizes:
        return "No benchmark was given to look for.\n"
    found: Counter[tuple[str, ...]] = Counter((it.item.benchmark, it.how) for it in curated.contaminations)
    sizes: dict[tuple[str, ...], int] = {(name,): size for name, size in curated.benchmark_sizes.items()}
    return (
        "Looked for in these questions, by runs of words, by near duplicates and by paper:\n\n"
        + _table(("benchmark", "items"), sizes)
        + ("\n" + _table(("benchmark", "how", "questions taken out"), found) if found else "\nNothing was found.\n")
    )


def _table(names: Sequence[str], counts: Mapping[tuple[str, ...], int]) -> str:
    """Most first; empty when there is nothing."""
    if not counts:
        return ""
    rows = sorted(counts.items(), key=lambda row: (-row[1], row[0]))
    lines = [f"| {' | '.join(names)} |", f"|{'---|' * len(names)}"]
    lines += [f"| {' | '.join(map(_cell, key))} | {count} |" for key, count in rows[:MOST]]
    if rest := rows[MOST:]:
        lines += [f"| {len(rest)} more |{' |' * (len(names) - 2)} {sum(count for _, count in rest)} |"]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
