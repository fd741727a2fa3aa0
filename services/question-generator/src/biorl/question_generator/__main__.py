"""Wiring of the question generator: sources from the bus, questions to the bus, what was written before in SQLite.

biorl-question-generator --config FILE                                  the service
biorl-question-generator export --config FILE --out FOLDER              its questions as a dataset
"""

import argparse
import sys
from pathlib import Path

from biorl.chassis.config import ConfigError, load_config
from biorl.chassis.life import Life
from biorl.chassis.process import run
from biorl.question_generator.config import Config

NAME = "question-generator"


def body(config: Config, life: Life) -> None:
    from contextlib import ExitStack, closing  # noqa: PLC0415 - configuration first, weight after

    from biorl.chassis.bus import TopicSpec, open_bus  # noqa: PLC0415
    from biorl.chassis.bus.worker import consume  # noqa: PLC0415
    from biorl.question_generator.adapters.bus_questions import BusQuestions  # noqa: PLC0415
    from biorl.question_generator.adapters.bus_sources import SourceHandler  # noqa: PLC0415
    from biorl.question_generator.adapters.folder_bodies import FolderBodies  # noqa: PLC0415
    from biorl.question_generator.adapters.metrics import Metrics  # noqa: PLC0415
    from biorl.question_generator.adapters.sqlite_store import SqliteStore  # noqa: PLC0415
    from biorl.question_generator.domain.labelled import LabelRules  # noqa: PLC0415
    from biorl.question_generator.domain.literature.article import LiteratureRules  # noqa: PLC0415
    from biorl.question_generator.domain.perturbation import PerturbationRules  # noqa: PLC0415
    from biorl.question_generator.service import QuestionGenerator, Rules  # noqa: PLC0415

    rules = Rules(
        PerturbationRules(**config.perturbation.model_dump()),
        LiteratureRules(**config.literature.model_dump()),
        LabelRules(**config.labels.model_dump()),
    )

    names = config.topics
    sources = (names.documents, names.effects, names.labels, names.retractions)
    with ExitStack() as stack:
        bus = stack.enter_context(closing(open_bus(config.bus)))
        bus.ensure_topics(
            [TopicSpec(name, compacted=name == names.retractions) for name in (*sources, names.questions)]
        )
        store = stack.enter_context(closing(SqliteStore(config.state)))
        producer = stack.enter_context(closing(bus.producer()))
        generator = QuestionGenerator(rules, store, BusQuestions(producer, names.questions), Metrics())
        handle = SourceHandler(
            generator,
            FolderBodies(config.objects),
            documents=names.documents,
            effects=names.effects,
            labels=names.labels,
            retractions=names.retractions,
        )
        life.ready()
        consume(bus, config.group, sources, handle, life=life, batch=config.batch)


def export_command(argv: list[str]) -> int:
    """The exit status: 2 for a configuration that does not fit."""
    parser = argparse.ArgumentParser(prog=f"biorl-{NAME} export", description="Writes the questions as a dataset.")
    parser.add_argument("--config", type=Path, help="YAML file of the question generator")
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    parser.add_argument("--with-held-out-gold", action="store_true", help="answers of TEST too, in a file of their own")
    given = parser.parse_args(argv)
    try:
        config = load_config(Config, given.config, NAME)
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    from biorl.question_generator.adapters.benchmarks import NoBenchmarkError  # noqa: PLC0415
    from biorl.question_generator.adapters.dataset_export import curation_of, export_dataset  # noqa: PLC0415

    try:
        curation = curation_of(config.dataset.near_duplicates, config.dataset.benchmarks)
    except (NoBenchmarkError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    done = export_dataset(
        config.bus,
        config.topics.questions,
        config.state,
        given.out,
        curation=curation,
        layouts=config.dataset.layouts,
        with_held_out_gold=given.with_held_out_gold,
    )
    for split, rows in done.rows.items():
        sys.stdout.write(f"{split}: {rows} questions\n")
    for reason, count in sorted(done.dropped.items()):
        sys.stdout.write(f"left out, {reason}: {count}\n")
    for name, digest in done.digests.items():
        sys.stdout.write(f"{name}: sha256 {digest}\n")
    return 0


def main() -> int:
    """The exit status."""
    return export_command(sys.argv[2:]) if sys.argv[1:2] == ["export"] else run(NAME, Config, body)


if __name__ == "__main__":
    raise SystemExit(main())
