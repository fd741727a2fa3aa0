"""A run's folder and bus as the facts of its report. What is not there is left out, and never guessed."""

import json
import sqlite3
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from biorl.chassis.bus import Bus
from biorl.standalone.report.facts import (
    Calibration,
    CalibrationBin,
    Evaluation,
    Facts,
    Row,
    ServiceUse,
    Step,
)
from biorl.standalone.report.topics import count_questions, count_verdicts
from biorl.standalone.runs.configs import TRAINING_RUN
from biorl.standalone.runs.endpoints import SERVICES
from biorl.standalone.runs.plan import Plan
from biorl.standalone.runs.workspace import Workspace

REMARKS = (
    "Training prompts cover the benchmark's own pairs, while their experimental labels reach no verifier, no reward "
    "and no training set. The policy is rewarded by a world model's beliefs about the very pairs that it is tested "
    "on, so this shows that it absorbed them, not that it generalises to new pairs.",
    "The null gives every perturbation one random score, shared by all readout genes, 200 times. A bootstrap over "
    "genes alone is too narrow, because genes share their perturbations.",
    "Pooled F1 and MCC are for comparison with papers only: the gene-frequency row, which knows nothing of "
    "perturbations, does well on them.",
)


def facts_of(plan: Plan, place: Workspace, bus: Bus) -> Facts:
    counted = count_questions(bus)
    return Facts(
        run=place.name,
        data=plan.in_words(),
        task=plan.task,
        cell_line=plan.cell_line,
        finished_at=datetime.now(UTC).isoformat(timespec="seconds"),
        evaluation=evaluation(place),
        steps=steps(place, TRAINING_RUN),
        calibration=calibration(place),
        statuses=count_verdicts(bus),
        questions=counted.by_task,
        topics=counted.by_topic,
        documents=refused_and_taken(place),
        question_refusals=question_refusals(place),
        usage=usage(place),
        provenance=provenance(plan, place),
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
        rows=tuple(_row(name, values) for name, values in content["rows"].items()),
        null=tuple(content["null"]["draws"]),
        share_of_lift=content["kept_lift"],
        num_questions=content["questions"],
        leakage=tuple(content["leakage"]["sentences"]),
    )


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
        unscored = values.get("unscored", values.get("metrics/unscored", 0.0))
        found[values["step"]] = Step(values["step"], values["reward"], values.get("kl"), 1.0 - unscored)
    return tuple(found[number] for number in sorted(found))


def last_step(place: Workspace, run_id: str) -> Step | None:
    known = steps(place, run_id)
    return known[-1] if known else None


def calibration(place: Workspace) -> tuple[Calibration, ...]:
    found = []
    for path in sorted(place.artifacts.glob("*/*/card.json")):
        card = _json(path) or {}
        found += [_calibration(card, model) for model in card.get("models", []) if model.get("reliability")]
    return tuple(found)


def _calibration(card: Mapping[str, Any], model: Mapping[str, Any]) -> Calibration:
    bins = tuple(
        CalibrationBin(item["predicted"], item["observed"], int(item["count"])) for item in model["reliability"]
    )
    context = model.get("context", {})
    name = f"{card.get('name', 'verifier')}, {model.get('task', '')} {context.get('cell_line', '')}".strip()
    return Calibration(name, "train perturbations left out in turn", bins, model.get("calibration_error"))


def refused_and_taken(place: Workspace) -> dict[str, int]:
    """Sources of the ingester by what became of them."""
    from biorl.ingester.adapters.ledger import summarise  # noqa: PLC0415 - reads no more than SQLite

    if not place.ledger.is_file():
        return {}
    counts: Counter[str] = Counter()
    try:
        for (_kind, status, reason), number in summarise(place.ledger).items():
            counts[reason or status] += number
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


def provenance(plan: Plan, place: Workspace) -> dict[str, str]:
    manifest = _json(place.training / TRAINING_RUN / "manifest.json") or {}
    artifacts = {
        f"artifact {path.parent.parent.name}": path.parent.name
        for path in sorted(place.artifacts.glob("*/*/card.json"))
    }
    return {"seed": str(plan.seed), "questions digest": str(manifest.get("digest", ""))} | artifacts


def _json(path: Path) -> dict[str, Any] | None:
    if not path.is_file():
        return None
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content
