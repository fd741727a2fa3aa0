"""Word lists of the patterns and gates: one text file a list, one entry a line; a line that begins with "# " is a
comment.

Lists are data: they grow when somebody reads questions and finds a wrong one.
"""

from functools import cache
from importlib import resources


@cache
def entries(name: str) -> tuple[str, ...]:
    """The entries of `<name>.txt`, in order."""
    text = resources.files(__name__).joinpath(f"{name}.txt").read_text(encoding="utf-8")
    return tuple(line for line in text.splitlines() if line and not line.startswith("# "))


def one_of(name: str) -> str:
    """A regular expression, not capturing, for any entry; entries are expressions themselves, the longest first."""
    return f"(?:{'|'.join(sorted(entries(name), key=len, reverse=True))})"
