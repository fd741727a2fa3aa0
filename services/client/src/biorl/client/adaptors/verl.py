"""`compute_score` for verl (0.9). Calls come once a sample and are coalesced; an unscored rollout raises, which verl's
trainer marks as a failed group and does not train.

    reward.custom_reward_function.path=pkg://biorl.client.adaptors.verl
    reward.custom_reward_function.name=compute_score
    +reward.custom_reward_function.reward_kwargs.target=dns:///rewards:50052
    +reward.custom_reward_function.reward_kwargs.questions=/data/questions

The dataset's `extra_info.question_id`, else its ground truth, names the question.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, Literal

from biorl.client.adaptors.samples import SampleScorer, part_values
from biorl.client.outage import Outage
from biorl.client.reward import number_of

OnOutage = Literal["wait", "stop"]


async def compute_score(
    data_source: str,  # noqa: ARG001 - verl's signature
    solution_str: str,
    ground_truth: Any,
    extra_info: Mapping[str, Any] | None = None,
    *,
    target: str,
    questions: str,
    composition: str = "",
    run_id: str = "",
    on_outage: OnOutage = "wait",
    patience_s: float = 3600.0,
    **_: Any,
) -> dict[str, float]:
    """`score`, and `part/<name>` for every part. Raises UnscoredError, RewardsUnavailableError, KeyError."""
    scorer = _scorer(
        target=target,
        questions=questions,
        composition=composition,
        run_id=run_id,
        on_outage=on_outage,
        patience_s=patience_s,
    )
    question_id = (extra_info or {}).get("question_id") or str(ground_truth)
    reward = await scorer.score_async(question_id, solution_str)
    return {"score": number_of(reward), **part_values(reward)}


@cache
def _scorer(
    *, target: str, questions: str, composition: str, run_id: str, on_outage: OnOutage, patience_s: float
) -> SampleScorer:
    """One a process, for verl gives a function no place to keep it."""
    return SampleScorer(target, questions, composition=composition, run_id=run_id, outage=Outage(on_outage, patience_s))
