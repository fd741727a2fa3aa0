"""Settings of the ingester: what to read, what may be taken, where the ledger lies."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, PositiveFloat, PositiveInt, model_validator

from biorl.chassis.bus.config import BusConfig
from biorl.chassis.config import ServiceConfig
from biorl.ingester.domain.licences import DEFAULT_ALLOWED
from biorl.ingester.domain.sources import (
    EffectTableSource,
    GeneClassSource,
    JatsSource,
    MoleculeSource,
    PerturbqaSource,
    PubmedSource,
    ScreenSource,
)

AnySource = Annotated[
    JatsSource | PubmedSource | PerturbqaSource | EffectTableSource | ScreenSource | MoleculeSource | GeneClassSource,
    Field(discriminator="type"),
]


class Config(ServiceConfig):
    bus: BusConfig
    sources: tuple[AnySource, ...] = Field(min_length=1)
    """What is read; the README lists the keys of each type."""
    ledger: Path = Path("ledger.sqlite")
    """What was ingested and what was refused. Without it everything is published again, under the same ids."""
    objects: Path = Path("objects")
    """Folder for bodies larger than a message; the question-generator must see the same one."""
    watch: bool = True
    """Look again every `poll_s`; false reads everything once and ends."""
    poll_s: PositiveFloat = 5.0
    licences: tuple[str, ...] = DEFAULT_ALLOWED
    """Families that may be used: "CC0", "CC-BY", "CC-BY-SA", "CC-BY-NC", "CC-BY-ND", "PD", "PDM" ..."""
    retraction_list: Path | None = None
    """Retracted PMIDs or DOIs, one a line, or Retraction Watch's CSV; looked at again when it changes."""
    documents_topic: str = "biorl.documents.v1"
    retractions_topic: str = "biorl.retractions.v1"
    effects_topic: str = "biorl.effects.v1"
    labels_topic: str = "biorl.labels.v1"
    batch_size: PositiveInt = 64
    """Items published and recorded together; after a crash at most so many are published twice."""
    workers: PositiveInt = 1
    """Processes that parse JATS; the same papers in the same order, whatever their number."""

    @model_validator(mode="after")
    def _nothing_is_missing(self) -> "Config":
        """A path that is wrong from the start would otherwise look like an empty folder for ever."""
        if self.retraction_list is not None and not self.retraction_list.is_file():
            raise ValueError(f"retraction_list: there is no file {self.retraction_list}")
        return self
