"""What the generator's program does besides serving: exports, and targets to align exports with."""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from biorl.chassis.config import ConfigError, load_config
from biorl.question_generator.config import (
    AlignmentConfig,
    AuthorConfig,
    Config,
    DatasetConfig,
    EmbeddingsConfig,
    ModelConfig,
    PriceConfig,
)

if TYPE_CHECKING:
    from biorl.question_generator.adapters.openai_endpoint import Endpoint
    from biorl.question_generator.adapters.reply_store import Spent
    from biorl.question_generator.authoring import Author
    from biorl.question_generator.domain.curation import AlignmentRules, CurationRules
    from biorl.question_generator.domain.literature.article import LiteratureRules
    from biorl.question_generator.domain.meaning import SameMeaning

NAME = "question-generator"


def export_command(argv: list[str]) -> int:
    """The exit status: 2 for a configuration that does not fit, 75 while an endpoint is away."""
    parser = _parser("export", "Writes the questions as a dataset.")
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    parser.add_argument("--with-held-out-gold", action="store_true", help="answers of TEST too, in a file of their own")
    given = parser.parse_args(argv)
    from biorl.chassis.errors import TryLater  # noqa: PLC0415
    from biorl.question_generator.adapters.dataset_export import export_dataset  # noqa: PLC0415
    from biorl.question_generator.adapters.export_register import register  # noqa: PLC0415
    from biorl.question_generator.adapters.openai_embeddings import NoVectorsError  # noqa: PLC0415

    with ExitStack() as stack:
        try:
            config = load_config(Config, given.config, NAME)
            curation = _curation(config.dataset, stack)
        except (ConfigError, ValueError, OSError) as error:
            sys.stderr.write(f"{error}\n")
            return 2
        try:
            done = export_dataset(
                config.bus,
                config.topics.questions,
                config.state,
                given.out,
                curation=curation,
                layouts=config.dataset.layouts,
                with_held_out_gold=given.with_held_out_gold,
            )
        except NoVectorsError as error:
            sys.stderr.write(f"{error}\n")
            return 2
        except TryLater as error:
            sys.stderr.write(f"{error}; the same command goes on from there\n")
            return 75
    lines = [f"{split}: {rows} questions" for split, rows in done.rows.items()]
    lines += [f"left out, {reason}: {count}" for reason, count in sorted(done.dropped.items())]
    lines += [f"{name}: sha256 {digest}" for name, digest in done.digests.items()]
    whole = register(_register_of(config), done.digests, given.out, done.held)
    lines.append(f"the whole export: sha256 {whole}")
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 0


def _curation(dataset: DatasetConfig, stack: ExitStack) -> "CurationRules":
    """The stack closes what the rules ask. Raises ValueError and OSError."""
    from biorl.question_generator.adapters.dataset_export import curation_of  # noqa: PLC0415

    return curation_of(
        dataset.near_duplicates,
        dataset.benchmarks,
        _alignment(dataset.alignment),
        dataset.verdicts,
        meaning=stack.enter_context(_meaning(dataset.embeddings)) if dataset.embeddings else None,
        fields=dataset.fields,
        share_alike=dataset.share_alike,
    )


@contextmanager
def _meaning(config: EmbeddingsConfig) -> "Iterator[SameMeaning]":
    """The embedding model with its memory of vectors. Raises OSError for a key file that is not there."""
    from biorl.question_generator.adapters.openai_embeddings import OpenAIEmbeddings  # noqa: PLC0415
    from biorl.question_generator.adapters.vector_store import VectorStore  # noqa: PLC0415
    from biorl.question_generator.domain.meaning import SameMeaning  # noqa: PLC0415

    endpoint, limits = _endpoint(config), {"batch": config.batch, "max_characters": config.max_characters}
    with closing(VectorStore(config.vectors, config.model)) as store:
        yield SameMeaning(OpenAIEmbeddings(endpoint, store, **limits).embed, config.threshold)


def _endpoint(config: ModelConfig) -> "Endpoint":
    """Raises OSError for a key file that is not there."""
    from biorl.question_generator.adapters.openai_endpoint import Endpoint  # noqa: PLC0415

    file = config.api_key_file
    key = file.read_text(encoding="utf-8").strip() if file else "none"
    return Endpoint(config.endpoint, config.model, key, config.concurrency, config.timeout_s, config.max_retries)


