"""The other grammatical number of a term: whoever answers "region of interest" means "regions of interest".

English of biology only; a form that is unknown is left out rather than guessed.
"""

import re

_IRREGULAR = {
    "analyses": "analysis", "bacteria": "bacterium", "children": "child", "criteria": "criterion", "foci": "focus",
    "fungi": "fungus", "gases": "gas", "biases": "bias",
    "hypotheses": "hypothesis", "indices": "index", "larvae": "larva", "loci": "locus",
    "metastases": "metastasis", "mice": "mouse", "mitochondria": "mitochondrion", "nuclei": "nucleus",
    "phenomena": "phenomenon", "spectra": "spectrum", "strata": "stratum", "stimuli": "stimulus",
    "taxa": "taxon", "vertebrae": "vertebra",
}  # fmt: skip
_INVARIANT = frozenset(
    [
        "species",
        "series",
        "means",
        "news",
        "diabetes",
        "rabies",
        "herpes",
        "pancreas",
        "dynamics",
        "kinetics",
        "genetics",
        "mechanics",
    ]
)
_HEAD = re.compile(r"^(?P<head>.*?)(?P<rest>\s(?:of|for|in|to|with|from|at|by|on)\s.+)$")


def singular(term: str) -> str:
    """Of the head noun ("regions of interest" gives "region of interest"); empty when it seems to be none already."""
    parted = _HEAD.match(term)
    head, rest = (parted["head"], parted["rest"]) if parted else (term, "")
    before, space, noun = head.rpartition(" ")
    found = _singular_noun(noun)
    return f"{before}{space}{found}{rest}" if found else ""


def _singular_noun(noun: str) -> str:
    before, hyphen, last = noun.rpartition("-")
    lower = last.casefold()
    if lower in _INVARIANT:
        return ""
    if lower in _IRREGULAR:
        return f"{before}{hyphen}{_IRREGULAR[lower]}"
    if lower.endswith("ies") and len(lower) > 4:
        return f"{noun[:-3]}y"
    if lower.endswith(("uses", "xes", "ches", "shes", "sses")):
        return noun[:-2]
    if lower.endswith("s") and not lower.endswith(("ss", "is", "us", "ous")):
        return noun[:-1]
    return ""
