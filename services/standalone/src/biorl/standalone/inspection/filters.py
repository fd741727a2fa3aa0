"""Which questions a reader wants to see, as a web address says it and as SQL asks for it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Self
from urllib.parse import urlencode

MAX_LENGTH = 200
"""Characters of one field; what is longer is cut."""
FAMILY = ".*"
"""`literature.*` are all tasks that begin with `literature.`."""


@dataclass(frozen=True, slots=True)
class Filter:
    """An empty field asks for nothing."""

    task: str = ""
    """Or a family, `literature.*`."""
    type: str = ""
    """Of the answer."""
    split: str = ""
    writer: str = ""
    topic: str = ""
    text: str = ""
    """In what is asked, in the ids of its sources, or the beginning of the question's id."""
    decision: str = ""
    """`accepted`, `rejected` or `undecided`."""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Self:
        """What else an address says is passed over."""
        return cls(**{item.name: given.get(item.name, "").strip()[:MAX_LENGTH] for item in fields(cls)})

    @property
    def address(self) -> str:
        """As the query of an address, without what asks for nothing."""
        return urlencode({name: value for name, value in asdict(self).items() if value})


def conditions(wanted: Filter) -> tuple[str, list[str]]:
    """For a query over `questions LEFT JOIN decisions`: its WHERE, and the values to bind."""
    found: list[tuple[str, tuple[str, ...]]] = [("1", ())]
    if wanted.task.endswith(FAMILY):
        found.append((r"task LIKE ? ESCAPE '\'", (f"{_literally(wanted.task[: -len(FAMILY)])}.%",)))
    elif wanted.task:
        found.append(("task = ?", (wanted.task,)))
    for column, value in (("answer_type", wanted.type), ("split", wanted.split), ("writer", wanted.writer)):
        if value:
            found.append((f"{column} = ?", (value,)))
    if wanted.topic:
        found.append(("questions.id IN (SELECT id FROM topics WHERE topic = ?)", (wanted.topic,)))
    if wanted.text:
        text = _literally(wanted.text)
        anywhere = r"asked LIKE ? ESCAPE '\' OR sources LIKE ? ESCAPE '\'"
        found.append((rf"({anywhere} OR questions.id LIKE ? ESCAPE '\')", (f"%{text}%", f"%{text}%", f"{text}%")))
    if wanted.decision:
        found.append(("COALESCE(verdict, 'undecided') = ?", (wanted.decision,)))
    return " AND ".join(sql for sql, _ in found), [value for _, values in found for value in values]


def _literally(text: str) -> str:
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
