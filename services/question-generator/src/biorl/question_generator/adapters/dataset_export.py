"""The questions of a bus as a dataset in a folder; the generator may be running meanwhile."""

from contextlib import closing
from pathlib import Path

from biorl.chassis.bus import BusConfig, open_bus
from biorl.question_generator.adapters.bus_questions import questions_on
from biorl.question_generator.adapters.parquet_dataset import ParquetDataset
from biorl.question_generator.adapters.sqlite_store import refusals_in
from biorl.question_generator.service import Export, export


def export_dataset(
    bus_config: BusConfig, topic: str, state: Path, folder: Path, *, with_held_out_gold: bool = False
) -> Export:
    """Everything that stands on `topic`, and what the generator with this `state` refused."""
    with closing(open_bus(bus_config)) as bus:
        return export(
            questions_on(bus, topic),
            refusals_in(state) if state.exists() else (),
            ParquetDataset(folder),
            with_held_out_gold=with_held_out_gold,
        )
