"""Domain values as protobuf, and back, and nothing else."""

import json
from dataclasses import asdict

import yaml

from biorl.questions.wire import question_from_wire, question_to_wire
from biorl.reward.v1 import reward_pb2 as pb
from biorl.reward_aggregator.domain.composition import Composition
from biorl.reward_aggregator.domain.group import Group
from biorl.reward_aggregator.domain.reward import PartScore, Reward
from biorl.reward_aggregator.domain.rollout import ScoredRollout
from biorl.reward_aggregator.domain.verdict import Source, Status, Verdict
from biorl.verifier.v1 import verifier_pb2

STATUSES: dict[Status, verifier_pb2.Status] = {
    Status.SCORED: verifier_pb2.STATUS_SCORED,
    Status.ABSTAINED: verifier_pb2.STATUS_ABSTAINED,
    Status.INVALID: verifier_pb2.STATUS_INVALID,
    Status.TIMEOUT: verifier_pb2.STATUS_TIMEOUT,
    Status.ERROR: verifier_pb2.STATUS_ERROR,
}
_STATUSES_BACK = {number: status for status, number in STATUSES.items()}


def group_from_wire(message: verifier_pb2.Group) -> Group:
    """Raises MalformedMessageError."""
    return Group(question_from_wire(message.question), tuple(message.completions))


def group_to_wire(group: Group) -> verifier_pb2.Group:
    return verifier_pb2.Group(question=question_to_wire(group.question), completions=group.completions)


def source_from_wire(message: verifier_pb2.Source) -> Source:
    return Source(message.verifier, message.version, message.digest)


def verdict_from_wire(message: verifier_pb2.Verdict) -> Verdict:
    """Raises ValueError for a number without SCORED, or the other way round."""
    return Verdict(
        status=_STATUSES_BACK.get(message.status, Status.ERROR),
        score=message.score if message.HasField("score") else None,
        baseline=message.baseline if message.HasField("baseline") else None,
        probability=message.probability if message.HasField("probability") else None,
        reason=message.reason,
        source=source_from_wire(message.source),
        uncertainty=message.uncertainty if message.HasField("uncertainty") else None,
        answer=message.answer,
    )


def verdict_to_wire(verdict: Verdict) -> verifier_pb2.Verdict:
    source = verdict.source
    return verifier_pb2.Verdict(
        status=STATUSES[verdict.status],
        score=verdict.score,
        baseline=verdict.baseline,
        probability=verdict.probability,
        reason=verdict.reason,
        source=verifier_pb2.Source(verifier=source.verifier, version=source.version, digest=source.digest),
        uncertainty=verdict.uncertainty,
        answer=verdict.answer,
    )


def reward_to_wire(reward: Reward) -> pb.Reward:
    return pb.Reward(
        reward=reward.reward,
        status=STATUSES[reward.status],
        reason=reward.reason,
        parts=[_part_to_wire(part) for part in reward.parts],
    )


def _part_to_wire(part: PartScore) -> pb.Part:
    return pb.Part(name=part.name, value=part.value, weight=part.weight, verdict=verdict_to_wire(part.verdict))


def rollout_to_wire(rollout: ScoredRollout) -> pb.ScoredRollout:
    return pb.ScoredRollout(
        id=rollout.id,
        run_id=rollout.run_id,
        question_id=rollout.question_id,
        task=rollout.task,
        completion=rollout.completion.encode(errors="replace").decode(),
        reward=reward_to_wire(rollout.reward),
        composition=rollout.composition,
        composition_digest=rollout.composition_digest,
        scored_at_ms=rollout.scored_at_ms,
    )


def description_to_wire(composition: Composition, available: list[str]) -> pb.DescribeCompositionResponse:
    return pb.DescribeCompositionResponse(
        name=composition.name,
        digest=composition.digest,
        yaml=yaml.safe_dump(json.loads(json.dumps(asdict(composition))), sort_keys=False),
        available=available,
        parts=[
            pb.PartDescription(
                name=part.name, role=part.role, weight=part.weight, required=part.required, judge=part.judge
            )
            for part in composition.parts
        ],
    )
