"""Renews the part of the chart's values.schema.json that follows from the services' configuration (`make schema`).

`<service>.config` of the chart takes the keys of that service's own `Config` class, so helm refuses at install what
the service would refuse at start. What the chart sets by itself is left out, and therefore refused. Definitions of the
schema that begin with "config." are made here; everything else in the file is written by hand. `--check` only compares.
"""

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from biorl.chassis.bus.config import KafkaBusConfig
from biorl.ingester.config import Config as Ingester
from biorl.question_generator.config import Config as QuestionGenerator
from biorl.reward_aggregator.config import Config as RewardAggregator
from biorl.rl_trainer.config import Config as RlTrainer
from biorl.soft_verifier.config import Config as SoftVerifier
from biorl.soft_verifier.config import VerifierConfig

SCHEMA = Path(__file__).resolve().parent.parent / "charts" / "biorl" / "values.schema.json"
MADE = "config."

CONFIGURED: dict[str, tuple[type[BaseModel], set[str]]] = {
    "ingester": (Ingester, {"http", "bus", "ledger", "objects"}),
    "questionGenerator": (QuestionGenerator, {"http", "bus", "state", "objects"}),
    "softVerifier": (SoftVerifier, {"http", "artifacts", "verifiers"}),
    "verifier": (VerifierConfig, set()),
    "rewardAggregator": (RewardAggregator, {"http", "bus", "verifiers", "compositions"}),
    "rlTrainer": (RlTrainer, {"http", "bus", "run_dir"}),
    "kafka": (KafkaBusConfig, {"type", "bootstrap_servers", "security"}),
}
"""By section of the values: what it configures, and the keys that the chart sets by itself."""
SET_BELOW = {
    "GrpcServerConfig": {"host", "port", "health_port", "tls", "token_file"},
    "GrpcClientConfig": {"target", "tls", "token_file"},
}
"""The same for parts of several configurations, by class."""


def definitions(section: str) -> dict[str, Any]:
    """What the section may hold, and the definitions that this refers to, by their names in the chart's schema."""
    model, ours = CONFIGURED[section]
    schema = model.model_json_schema(ref_template=f"#/$defs/{MADE}{section}.{{model}}")
    parts = schema.pop("$defs", {})
    found, wanted = {f"{MADE}{section}": _left_to_users(schema, ours)}, _references(_left_to_users(schema, ours))
    while wanted:
        name = wanted.pop()
        part = name.rpartition(".")[2]
        if name not in found:
            found[name] = _left_to_users(parts[part], SET_BELOW.get(part, set()))
            wanted |= _references(found[name])
    return found


def _left_to_users(schema: dict[str, Any], ours: set[str]) -> dict[str, Any]:
    """Where the chart sets a part, nothing is required here: the service itself says what it misses."""
    properties = {key: value for key, value in schema.get("properties", {}).items() if key not in ours}
    left = {key: value for key, value in schema.items() if key != "required" or not ours}
    return _to_refuse(left | {"properties": properties})


def _to_refuse(schema: Any) -> Any:
    """What decides, and descriptions; no titles, which repeat the keys, and no defaults, which are the services'."""
    if isinstance(schema, list):
        return [_to_refuse(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "discriminator" in schema:
        schema = _chosen_by_type(schema)
    kept = {key: value for key, value in schema.items() if key not in {"title", "default"}}
    return {key: _of_each(value) if key == "properties" else _to_refuse(value) for key, value in kept.items()}


def _of_each(properties: dict[str, Any]) -> dict[str, Any]:
    """A property may itself be called "title" or "default"."""
    return {name: _to_refuse(schema) for name, schema in properties.items()}


def _chosen_by_type(schema: dict[str, Any]) -> dict[str, Any]:
    """`oneOf` would tell the faults of every choice."""
    kinds: dict[str, str] = schema["discriminator"]["mapping"]
    rest = {key: value for key, value in schema.items() if key not in {"discriminator", "oneOf"}}
    return rest | {
        "type": "object",
        "required": ["type"],
        "properties": {"type": {"enum": sorted(kinds)}},
        "allOf": [
            {"if": {"properties": {"type": {"const": kind}}}, "then": {"$ref": reference}}
            for kind, reference in sorted(kinds.items())
        ],
    }


def _references(schema: Any) -> set[str]:
    if isinstance(schema, dict):
        own = {schema["$ref"].removeprefix("#/$defs/")} if isinstance(schema.get("$ref"), str) else set()
        return own.union(*map(_references, schema.values()))
    return set().union(*map(_references, schema)) if isinstance(schema, list) else set()


def renewed(text: str) -> str:
    """The schema file with fresh definitions."""
    schema = json.loads(text)
    by_hand = {name: value for name, value in schema["$defs"].items() if not name.startswith(MADE)}
    made = {name: value for section in CONFIGURED for name, value in sorted(definitions(section).items())}
    in_order = json.loads(json.dumps(made, sort_keys=True))  # pydantic's own order of keys changes between its versions
    return json.dumps(schema | {"$defs": by_hand | in_order}, indent=2) + "\n"


def main() -> int:
    """The exit status: 1 when --check finds another schema than the configuration classes give."""
    before = SCHEMA.read_text(encoding="utf-8")
    after = renewed(before)
    if "--check" in sys.argv[1:]:
        if before != after:
            print("the chart's schema is not what the configuration classes give: run `make schema`", file=sys.stderr)
        return int(before != after)
    SCHEMA.write_text(after, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
