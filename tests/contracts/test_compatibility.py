"""Contracts only grow: what a deployed service sends must still be read by the next version.

`baseline.json` holds every field, enum value and method ever released. Adding is free (run this file as a script to
record it); renaming, renumbering, retyping or removing fails here.
"""

import importlib
import json
import sys
from pathlib import Path

BASELINE = Path(__file__).with_name("baseline.json")
SUBJECTS = ["document", "effect", "label", "question", "reward", "run", "verifier"]


def recorded() -> dict[str, str]:
    released: dict[str, str] = json.loads(BASELINE.read_text())
    return released


def contracts() -> dict[str, str]:
    """Every name of the contracts with what must not change about it."""
    found: dict[str, str] = {}
    for subject in SUBJECTS:
        file = importlib.import_module(f"biorl.{subject}.v1.{subject}_pb2").DESCRIPTOR
        for message in file.message_types_by_name.values():
            for field in message.fields:
                kind = field.message_type or field.enum_type
                presence = "repeated" if field.is_repeated else "optional" if field.has_presence else "plain"
                found[field.full_name] = f"{field.number} {presence} {kind.full_name if kind else field.type}"
        for enum in file.enum_types_by_name.values():
            found |= {f"{enum.full_name}.{value.name}": str(value.number) for value in enum.values}
        for service in file.services_by_name.values():
            found |= {
                method.full_name: f"{method.input_type.full_name} -> {method.output_type.full_name}"
                for method in service.methods
            }
    return found


def test_what_was_released_has_not_changed() -> None:
    now = contracts()
    changed = {name: now.get(name) for name, released in recorded().items() if now.get(name) != released}
    assert changed == {}


def test_everything_new_is_recorded() -> None:
    new = contracts().keys() - recorded().keys()
    assert not new, f"record the new names: python {Path(__file__).name}"


if __name__ == "__main__":
    BASELINE.write_text(json.dumps(contracts(), indent=1, sort_keys=True) + "\n")
    sys.stdout.write(f"{len(contracts())} names recorded\n")
