"""SET: every member once, in any order, and nothing else. Members are checked by the checker of their type.

Members are separated by semicolons or lines, else by commas and a closing "and". Gold uses semicolons.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from types import ModuleType
from typing import Any

from biorl.answers.checker import InvalidSpecError, Unreadable
from biorl.answers.checkers import chemical, direction, gene, number, ontology_term, organism, sequence, short_text
from biorl.answers.spec import AnswerSpec, AnswerType

MAX_MEMBERS = 64
_MEMBER_CHECKERS: dict[AnswerType | None, ModuleType] = {
    AnswerType.NUMBER: number,
    AnswerType.DIRECTION: direction,
    AnswerType.GENE: gene,
    AnswerType.CHEMICAL: chemical,
    AnswerType.ONTOLOGY_TERM: ontology_term,
    AnswerType.ORGANISM: organism,
    AnswerType.SEQUENCE: sequence,
    AnswerType.SHORT_TEXT: short_text,
}
_STRONG = re.compile(r"[;\n]")
_WEAK = re.compile(r",\s*(?:and\s+)?|\s+and\s+|\s*&\s*")


def read(spec: AnswerSpec, text: str) -> tuple[Any, ...]:
    """The members, in the order written."""
    checker = _checker(spec)
    separator = _STRONG if _STRONG.search(text) else _WEAK
    members = [member.strip() for member in separator.split(text, maxsplit=MAX_MEMBERS + 1) if member.strip()]
    if not members:
        raise Unreadable("empty_answer")
    if len(members) > MAX_MEMBERS:
        raise Unreadable("too_many_members")
    return tuple((checker.read(_of_member(spec), member), checker) for member in members)


def difference(spec: AnswerSpec, gold: Sequence[Any], answer: Sequence[Any]) -> str:
    member_spec = _of_member(spec)
    missing = list(gold)
    for value, checker in answer:
        match = next((item for item in missing if not checker.difference(member_spec, item[0], value)), None)
        if match is None:
            return "extra_member"
        missing.remove(match)
    return "missing_member" if missing else ""


def write(value: Sequence[Any]) -> str:
    return "; ".join(sorted(checker.write(member) for member, checker in value))


def _checker(spec: AnswerSpec) -> ModuleType:
    if spec.member_type not in _MEMBER_CHECKERS:
        msg = f"a set of {spec.member_type} cannot be checked"
        raise InvalidSpecError(msg)
    return _MEMBER_CHECKERS[spec.member_type]


def _of_member(spec: AnswerSpec) -> AnswerSpec:
    return replace(spec, type=spec.member_type or spec.type, member_type=None, gold=None, accepted=())
