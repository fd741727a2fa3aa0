"""The configuration of each service of a run: the same keys as on a cluster, with addresses on this machine."""

from pathlib import Path
from typing import Any

import yaml

from biorl.standalone.runs.endpoints import Endpoints
from biorl.standalone.runs.plan import Plan
from biorl.standalone.runs.traffic import bus_config
from biorl.standalone.runs.workspace import Workspace

TRAINING_RUN = "policy"
"""The trainer's run id: one training run a workspace."""
WORLD_MODEL = "perturbation-knn"
"""The verifier whose beliefs are the reward."""


def write_configs(plan: Plan, place: Workspace, endpoints: Endpoints) -> None:
    """One YAML file a service, in the run's folder."""
    bus = bus_config(plan, place).model_dump(mode="json")
    for name, own in _own(plan, place, endpoints).items():
        content = {"http": {"port": endpoints.http[name]}, "log": {"format": "text"}, **own}
        if name != "soft-verifier":
            content["bus"] = bus
        place.config(name).write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


def _own(plan: Plan, place: Workspace, endpoints: Endpoints) -> dict[str, dict[str, Any]]:
    verifier = {"target": endpoints.address(endpoints.verifier)}
    return {
        "ingester": {
            "ledger": str(place.ledger),
            "objects": str(place.objects),
            "watch": True,
            "sources": sources(plan, place),
            **({"retraction_list": str(listed)} if (listed := _retraction_list(plan)) else {}),
        },
        "question-generator": {
            "state": str(place.generator_state),
            "objects": str(place.objects),
            "perturbation": {"tasks": [plan.task], "seed": plan.seed},
            "literature": {"seed": plan.seed},
        },
        "soft-verifier": {"grpc": {"port": endpoints.verifier}, "artifacts": str(place.artifacts)},
        "reward-aggregator": {"grpc": {"port": endpoints.rewards}, "verifier": verifier},
        "rl-trainer": {
            "rewards": {"target": endpoints.address(endpoints.rewards)},
            "verifier": verifier,
            "run_dir": str(place.training),
            "run_id": TRAINING_RUN,
            "seed": plan.seed,
            "questions": {"tasks": [plan.task], "cell_lines": [plan.cell_line], "quiet_s": 2.0},
            "training": {"steps": plan.steps},
        },
    }


def sources(plan: Plan, place: Workspace) -> list[dict[str, Any]]:
    """What the ingester reads: the organism's files, or the parts that the data folder has."""
    if plan.is_simulated:
        return [
            {"type": "h5ad", "path": str(place.organism / "screen.h5ad")},
            {"type": "jats", "path": str(place.organism / "papers")},
        ]
    data = Path(plan.data)
    found: list[dict[str, Any]] = [
        {"type": "perturbqa", "path": str(data / "perturbqa"), "cell_lines": [plan.cell_line]}
    ]
    return found + ([{"type": "jats", "path": str(data / "jats")}] if (data / "jats").is_dir() else [])


def annotation_folder(plan: Plan, place: Workspace) -> Path:
    """Where the world model finds gene sets, ontology and symbols."""
    return place.organism if plan.is_simulated else Path(plan.data)


def _retraction_list(plan: Plan) -> Path | None:
    path = Path(plan.data) / "pubmed" / "pubmed_retractions.tsv.gz"
    return path if plan.data and path.is_file() else None
