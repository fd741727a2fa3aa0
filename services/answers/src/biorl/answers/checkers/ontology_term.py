"""ONTOLOGY_TERM: a CURIE of the declared ontology ("GO:0006915"), or a name that the spec accepts."""

import re

from biorl.answers.checker import Unreadable
from biorl.answers.folding import folded, undecorated
from biorl.answers.spec import AnswerSpec

_CURIE = re.compile(r"^(?P<prefix>[A-Za-z][A-Za-z0-9.]{0,30})[:_](?P<local>[A-Za-z0-9]{1,30})$")


def read(spec: AnswerSpec, text: str) -> str:
    """The CURIE with its prefix as the spec writes it, else the folded name."""
    found = _CURIE.match(undecorated(text))
    if found and (not spec.namespace or found["prefix"].casefold() == spec.namespace.casefold()):
        return f"{spec.namespace or found['prefix'].upper()}:{found['local']}"
    if found and found["local"][-1].isdigit():
        raise Unreadable("wrong_ontology")
    name = folded(text)
    if not name:
        raise Unreadable("empty_answer")
    return name


def difference(_spec: AnswerSpec, gold: str, answer: str) -> str:
    return "" if gold == answer else "wrong_term"


def write(value: str) -> str:
    return value
