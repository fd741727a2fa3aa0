"""The recipe of a reward: which judges are asked, what each weighs, and what happens when one is silent.

A composition is a short YAML text. `parse` refuses everything that could break a law of the design, with a message
that says where: an auxiliary that could outbid correctness (law 5), two parts of one name, a form check as primary, a
key that nothing reads. What loads can be scored; `biorl.reward_aggregator.domain.reward` does the arithmetic.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any, TypeVar

import yaml

from biorl.questions.identity import digest

MAX_TEXT = 64 * 1024
MAX_PARTS = 32
MAX_AUXILIARY_WEIGHT = 0.5
"""Of all auxiliaries together. They are paid in units of the margin |2p - 1| of the primary value p, so a wrong answer
(p < 1/2) gets at most p + (1 - 2p)/2 = 1/2, which is less than any right one. With more, it could get past."""

Chosen = TypeVar("Chosen", bound=StrEnum)

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,62}")
_TASKS = re.compile(r"[a-z0-9_.*-]{1,100}")


class InvalidCompositionError(ValueError):
    """A composition that must not be loaded; the message says which part, and why."""


class Role(StrEnum):
    PRIMARY = "primary"
    """Says whether the answer is right."""
    AUXILIARY = "auxiliary"
    """Says how the answer is put; paid only as a share of the primary's margin."""


class Check(StrEnum):
    """Judges that need no verifier."""

    FORMAT = "format"
    MENTION = "mention"


class Centre(StrEnum):
    READOUT = "readout"
    """Credit above what the base rate alone would earn, be it of the readout gene, the class or the property. Where a
    verifier knows none: plain credit, but for perturbation questions, which then go without."""
    NONE = "none"
    """Plain credit: pays a policy for knowing base rates."""


@dataclass(frozen=True, slots=True)
class Part:
    """One judge in a composition. Exactly one of `verifier` and `check` is set."""

    name: str
    role: Role
    weight: float
    verifier: str = ""
    check: Check | None = None
    required: bool = False
    """Whether a completion is left unscored when the part fails on it. Else the group goes without."""
    centre: Centre = Centre.READOUT
    tasks: tuple[str, ...] = ("*",)
    """Patterns of the tasks that the part judges; for any other it stands aside."""
    require_thinking: bool = False
    """FORMAT only: a think part must come before the answer."""

    @property
    def judge(self) -> str:
        return self.verifier or str(self.check)

    def judges(self, task: str) -> bool:
        return any(fnmatchcase(task, pattern) for pattern in self.tasks)