def target_command(argv: list[str]) -> int:
    """The exit status: 2 for a configuration that does not fit or a window without papers."""
    parser = _parser("target", "Writes the shares of fields of the papers on the bus, to align an export with.")
    parser.add_argument("--out", type=Path, required=True, help="JSON file to write")
    parser.add_argument("--since", type=int, required=True, help="first year")
    parser.add_argument("--until", type=int, default=9999, help="last year")
    given = parser.parse_args(argv)
    from biorl.question_generator.adapters.field_model import read_model  # noqa: PLC0415
    from biorl.question_generator.adapters.recent_literature import write_target  # noqa: PLC0415

    try:
        config = load_config(Config, given.config, NAME)
        reader = read_model(config.dataset.fields) if config.dataset.fields else None
        report = write_target(config.bus, config.topics.documents, given.out, given.since, given.until, reader=reader)
    except (ConfigError, ValueError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    lines = [f"{field}: {share:.3f}" for field, share in report["shares"].items()]
    sys.stdout.write("".join(f"{line}\n" for line in [f"{report['papers']} papers", *lines]))
    return 0


def fields_command(argv: list[str]) -> int:
    """The exit status: 2 for a configuration that does not fit or too few papers to learn from."""
    parser = _parser("fields", "Learns to tell fields by text, from the papers on the bus whose headings name theirs.")
    parser.add_argument("--out", type=Path, required=True, help="folder to write to, for `dataset.fields`")
    parser.add_argument("--accuracy", type=float, default=0.75, help="of what it names; below that it says nothing")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(argv)
    if not 0 < given.accuracy <= 1:
        parser.error("--accuracy must be above 0 and at most 1")
    from biorl.question_generator.adapters.field_model import train_fields  # noqa: PLC0415 - scikit-learn

    try:
        config = load_config(Config, given.config, NAME)
        learnt = train_fields(config.bus, config.topics.documents, given.out, given.accuracy, given.seed)
    except (ConfigError, ValueError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(
        f"{sum(learnt.papers.values())} papers of {len(learnt.papers)} fields; of those that it did not see it names\n"
        f"{learnt.answered:.2f}, {learnt.accuracy_where_answered:.2f} of these right; naming all it has\n"
        f"{learnt.accuracy:.2f} right, the word list {learnt.word_list_accuracy:.2f}\n"
    )
    return 0


def reached_command(argv: list[str]) -> int:
    """The exit status: 2 for a configuration that does not fit, 3 when an export holds what was retracted since."""
    given = _parser("reached", "Lists exports that hold questions which were retired since.").parse_args(argv)
    from biorl.chassis.bus import open_bus  # noqa: PLC0415
    from biorl.question_generator.adapters.bus_questions import questions_on  # noqa: PLC0415
    from biorl.question_generator.adapters.export_register import reached  # noqa: PLC0415

    try:
        config = load_config(Config, given.config, NAME)
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    with closing(open_bus(config.bus)) as bus:
        found = reached(_register_of(config), (question.id for question in questions_on(bus, config.topics.questions)))
    for export in found:
        sources = sorted({source for several in export.retired.values() for source in several})
        told = f"{export.folder} ({export.digest[:12]}): {len(export.retired)} of {export.questions} questions retired"
        sys.stdout.write(f"{told}, made from {', '.join(sources)}\n")
        sys.stdout.writelines(f"  {question_id}\n" for question_id in export.retired)
    return 3 if found else 0


def account_command(argv: list[str]) -> int:
    """The exit status: 2 for a configuration without a model that is paid for."""
    given = _parser("account", "What models were asked and what that cost.").parse_args(argv)
    from biorl.question_generator.adapters import reply_store, vector_store  # noqa: PLC0415

    try:
        config = load_config(Config, given.config, NAME)
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    author, embeddings = config.author, config.dataset.embeddings
    if author is None and embeddings is None:
        sys.stderr.write("no model is configured: `author` and `dataset.embeddings` are empty\n")
        return 2
    if author:
        _tell_account(reply_store.account(author.replies), author.price_per_million)
    if embeddings:
        _tell_account(vector_store.account(embeddings.vectors), PriceConfig(input=embeddings.price_per_million))
    return 0


def _tell_account(rows: "Mapping[tuple[str, str], Spent]", prices: PriceConfig) -> None:
    from biorl.question_generator.adapters.reply_store import sum_of  # noqa: PLC0415

    for name, spent in {**{" ".join(key): it for key, it in rows.items()}, "in all": sum_of(rows.values())}.items():
        cost = (spent.input_tokens * prices.input + spent.output_tokens * prices.output) / 1e6
        tokens = f"{spent.input_tokens} tokens in, {spent.output_tokens} out"
        sys.stdout.write(f"{name}: {spent.requests} replies, {tokens}, cost {cost:.4f}\n")


def _register_of(config: Config) -> Path:
    """Beside the state, in a file of its own: the state belongs to the running service."""
    return config.state.with_name(f"{config.state.stem}-exports.sqlite")


@contextmanager
def author_of(config: AuthorConfig, literature: "LiteratureRules") -> "Iterator[Author]":
    """The language model as a writer, with its memory of replies."""
    from biorl.question_generator.adapters.openai_chat import OpenAIChat  # noqa: PLC0415
    from biorl.question_generator.adapters.reply_store import ReplyStore  # noqa: PLC0415
    from biorl.question_generator.authoring import Author, AuthorRules  # noqa: PLC0415

    told = config.model_dump()
    rules = AuthorRules(**{name.name: told[name.name] for name in fields(AuthorRules)})
    with closing(ReplyStore(config.replies)) as store:
        chat = OpenAIChat(_endpoint(config), store, max_total_tokens=config.max_total_tokens)
        yield Author(chat, rules, literature)


def _parser(command: str, description: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"biorl-{NAME} {command}", description=description)
    parser.add_argument("--config", type=Path, help="YAML file of the question generator")
    return parser


def _alignment(config: AlignmentConfig | None) -> "AlignmentRules | None":
    """Reads the target. Raises NoTargetError and OSError."""
    from biorl.question_generator.adapters.recent_literature import read_target  # noqa: PLC0415
    from biorl.question_generator.domain.curation import AlignmentRules  # noqa: PLC0415

    return AlignmentRules(read_target(config.target), config.alpha, config.size, config.seed) if config else None


COMMANDS: Mapping[str, Callable[[list[str]], int]] = {
    "export": export_command,
    "target": target_command,
    "fields": fields_command,
    "reached": reached_command,
    "account": account_command,
}
