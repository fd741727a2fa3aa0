"""What the audit log keeps: one completion with its reward, named by its content."""

from dataclasses import dataclass

from biorl.questions.identity import digest
from biorl.reward_aggregator.domain.composition import Composition
from biorl.reward_aggregator.domain.group import Group
from biorl.reward_aggregator.domain.reward import Reward


@dataclass(frozen=True, slots=True)
class ScoredRollout:
    id: str
    """SHA-256 (hex) of run, question, completion and composition: publishing twice changes nothing."""
    run_id: str
    question_id: str
    task: str
    completion: str
    reward: Reward
    composition: str
    composition_digest: str
    scored_at_ms: int


def rollouts_of(
    group: Group, rewards: tuple[Reward, ...], composition: Composition, run_id: str, scored_at_ms: int
) -> list[ScoredRollout]:
    """One for each completion of a group, in order."""
    recipe = composition.digest
    return [
        ScoredRollout(
            id=digest([run_id, group.question.id, completion, recipe]),
            run_id=run_id,
            question_id=group.question.id,
            task=group.question.task,
            completion=completion,
            reward=reward,
            composition=composition.name,
            composition_digest=recipe,
            scored_at_ms=scored_at_ms,
        )
        for completion, reward in zip(group.completions, rewards, strict=True)
    ]
