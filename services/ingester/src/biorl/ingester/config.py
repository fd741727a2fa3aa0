"""Settings of the ingester."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveFloat

from biorl.chassis.bus.config import BusConfig
from biorl.chassis.config import Frozen, ServiceConfig
from biorl.ingester.domain.gates import DEFAULT_LICENCES


class JatsSource(Frozen):
    type: Literal["jats"]
    path: Path
    """A file or a folder of *.xml, *.nxml, gzipped or not."""


class PerturbQaSource(Frozen):
    type: Literal["perturbqa"]
    path: Path
    """Folder of `<line>-de.csv[.gz]` and `<line>-dir.csv[.gz]`."""
    cell_lines: tuple[str, ...] = ()
    """Empty takes every line that is there."""


class H5adSource(Frozen):
    type: Literal["h5ad"]
    path: Path
    organism: str = ""
    perturbation_kind: str = ""
    cell_line: str = ""
    max_adjusted_p: PositiveFloat = 0.05
    min_abs_log2fc: NonNegativeFloat = 0.2
    held_out_share: float = Field(default=0.2, ge=0, lt=1)
    seed: NonNegativeInt = 0


AnySource = Annotated[JatsSource | PerturbQaSource | H5adSource, Field(discriminator="type")]


class Config(ServiceConfig):
    bus: BusConfig
    sources: tuple[AnySource, ...]
    ledger: Path = Path("ledger.sqlite")
    objects: Path = Path("objects")
    """Bodies larger than a message."""
    watch: bool = True
    """Look for new inputs again and again; false ends when everything is in."""
    poll_s: PositiveFloat = 5.0
    licences: tuple[str, ...] = DEFAULT_LICENCES
    retraction_list: Path | None = None
    """Retracted PMIDs, one a line."""
    documents_topic: str = "biorl.documents.v1"
    retractions_topic: str = "biorl.retractions.v1"
    effects_topic: str = "biorl.effects.v1"
