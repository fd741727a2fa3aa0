"""Wiring of the question generator: sources from the bus, questions to the bus, what was written before in SQLite.

biorl-question-generator --config FILE                                  the service
biorl-question-generator export --config FILE --out FOLDER              its questions as a dataset
biorl-question-generator target --config FILE --out FILE --since YEAR   the fields of recent papers, to align with
biorl-question-generator fields --config FILE --out FOLDER              learns to tell fields by text, from papers
biorl-question-generator reached --config FILE                          exports that hold what was retracted since
biorl-question-generator account --config FILE                          what the language model cost
"""

import sys

from biorl.chassis.interrupt import interrupt_ends_the_process

with interrupt_ends_the_process():
    from biorl.chassis.life import Life
    from biorl.chassis.process import run
    from biorl.question_generator.commands import COMMANDS, NAME
    from biorl.question_generator.config import Config

SENT_AT_ONCE = 2
"""Sources that a worker gets at a time: fewer cost more to send, more leave the others waiting at a batch's end."""


def body(config: Config, life: Life) -> None:
    from contextlib import ExitStack, closing  # noqa: PLC0415 - configuration first, weight after
    from functools import partial  # noqa: PLC0415

    from biorl.chassis.bus import TopicSpec, open_bus  # noqa: PLC0415
    from biorl.chassis.bus.worker import consume  # noqa: PLC0415
    from biorl.chassis.workers import processes  # noqa: PLC0415
    from biorl.question_generator.adapters.bus_questions import BusQuestions  # noqa: PLC0415
    from biorl.question_generator.adapters.bus_sources import SourceHandler  # noqa: PLC0415
    from biorl.question_generator.adapters.folder_bodies import FolderBodies  # noqa: PLC0415
    from biorl.question_generator.adapters.metrics import Metrics  # noqa: PLC0415
    from biorl.question_generator.adapters.sqlite_store import SqliteStore  # noqa: PLC0415
    from biorl.question_generator.commands import author_of  # noqa: PLC0415
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
        author = stack.enter_context(author_of(config.author, rules.literature)) if config.author else None
        pool = stack.enter_context(processes(config.workers)) if config.workers > 1 else None
        spread = partial(pool.map, chunksize=SENT_AT_ONCE) if pool else map
        generator = QuestionGenerator(
            rules, store, BusQuestions(producer, names.questions), Metrics(), author=author, spread=spread
        )
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


def main() -> int:
    """The exit status."""
    command = COMMANDS.get("".join(sys.argv[1:2]))
    return command(sys.argv[2:]) if command else run(NAME, Config, body)


if __name__ == "__main__":
    raise SystemExit(main())
