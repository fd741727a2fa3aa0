"""`biorl-question-generator export --config FILE --out FOLDER`: the questions of a bus as a dataset."""

import argparse
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from biorl.chassis.bus import open_bus
from biorl.chassis.config import ConfigError, load_config
from biorl.question_generator.adapters.bus_questions import questions_on
from biorl.question_generator.adapters.parquet_dataset import ParquetDataset
from biorl.question_generator.adapters.sqlite_store import refusals_in
from biorl.question_generator.config import Config
from biorl.question_generator.service import Export, export


def export_command(argv: Sequence[str]) -> int:
    """The exit status: 2 for a configuration that does not fit."""
    parser = argparse.ArgumentParser(prog="biorl-question-generator export", description=__doc__)
    parser.add_argument("--config", type=Path, help="YAML file of the question generator")
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    parser.add_argument(
        "--with-held-out-gold", action="store_true", help="also write the answers of TEST, to a file of their own"
    )
    arguments = parser.parse_args(argv)
    try:
        config = load_config(Config, arguments.config, "question-generator")
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    done = export_dataset(config, arguments.out, with_held_out_gold=arguments.with_held_out_gold)
    for split, rows in done.rows.items():
        sys.stdout.write(f"{split}: {rows} questions\n")
    for name, digest in done.digests.items():
        sys.stdout.write(f"{name}: sha256 {digest}\n")
    return 0


def export_dataset(config: Config, folder: Path, *, with_held_out_gold: bool = False) -> Export:
    """Everything that stands on the questions topic, as files in `folder`; the generator may be running."""
    with closing(open_bus(config.bus)) as bus:
        return export(
            questions_on(bus, config.topics.questions),
            refusals_in(config.state) if config.state.exists() else (),
            ParquetDataset(folder),
            with_held_out_gold=with_held_out_gold,
        )
