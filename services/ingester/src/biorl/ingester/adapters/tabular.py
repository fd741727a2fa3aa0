"""Tables of effects from text and parquet, as strings until a column's meaning is known.

"NA" may be a gene's name, and an id may look like a number; nothing is guessed.
"""

import io
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from biorl.ingester.adapters.files import opened
from biorl.ingester.ports import UnreadableError
from biorl.questions.question import Split

_MAX_BYTES = 4 * 1024**3
_SPLITS = {
    "train": Split.TRAIN,
    "training": Split.TRAIN,
    "val": Split.VALIDATION,
    "valid": Split.VALIDATION,
    "validation": Split.VALIDATION,
    "dev": Split.VALIDATION,
    "test": Split.TEST,
    "ood": Split.TEST,
    "held_out": Split.TEST,
}


def read_text_table(path: Path, separator: str) -> pd.DataFrame:
    """Every cell a string, an empty one empty. Gzip too. Raises UnreadableError, VanishedError."""
    with opened(path, _MAX_BYTES) as file:
        try:
            text = io.TextIOWrapper(file, encoding="utf-8")
            return pd.read_csv(text, sep=separator, dtype=str, keep_default_na=False, na_filter=False)
        except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
            raise UnreadableError(f"{path.name} is no table: {error}") from error


def read_parquet_table(path: Path) -> pd.DataFrame:
    """With the file's own types. Raises UnreadableError."""
    try:
        table: pd.DataFrame = pq.read_table(path).to_pandas()
    except (pa.ArrowException, ValueError) as error:
        raise UnreadableError(f"{path.name} is no parquet file: {error}") from error
    return table


def split_named(word: object) -> Split:
    """Raises UnreadableError for a word that names no side: a guess could let a benchmark leak."""
    try:
        return _SPLITS[str(word).strip().lower()]
    except KeyError:
        raise UnreadableError(f"{word!r} names no side of a split") from None
