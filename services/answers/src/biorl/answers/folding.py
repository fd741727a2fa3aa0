"""Spellings that mean the same: Unicode forms, case, Greek letters, hyphens, quotes and closing punctuation.

Used by the checkers of names and short texts. Folding never drops a letter, a digit or the order of words, so "IL-6"
and "IL-10" stay apart, and so do anagrams.
"""

import re
import unicodedata

GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta", "θ": "theta",
    "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "ο": "omicron", "π": "pi", "ρ": "rho",
    "σ": "sigma", "ς": "sigma", "τ": "tau", "υ": "upsilon", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
}  # fmt: skip
_SPELLED = str.maketrans(GREEK)
_DASHES = re.compile(r"[\u2010-\u2015\u2212\u00ad\ufe58\ufe63\uff0d]")
_INNER_HYPHEN = re.compile(r"(?<=\w)-(?=\w)")
_QUOTES = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "′": "'", "`": "'"})
_EDGES = " \t\n\r\"'*_.,;:!?"
_ARTICLE = re.compile(r"^(?:the|an|a) (?=\S)")


def plain(text: str) -> str:
    """NFKC, one kind of dash and quote, no invisible characters, single spaces, no white space at the ends."""
    text = unicodedata.normalize("NFKC", text)
    text = _DASHES.sub("-", text).translate(_QUOTES)
    if not text.isprintable():  # line ends and invisible characters
        text = "".join(char for char in text if char.isspace() or unicodedata.category(char) not in {"Cc", "Cf"})
    return " ".join(text.split())


def undecorated(text: str) -> str:
    """`plain`, without the quotes, stars and closing punctuation around it. "-5" and "5'" keep their meaning inside."""
    return plain(text).strip(_EDGES)


def folded(text: str) -> str:
    """The form in which two names are compared: also without case, with Greek letters and inner hyphens spelled out."""
    text = undecorated(text).casefold().translate(_SPELLED)
    text = _INNER_HYPHEN.sub(" ", text)
    return _ARTICLE.sub("", text)
