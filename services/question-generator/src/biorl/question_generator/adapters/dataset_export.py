"""The questions of a bus as a dataset in a folder; the generator may be running meanwhile."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from biorl.chassis.bus import BusConfig, open_bus
from biorl.question_generator.adapters.benchmarks import read_benchmarks
from biorl.question_generator.adapters.bus_questions import questions_on
from biorl.question_generator.adapters.field_model import read_model
from biorl.question_generator.adapters.parquet_dataset import ParquetDataset
from biorl.question_generator.adapters.sqlite_store import refusals_in
from biorl.question_generator.adapters.verdict_file import rejected_in
from biorl.question_generator.domain.curation import AlignmentRules, CurationRules
from biorl.question_generator.domain.meaning import SameMeaning
from biorl.question_generator.domain.resemblance import Alike
from biorl.question_generator.service import Export, export


def curation_of(
    near_duplicates: float | None,
    benchmarks: Sequence[Path],
    alignment: AlignmentRules | None = None,
    verdicts: Path | None = None,
    *,
    meaning: SameMeaning | None = None,
    fields: Path | None = None,
    share_alike: bool = False,
) -> CurationRules:
    """Reads benchmarks, verdicts and the trained reader of fields. Raises ValueError and OSError."""
    alike = None if near_duplicates is None else Alike(near_duplicates)
    rejected = rejected_in(verdicts) if verdicts else {}
    return CurationRules(
        alike,
        read_benchmarks(benchmarks),
        alignment,
        rejected,
        meaning,
        share_alike=share_alike,
        fields=read_model(fields) if fields else None,
    )


def export_dataset(
    bus_config: BusConfig,
    topic: str,
    state: Path,
    folder: Path,
    *,
    curation: CurationRules | None = None,
    layouts: Sequence[str] = (),
    with_held_out_gold: bool = False,
) -> Export:
    """Everything that stands on `topic`, curated, and what the generator with this `state` refused."""
    with closing(open_bus(bus_config)) as bus:
        return export(
            questions_on(bus, topic),
            refusals_in(state) if state.exists() else (),
            ParquetDataset(folder, layouts),
            curation=curation,
            with_held_out_gold=with_held_out_gold,
        )
