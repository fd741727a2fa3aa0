"""Rewards, verdicts and beliefs as protobuf says them, and as this package does. Seals every question that leaves."""

import math
from collections.abc import Sequence

from biorl.client.belief import Belief, Verdict, Verifier
from biorl.client.reward import Group, Part, Reward
from biorl.questions.wire import question_to_wire
from biorl.reward.v1 import reward_pb2
from biorl.verifier.v1 import verifier_pb2

STATUSES = {number: name.removeprefix("STATUS_").lower() for name, number in verifier_pb2.Status.items()}


class BrokenContractError(RuntimeError):
    """The server answered in another shape than it was asked in, or with a number that is none."""


def group_to_wire(group: Group) -> verifier_pb2.Group:
    """Sealed: what a benchmark holds out does not leave this process (law 7)."""
    return verifier_pb2.Group(question=question_to_wire(group.question.sealed()), completions=group.completions)


def rewards_from_wire(response: reward_pb2.ScoreResponse, asked: Sequence[Group]) -> tuple[tuple[Reward, ...], ...]:
    rewards = tuple(tuple(_reward(item) for item in group.rewards) for group in response.groups)
    require_shape([len(given) for given in rewards], asked)
    return rewards


def verdicts_from_wire(
    response: verifier_pb2.VerifyResponse, asked: Sequence[Group]
) -> tuple[tuple[Verdict, ...], ...]:
    verdicts = tuple(tuple(_verdict(item) for item in group.verdicts) for group in response.groups)
    require_shape([len(given) for given in verdicts], asked)
    return verdicts


def require_shape(given: Sequence[int], asked: Sequence[Group]) -> None:
    if list(given) != [len(group.completions) for group in asked]:
        raise BrokenContractError(f"{len(asked)} groups were asked for; {len(given)} of other sizes came back")


def belief_from_wire(message: verifier_pb2.Belief) -> Belief:
    return Belief(
        probability=_present(message.probability, message.HasField("probability"), message.status),
        baseline=message.baseline if message.HasField("baseline") else None,
        status=_status(message.status),
        reason=message.reason,
        uncertainty=message.uncertainty if message.HasField("uncertainty") else None,
        source=_source(message.source),
    )


def verifier_from_wire(message: verifier_pb2.Verifier) -> Verifier:
    source = message.source
    return Verifier(
        source.verifier,
        source.version,
        source.digest,
        tuple(message.tasks),
        message.card_json,
        message.reads_rationale,
    )


def _reward(message: reward_pb2.Reward) -> Reward:
    return Reward(
        reward=_present(message.reward, message.HasField("reward"), message.status),
        status=_status(message.status),
        reason=message.reason,
        parts=tuple(_part(part) for part in message.parts),
    )


def _part(message: reward_pb2.Part) -> Part:
    return Part(
        name=message.name,
        value=message.value if message.HasField("value") else None,
        weight=message.weight,
        verdict=_status(message.verdict.status),
        reason=message.verdict.reason,
        source=_source(message.verdict.source),
    )


def _verdict(message: verifier_pb2.Verdict) -> Verdict:
    return Verdict(
        score=_present(message.score, message.HasField("score"), message.status),
        baseline=message.baseline if message.HasField("baseline") else None,
        probability=message.probability if message.HasField("probability") else None,
        status=_status(message.status),
        reason=message.reason,
        uncertainty=message.uncertainty if message.HasField("uncertainty") else None,
        answer=message.answer,
        source=_source(message.source),
    )


def _present(number: float, is_present: bool, status: verifier_pb2.Status) -> float | None:
    """A number exactly when SCORED (law 1)."""
    if is_present != (status == verifier_pb2.STATUS_SCORED) or not math.isfinite(number):
        raise BrokenContractError(f"status {_status(status)} with the number {number if is_present else None}")
    return number if is_present else None


def _status(number: verifier_pb2.Status) -> str:
    if number not in STATUSES:
        raise BrokenContractError(f"status {number} is unknown here")
    return STATUSES[number]


def _source(source: verifier_pb2.Source) -> str:
    return f"{source.verifier}@{source.version}" if source.verifier else ""
