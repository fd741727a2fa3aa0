"""The page: a list of questions, one of them beside its evidence, and the forms to decide. Every text is escaped."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from urllib.parse import urlencode

import jinja2

from biorl.standalone.inspection.catalogue import Facets, Line
from biorl.standalone.inspection.decisions import MAX_NOTE, REASONS, Decision, Verdict
from biorl.standalone.inspection.filters import FAMILY, MAX_LENGTH, Filter
from biorl.standalone.inspection.view import View

HEAD, TAIL = 50, 100
"""Characters of a long question in the list: questions about one paper begin alike and differ at their ends."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the reader is among the questions that fit."""

    offset: int
    """Of the list's first line."""
    size: int
    total: int
    position: int
    """Questions above the shown one."""
    before: str | None
    after: str | None

    @property
    def number(self) -> int:
        return self.offset // self.size + 1

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))


@dataclass(frozen=True, slots=True)
class Page:
    title: str
    facets: Facets
    wanted: Filter
    place: Place
    lines: Sequence[Line]
    decided: Mapping[Verdict, int]
    """Of all questions, not only those that fit."""
    view: View | None
    """None when no question fits."""
    decision: Decision | None
    just_decided: tuple[str, Verdict] | None
    """Question and verdict of the step before."""

    def address(self, **more: str | int) -> str:
        """Of a page with the same filter."""
        return "./?" + urlencode({**self.filter, **more})

    @property
    def filter(self) -> dict[str, str]:
        return {name: value for name, value in asdict(self.wanted).items() if value}

    @property
    def families(self) -> dict[str, list[tuple[str, int]]]:
        """Tasks with their counts, by the first word of their names."""
        found: dict[str, list[tuple[str, int]]] = {}
        for task, count in self.facets.tasks.items():
            found.setdefault(task.partition(".")[0] + FAMILY, []).append((task, count))
        return found


def excerpt(asked: str) -> str:
    """Beginning and end of the last paragraph, cut at words."""
    text = " ".join(asked.rpartition("\n\n")[2].split())
    if len(text) <= HEAD + TAIL:
        return text
    return f"{text[:HEAD].rsplit(' ', 1)[0]} … {text[-TAIL:].split(' ', 1)[-1]}"


def to_html(page: Page) -> str:
    return _template().render(
        page=page, reasons=REASONS, verdicts=tuple(Verdict), max_note=MAX_NOTE, max_length=MAX_LENGTH
    )


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("biorl.standalone.inspection", "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["excerpt"] = excerpt
    return environment.get_template("page.html.j2")
