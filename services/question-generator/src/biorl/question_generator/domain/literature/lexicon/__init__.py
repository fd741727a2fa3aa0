"""Word lists of the patterns and gates: one text file a list, one entry a line; "#" begins a comment.

Lists are data: they grow when somebody reads questions and finds a wrong one.
"""

from functools import cache
from importlib import resources


@cache
def entries(name: str) -> tuple[str, ...]:
    """The entries of `<name>.txt`, in order."""
    text = resources.files(__name__).joinpath(f"{name}.txt").read_text(encoding="utf-8")
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return tuple(line for line in lines if line)


def one_of(name: str) -> str:
    """A regular expression, not capturing, for any entry; entries are expressions themselves, the longest first."""
    return f"(?:{'|'.join(sorted(entries(name), key=len, reverse=True))})"
