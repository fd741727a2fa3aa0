"""Fakes of the ingester's ports."""

from collections.abc import Sequence

from biorl.ingester.ports import Entry


class NoObserver:
    """Implements `Observer`; counts nothing."""

    def took(self, entries: Sequence[Entry]) -> None: ...
