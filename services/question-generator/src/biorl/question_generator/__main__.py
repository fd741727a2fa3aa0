"""Wiring of the question generator: sources from the bus, questions to the bus, what was written before in SQLite."""

import sys

from biorl.chassis.life import Life
from biorl.chassis.process import run
from biorl.question_generator.config import Config


def body(config: Config, life: Life) -> None:
    from contextlib import ExitStack, closing  # noqa: PLC0415 - configuration first, weight after

    from biorl.chassis.bus import TopicSpec, open_bus  # noqa: PLC0415
    from biorl.chassis.bus.worker import consume  # noqa: PLC0415
    from biorl.question_generator.adapters.bus_questions import BusQuestions  # noqa: PLC0415
    from biorl.question_generator.adapters.bus_sources import SourceHandler  # noqa: PLC0415
    from biorl.question_generator.adapters.folder_bodies import FolderBodies  # noqa: PLC0415
    from biorl.question_generator.adapters.metrics import Metrics  # noqa: PLC0415
    from biorl.question_generator.adapters.sqlite_store import SqliteStore  # noqa: PLC0415
    from biorl.question_generator.service import QuestionGenerator  # noqa: PLC0415

    topics = config.topics
    sources = (topics.documents, topics.effects, topics.retractions)
    with ExitStack() as stack:
        bus = stack.enter_context(closing(open_bus(config.bus)))
        bus.ensure_topics(
            [TopicSpec(name, compacted=name == topics.retractions) for name in (*sources, topics.questions)]
        )
        store = stack.enter_context(closing(SqliteStore(config.state)))
        producer = stack.enter_context(closing(bus.producer()))
        questions = BusQuestions(producer, topics.questions)
        generator = QuestionGenerator(config.rules(), store, questions, Metrics())
        handle = SourceHandler(
            generator,
            FolderBodies(config.objects),
            documents=topics.documents,
            effects=topics.effects,
            retractions=topics.retractions,
        )
        life.ready()
        consume(bus, config.group, sources, handle, life=life, batch=config.batch)


def main() -> int:
    """The service, or its `export` command. The exit status."""
    if sys.argv[1:2] == ["export"]:
        from biorl.question_generator.export_command import export_command  # noqa: PLC0415

        return export_command(sys.argv[2:])
    return run("question-generator", Config, body)


if __name__ == "__main__":
    raise SystemExit(main())
