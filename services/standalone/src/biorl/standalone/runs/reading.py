"""A run's folder and bus as the facts of its report. What is not there is left out, and never guessed."""

import json
import sqlite3
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from biorl.chassis.bus import Bus
from biorl.run.v1 import run_pb2
from biorl.standalone.report.facts import (
    Calibration,
    CalibrationBin,
    Evaluation,
    Facts,
    Row,
    ServiceUse,
    Step,
)
from biorl.standalone.report.topics import composition_digest, count_questions, count_verdicts, datasets
from biorl.standalone.runs.configs import TRAINING_RUN, WORLD_MODEL
from biorl.standalone.runs.endpoints import SERVICES
from biorl.standalone.runs.plan import Plan
from biorl.standalone.runs.traffic import RUNS, values
from biorl.standalone.runs.workspace import Workspace

REMARKS = (
    "The null gives every perturbation one random score, shared by all readout genes, 200 times. A bootstrap over "
    "genes alone is too narrow, because genes share their perturbations.",
    "Pooled F1 and MCC are for comparison with papers only: on real screens a table of how often each readout gene "
    "responds, which knows nothing of perturbations, does well on them.",
)


def facts_of(plan: Plan, place: Workspace, bus: Bus) -> Facts:
    counted = count_questions(bus)
    return Facts(
        run=place.name,
        data=plan.in_words(),
        task=plan.task,
        cell_line=plan.cell_line,
        written_at=datetime.now(UTC).isoformat(timespec="seconds"),
        evaluation=evaluation(place),
        steps=steps(place, TRAINING_RUN),
        calibration=calibration(plan, place),
        statuses=count_verdicts(bus),
        questions=counted.by_task,
        topics=counted.by_topic,
        documents=refused_and_taken(place),
        question_refusals=question_refusals(place),
        usage=usage(place),
        provenance=provenance(plan, place, bus),
        configuration={
            name: place.config(name).read_text(encoding="utf-8") for name in SERVICES if place.config(name).is_file()
        },
        remarks=REMARKS,
    )


def evaluation(place: Workspace) -> Evaluation:
    content = _json(place.training / TRAINING_RUN / "evaluation.json")
    if not content:
        return Evaluation()
    return Evaluation(
        rows=tuple(_row(name, content["rows"][name]) for name in sorted(content["rows"], key=_place)),
        null=tuple(content["null"]["draws"]),
        share_of_lift=content["kept_lift"],
        num_questions=content["questions"],
        leakage=tuple(content["leakage"]["sentences"]),
    )


ORDER = ("policy before", "policy after", "policy with prior", "verifier", "supervised", "gene frequency")
"""What was trained, then what it is held against."""


def _place(name: str) -> tuple[int, str]:
    return (ORDER.index(name) if name in ORDER else len(ORDER), name)


def _row(name: str, values: Mapping[str, Any]) -> Row:
    return Row(
        name=name,
        auc=values["auc"],
        low=values["perturbation_interval"]["low"],
        high=values["perturbation_interval"]["high"],
        num_genes=values["genes"],
        p_value=values["p_value"],
        spread=values["sd_p_yes"],
        pooled_f1=values["pooled"]["f1"],
        pooled_mcc=values["pooled"]["mcc"],
        per_gene=tuple(values["per_gene"].values()),
    )


def steps(place: Workspace, run_id: str) -> tuple[Step, ...]:
    """Each once: a resumed run repeats the steps after its last checkpoint, and the repetition counts."""
    path = place.training / run_id / "metrics.jsonl"
    if not path.is_file():
        return ()
    found: dict[int, Step] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            values = json.loads(line)
        except json.JSONDecodeError:  # the last line of a process that was killed
            continue
        found[values["step"]] = Step(values["step"], values["reward"])
    return tuple(found[number] for number in sorted(found))


def last_step(place: Workspace, run_id: str) -> Step | None:
    known = steps(place, run_id)
    return known[-1] if known else None


