"""`biorl verifier`: make a world model from a run's effects, measure it, read its card, serve it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from biorl.standalone.commands.cells import learn_cells, learns_cells
from biorl.standalone.commands.demo import Runs
from biorl.standalone.commands.functions import made_of_annotation, make_of_annotation
from biorl.standalone.commands.labelled import learn_labels, learns_labels, measure_labels
from biorl.standalone.commands.measured_effects import effects_of, learn_effects
from biorl.standalone.commands.served import calibrate_served, evaluate_served
from biorl.standalone.commands.terminal import out, working
from biorl.standalone.errors import BadRequestError
from biorl.standalone.runs.workspace import DEFAULT_ROOT, Workspace, existing, workspace, write_json

if TYPE_CHECKING:
    from biorl.soft_verifier.domain.belief import Artifact, Source
    from biorl.soft_verifier.ports import WorldModel

app = typer.Typer(no_args_is_help=True, help="World models: train, evaluate, calibrate, card, serve.")

Name = Annotated[
    str, typer.Argument(help="Verifier, e.g. perturbation-knn; services/soft-verifier/README.md lists them.")
]
Tables = Annotated[
    Path | None,
    typer.Option(
        help="Folder of molecule tables and gene lists, or YAML with `sources`, for gene-class and molecule; else the "
        "run's labels."
    ),
]
Genes = Annotated[
    list[str] | None,
    typer.Option(help="Class and lists for gene-class: long-range-tf=long.txt,short.txt; once for each class."),
]
Effects = Annotated[
    Path | None,
    typer.Option(
        help="Screen (h5ad), table of effects, folder of PerturbQA files, or YAML with `sources` as the ingester's; "
        "else the run's effects."
    ),
]
Run = Annotated[str, typer.Option("--run", help="Run whose effects and artifacts are used.")]


@app.command()
def train(  # noqa: PLR0917 - typer: these are options
    name: Name = "perturbation-knn",
    annotation: Annotated[
        Path | None,
        typer.Option(help="Folder of gene sets, ontology and symbols; else that of the effects, else the run's."),
    ] = None,
    tables: Tables = None,
    genes: Genes = None,
    effects: Effects = None,
    cells: Annotated[
        Path | None, typer.Option(help="h5ad whose unperturbed cells coexpression learns from; else the screen's.")
    ] = None,
    run: Run = "demo",
    runs: Runs = DEFAULT_ROOT,
) -> None:
    """Train a verifier on effects or labels, of files or of a run, train split only; save an artifact with its card."""
    if cells and not learns_cells(name):
        msg = f"{name} does not learn from cells; leave --cells out"
        raise BadRequestError(msg)
    if made_of_annotation(name):
        place = workspace(run, runs).made() if annotation else existing(run, runs)
    else:
        place = _place(name, run, runs, tables or genes, effects)
    with working(f"training {name}"):
        if made_of_annotation(name):
            source = make_of_annotation(name, place, annotation)
        elif learns_cells(name):
            source = learn_cells(name, place, annotation, cells, effects)
        elif learns_labels(name):
            source = learn_labels(name, place, annotation, tables, genes or ())
        else:
            source = learn_effects(name, place, annotation, effects)
    _say_learnt(source, place)


def _say_learnt(source: "Source", place: Workspace) -> None:
    """And what could not be learnt."""
    from biorl.soft_verifier.adapters.artifacts import FolderArtifacts  # noqa: PLC0415

    card = FolderArtifacts(place.artifacts).load(source.verifier, source.version).card
    for gap in card.get("left_out", ()):
        if {"task", "cell_line"} <= gap.keys():
            out.print(f"no model for {gap['task']} in {gap['cell_line']}: {gap['reason']}")
        elif name := gap.get("gene_class") or gap.get("property"):
            out.print(f"no model for {name}: {gap['reason']}")
    folder = place.artifacts / source.verifier
    out.print(f"{source.verifier}@{source.version}  digest {source.digest[:12]}  in {folder}")


@app.command()
def evaluate(  # noqa: PLR0917 - typer: these are options
    name: Name = "perturbation-knn",
    run: Run = "demo",
    runs: Runs = DEFAULT_ROOT,
    tables: Tables = None,
    genes: Genes = None,
    effects: Effects = None,
    into: Annotated[Path | None, typer.Option("--out", help="Write all that was measured to this JSON file.")] = None,
) -> None:
    """Measure a verifier on what is held out, effects or labels, of files or of a run, which it has never seen."""
    from biorl.soft_verifier.evaluation import evaluate as measure  # noqa: PLC0415

    _must_believe(name)
    place = _place(name, run, runs, tables or genes, effects)
    with working(f"measuring {name}"):
        model, artifact = _world_model(name, place)
        if learns_labels(name):
            results = measure_labels(model, place, tables, genes or ())
        else:
            results = measure(model, effects_of(place, effects), artifact)
    _say_measured(results, into)


def _say_measured(results: Sequence[Mapping[str, Any]], into: Path | None) -> None:
    """As tables, and all of it into a file. Raises BadRequestError where nothing is."""
    from biorl.standalone.report.card import report_tables  # noqa: PLC0415

    if not results:
        msg = "nothing is held out there to measure it on"
        raise BadRequestError(msg)
    for table in report_tables(results):
        out.print(table)
    if into:
        write_json(into, results)
        out.print(f"report: {into}", soft_wrap=True)


@app.command()
def calibrate(
    name: Annotated[str, typer.Argument(help="Name of a verifier of the settings that is `behind` something.")],
    config: Annotated[Path, typer.Option("--config", help="Settings of the soft-verifier.")],
    effects: Annotated[Path, typer.Option(help="As for train: a screen, table, folder or YAML.")],
    annotation: Annotated[Path | None, typer.Option(help="Folder with symbols; else the one of the effects.")] = None,
    into: Annotated[Path | None, typer.Option("--out", help="Measure it on held-out effects into this file.")] = None,
) -> None:
    """Learn how to read a model that others serve (GEARS, State, CPA, ...), train split only; save that with a card."""
    with working(f"calibrating {name}"):
        source, folder = calibrate_served(name, config, effects, annotation)
    out.print(f"{source.verifier}@{source.version}  digest {source.digest[:12]}  in {folder}")
    if into:
        _say_measured(evaluate_served(name, config, effects), into)


@app.command()
def card(name: Name = "perturbation-knn", run: Run = "demo", runs: Runs = DEFAULT_ROOT) -> None:
    """What is known of an artifact: data, splits, metrics beside trivial models, calibration, coverage."""
    from biorl.soft_verifier.adapters.artifacts import FolderArtifacts  # noqa: PLC0415 - heavy
    from biorl.soft_verifier.ports import ArtifactMissingError, ArtifactUnusableError  # noqa: PLC0415
    from biorl.standalone.report.card import card_table, pictures, provenance_table  # noqa: PLC0415

    place = workspace(run, runs)
    try:
        artifact = FolderArtifacts(place.artifacts).load(name)
    except ArtifactMissingError as error:
        raise _without_artifact(name, place) from error
    except ArtifactUnusableError as error:
        raise BadRequestError(str(error)) from error
    folder = place.artifacts / name / artifact.source.version
    out.print(provenance_table(artifact.card))
    if summary := card_table(artifact.card):
        out.print(summary)
    out.print(f"all of it: {folder / 'card.json'}", soft_wrap=True)
    if drawn := pictures(artifact.card):
        picture = folder.parent / f"{folder.name}.svg"
        picture.write_text(drawn, encoding="utf-8")
        out.print(f"calibration, and risk by coverage: {picture}", soft_wrap=True)


@app.command()
def serve(
    config: Annotated[Path, typer.Option("--config", help="YAML; see services/soft-verifier/README.md.")],
) -> None:
    """Serve verifiers over gRPC until Ctrl-C."""
    from biorl.soft_verifier.__main__ import main  # noqa: PLC0415

    raise typer.Exit(main(["--config", str(config)]))


def _place(name: str, run: str, runs: Path, labels: Path | list[str] | None, effects: Path | None) -> Workspace:
    """Of a run that was started before; files need none, then the name only says where artifacts lie."""
    from biorl.soft_verifier.verifiers import VERIFIERS  # noqa: PLC0415 - heavy

    if name not in VERIFIERS:
        msg = f"there is no verifier {name!r}; there is {', '.join(sorted(VERIFIERS))}"
        raise BadRequestError(msg)
    files, others = (labels, effects) if learns_labels(name) else (effects, labels)
    if others:
        what, option = ("labels", "--tables or --genes") if learns_labels(name) else ("effects", "--effects")
        msg = f"{name} is about {what}; give {option}, or neither for those of a run"
        raise BadRequestError(msg)
    if files:
        return workspace(run, runs).made()
    try:
        return existing(run, runs)
    except BadRequestError as error:
        msg = f"{error}; or give {'--tables or --genes' if learns_labels(name) else '--effects'}"
        raise BadRequestError(msg) from error


def _must_believe(name: str) -> None:
    from biorl.soft_verifier.ports import WorldModel  # noqa: PLC0415 - heavy
    from biorl.soft_verifier.verifiers import VERIFIERS  # noqa: PLC0415

    if name in VERIFIERS and not isinstance(VERIFIERS[name], WorldModel):
        msg = f"{name} judges what completions say, and believes no effect or label: there is nothing to measure"
        raise BadRequestError(msg)


def _world_model(name: str, place: Workspace) -> "tuple[WorldModel, Artifact]":
    """As a server would load it, with its newest artifact, which is empty where it is not trained."""
    from biorl.soft_verifier.adapters.artifacts import FolderArtifacts  # noqa: PLC0415 - heavy
    from biorl.soft_verifier.ports import ArtifactMissingError, ArtifactUnusableError, WorldModel  # noqa: PLC0415
    from biorl.soft_verifier.serving.loading import Choice, built  # noqa: PLC0415
    from biorl.soft_verifier.verifiers import VERIFIERS  # noqa: PLC0415

    try:
        artifact, model = built(Choice(name), None, VERIFIERS, FolderArtifacts(place.artifacts))
    except ArtifactMissingError as error:
        raise _without_artifact(name, place) from error
    except ArtifactUnusableError as error:
        raise BadRequestError(str(error)) from error
    assert isinstance(model, WorldModel)  # noqa: S101 - asked before, of its class
    return model, artifact


def _without_artifact(name: str, place: Workspace) -> BadRequestError:
    others = sorted(path.name for path in place.artifacts.glob("[!.]*"))
    known = f", but of {', '.join(others)}" if others else ""
    return BadRequestError(f"the run {place.name!r} has no artifact of {name}{known}; {_how_to_make(name, place.name)}")


def _how_to_make(name: str, run: str) -> str:
    """An artifact of that name, if one can be made."""
    from biorl.soft_verifier.serving.loading import Choice, has_artifact  # noqa: PLC0415 - heavy
    from biorl.soft_verifier.verifiers import VERIFIERS  # noqa: PLC0415

    if name not in VERIFIERS:
        return f"no verifier to train has that name; there is {', '.join(sorted(VERIFIERS))}"
    if not has_artifact(Choice(name), VERIFIERS):
        return f"{name} is served without one"
    return f"make one with: biorl verifier train {name} --run {run}"