@dataclass(frozen=True, slots=True)
class Composition:
    name: str
    parts: tuple[Part, ...]
    text: str
    """The YAML that it was read from."""
    description: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 over what decides a reward: comments and description do not count."""
        return digest({"name": self.name, "parts": [asdict(part) for part in self.parts]})

    def weights(self, task: str) -> dict[str, float]:
        """By part name, its weight for questions of this task: primaries share 1, a part that stands aside has 0."""
        judging = [part for part in self.parts if part.judges(task)]
        whole = sum(part.weight for part in judging if part.role is Role.PRIMARY)
        shares = {part.name: part.weight / whole if part.role is Role.PRIMARY else part.weight for part in judging}
        return {part.name: shares.get(part.name, 0.0) for part in self.parts}


def parse(text: str) -> Composition:
    """A composition from YAML. Raises InvalidCompositionError, naming the part and the reason."""
    content = _mapping(_read_yaml(text), "a composition")
    name = _name(content, "the composition")
    try:
        composition = Composition(name, _parts(content), text, str(content.pop("description", "")).strip())
        _refuse_unknown(content)
        _uphold_the_laws(composition)
    except InvalidCompositionError as error:
        msg = f"composition {name!r}: {error}"
        raise InvalidCompositionError(msg) from None
    return composition


def _uphold_the_laws(composition: Composition) -> None:
    names = [part.name for part in composition.parts]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise InvalidCompositionError(f"part {repeated[0]!r} is there twice; reports tell parts by name")
    if not any(part.role is Role.PRIMARY for part in composition.parts):
        raise InvalidCompositionError("no part is primary; a reward must say whether the answer is right")
    total = math.fsum(part.weight for part in composition.parts if part.role is Role.AUXILIARY)
    if total > MAX_AUXILIARY_WEIGHT:
        msg = f"auxiliary weights sum to {total:g}; above {MAX_AUXILIARY_WEIGHT:g} form could outrank correctness"
        raise InvalidCompositionError(msg)


def _parts(content: dict[str, Any]) -> tuple[Part, ...]:
    listed = content.pop("parts", None)
    if not isinstance(listed, list) or not listed:
        raise InvalidCompositionError("`parts` must be a list with at least one part")
    if len(listed) > MAX_PARTS:
        raise InvalidCompositionError(f"{len(listed)} parts; at most {MAX_PARTS}")
    return tuple(_part(_mapping(item, "a part")) for item in listed)


def _part(content: dict[str, Any]) -> Part:
    name = _name(content, "a part")
    try:
        role = _choice(content, "role", Role, None)
        verifier, check = _judge(content, role)
        part = Part(
            name=name,
            role=role,
            weight=_weight(content),
            verifier=verifier,
            check=check,
            required=_flag(content, "required", default=role is Role.PRIMARY),
            centre=_choice(content, "centre", Centre, Centre.READOUT) if verifier else Centre.NONE,
            tasks=_tasks(content),
            require_thinking=_flag(content, "require_thinking", default=False) if check is Check.FORMAT else False,
        )
        _refuse_unknown(content)
    except InvalidCompositionError as error:
        msg = f"part {name!r}: {error}"
        raise InvalidCompositionError(msg) from None
    return part


def _judge(content: dict[str, Any], role: Role) -> tuple[str, Check | None]:
    if ("verifier" in content) == ("check" in content):
        raise InvalidCompositionError("needs a `verifier` or a `check`, and not both")
    if "verifier" in content:
        return _name(content, "a verifier", key="verifier"), None
    if role is Role.PRIMARY:
        raise InvalidCompositionError(
            "a check of form cannot be primary; only a verifier knows whether an answer is right"
        )
    return "", _choice(content, "check", Check, None)


def _weight(content: dict[str, Any]) -> float:
    weight = content.pop("weight", 1.0)
    if isinstance(weight, bool) or not isinstance(weight, int | float):
        raise InvalidCompositionError(f"`weight` must be a number, not {weight!r}")
    if not (math.isfinite(weight) and 1e-6 <= weight <= 1e6):
        raise InvalidCompositionError(f"`weight` must be between 1e-6 and 1e6, not {weight!r}")
    return float(weight)


def _tasks(content: dict[str, Any]) -> tuple[str, ...]:
    tasks = content.pop("tasks", ["*"])
    if not isinstance(tasks, list) or not tasks:
        raise InvalidCompositionError("`tasks` must be a list of task names or patterns")
    for task in tasks:
        if not isinstance(task, str) or not _TASKS.fullmatch(task):
            raise InvalidCompositionError(f"{task!r} is no task name or pattern like 'perturbation.*'")
    return tuple(tasks)


def _flag(content: dict[str, Any], key: str, *, default: bool) -> bool:
    value = content.pop(key, default)
    if not isinstance(value, bool):
        raise InvalidCompositionError(f"`{key}` must be true or false, not {value!r}")
    return value


def _name(content: dict[str, Any], what: str, key: str = "name") -> str:
    name = content.pop(key, None)
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise InvalidCompositionError(f"{what} needs a `{key}` in small letters, digits, - and _, not {name!r}")
    return name


def _choice(content: dict[str, Any], key: str, kind: type[Chosen], default: Chosen | None) -> Chosen:
    value = content.pop(key, default)
    if isinstance(value, str) and value in set(kind):
        return kind(value)
    raise InvalidCompositionError(f"`{key}` must be one of {', '.join(kind)}, not {value!r}")


def _mapping(value: object, what: str) -> dict[str, Any]:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise InvalidCompositionError(f"{what} must be a mapping of names to values")
    return dict(value)


def _refuse_unknown(content: dict[str, Any]) -> None:
    if content:
        raise InvalidCompositionError(f"nothing reads the key {min(content)!r}")


class _StrictLoader(yaml.SafeLoader):
    """No aliases (they blow up), no key twice (the first would be lost without a word)."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise InvalidCompositionError("YAML aliases are not taken")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        if repeated := sorted({key for key in keys if keys.count(key) > 1}):
            raise InvalidCompositionError(f"the key {repeated[0]!r} is there twice")
        return super().construct_mapping(node, deep)


def _read_yaml(text: str) -> object:
    if len(text) > MAX_TEXT:
        raise InvalidCompositionError(f"longer than {MAX_TEXT} characters")
    try:
        return yaml.load(text, Loader=_StrictLoader)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        if isinstance(error, InvalidCompositionError):
            raise
        raise InvalidCompositionError(f"not readable as YAML: {error}") from error