def calibration(plan: Plan, place: Workspace) -> tuple[Calibration, ...]:
    """Of the world model on the held-out effects of the run's own task and cell line."""
    if not place.belief_quality.is_file():
        return ()
    measured: list[dict[str, Any]] = json.loads(place.belief_quality.read_text(encoding="utf-8"))
    return tuple(
        _calibration(one)
        for one in measured
        if one["task"] == plan.task and one["cell_line"] == plan.cell_line and one.get("reliability")
    )


def _calibration(measured: Mapping[str, Any]) -> Calibration:
    bins = tuple(
        CalibrationBin(item["probability"], item["observed"], int(item["count"])) for item in measured["reliability"]
    )
    covered = f"{measured['coverage']:.0%} of {measured['num_pairs']} held-out pairs, which it never saw"
    return Calibration(WORLD_MODEL, covered, bins, measured["calibration_error"])


def refused_and_taken(place: Workspace) -> dict[str, int]:
    """Sources of the ingester by what became of them."""
    from biorl.ingester.adapters.ledger import summarise  # noqa: PLC0415 - reads no more than SQLite

    if not place.ledger.is_file():
        return {}
    counts: Counter[str] = Counter()
    try:
        for (kind, status, reason), number in summarise(place.ledger).items():
            counts[f"{kind}: {(reason or status).replace('_', ' ')}"] += number
    except sqlite3.OperationalError:  # it is being made at this moment
        return {}
    return dict(counts)


def question_refusals(place: Workspace) -> dict[str, int]:
    from biorl.question_generator.adapters.sqlite_store import summarise  # noqa: PLC0415

    if not place.generator_state.is_file():
        return {}
    counts: Counter[str] = Counter()
    for (_task, reason), number in summarise(place.generator_state).refused.items():
        counts[reason] += number
    return dict(counts.most_common(20))


def usage(place: Workspace) -> tuple[ServiceUse, ...]:
    content = _json(place.usage) or {}
    return tuple(ServiceUse(name=name, **values) for name, values in content.items())


def provenance(plan: Plan, place: Workspace, bus: Bus) -> dict[str, str]:
    """Digests, seeds and versions: what another person needs to get the same run."""
    manifest = _json(place.training / TRAINING_RUN / "manifest.json") or {}
    found = {"seed": str(plan.seed), "bus": plan.bus, "questions": f"sha256 {manifest.get('digest', 'not kept')}"}
    for dataset, digest in datasets(bus).items():
        found[f"data {dataset}"] = f"sha256 {digest}"
    for path in sorted(place.artifacts.glob("*/*/card.json")):
        card = _json(path) or {}
        training = card.get("training_data", {}).get("digest", "")
        found[f"world model {path.parent.parent.name}"] = f"version {path.parent.name}, training data sha256 {training}"
    if composition := composition_digest(bus):
        found["reward composition"] = composition
    return found | {f"{name} version": version(name) for name in VERSIONS}


VERSIONS = ("biorl-standalone", "torch", "transformers", "trl", "numpy", "scanpy")


def last_event(bus: Bus) -> str:
    """What training did last, in words; empty when there was none."""
    events = [run_pb2.RunEvent.FromString(value) for value in values(bus, RUNS)]
    if not events:
        return ""
    event = max(events, key=lambda one: one.at_ms)
    kind = event.WhichOneof("event") or "nothing"
    content = getattr(event, kind, None)
    told = {field.name: value for field, value in content.ListFields()} if content is not None else {}
    told.pop("config_json", None)
    words = ", ".join(f"{name} {value}" for name, value in told.items() if not isinstance(value, Mapping))
    return f"{kind} at {datetime.fromtimestamp(event.at_ms / 1000, UTC):%H:%M:%S} UTC, {words}"


def _json(path: Path) -> dict[str, Any] | None:
    if not path.is_file():
        return None
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content
