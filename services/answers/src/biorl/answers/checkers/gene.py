"""GENE: one symbol, by the case rules of its species. What else is right (aliases) comes from the spec alone.

Human symbols are upper case ("TP53"; "C1orf112" may be written "C1ORF112"), rodent ones are not ("Trp53"): a symbol in
the other case names the ortholog, so it is wrong.
"""

import re

from biorl.answers.checker import Unreadable
from biorl.answers.folding import undecorated
from biorl.answers.spec import AnswerSpec

HUMAN = "NCBITaxon:9606"
_SYMBOL = re.compile(r"^[^\W_](?:[\w.@/-]{0,38}[\w*+])?$")
_NOUN = re.compile(r"^(?:the\s+)?(?P<symbol>\S+)(?:\s+(?:gene|protein))?$", re.IGNORECASE)
_SEVERAL = re.compile(r"[,;&|\s]|\band\b")


def read(_spec: AnswerSpec, text: str) -> str:
    """The symbol as written, without "the" and "gene"."""
    found = _NOUN.match(undecorated(text))
    symbol = found["symbol"] if found else undecorated(text)
    if _SYMBOL.match(symbol):
        return symbol
    raise Unreadable("several_genes" if _SEVERAL.search(symbol) else "not_a_gene_symbol")


def difference(spec: AnswerSpec, gold: str, answer: str) -> str:
    if gold == answer or (spec.namespace == HUMAN and answer.isupper() and answer == gold.upper()):
        return ""
    return "wrong_case" if gold.upper() == answer.upper() else "wrong_gene"


def write(value: str) -> str:
    return value
