"""A training run from questions to a judged policy, in four steps that can each be resumed.

1. Materialise: the questions as the bus holds them now, kept with offsets and digest.
2. Examine the policy before training.
3. Train on rewards; the prompts carry no held-out label.
4. Examine it again, beside the verifier, the gene-frequency table, a supervised reference and the null.

Without held-out questions that are answered by yes or no (literature alone has none) the policy is trained and not
examined, and the log says so.
"""

import logging
from dataclasses import dataclass
from typing import Any

import numpy as np

from biorl.questions.question import Question
from biorl.rl_trainer.domain import examination
from biorl.rl_trainer.domain.selection import Materials, Selection, check_enough, select, without
from biorl.rl_trainer.ports import Beliefs, Diary, Floats, Learner, QuestionFeed, RunFolder

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TrainingRun:
    feed: QuestionFeed
    folder: RunFolder
    learner: Learner
    beliefs: Beliefs
    diary: Diary
    selection: Selection
    seed: int = 0
    null_draws: int = 200

    def run(self) -> str:
        """ "completed" or "stopped". Raises NoQuestionsError, and whatever ends training."""
        materials = self.materialise()
        self.learner.prepare([*materials.prompts, *materials.examination])
        outcome = self._trained_and_examined(materials) if materials.examination else self._trained(materials)
        self.diary.finished(outcome)
        return outcome

    def _trained(self, materials: Materials) -> str:
        logger.warning("no held-out question asks for yes or no: the policy is trained, and not examined")
        return self.learner.train(materials.prompts)

    def _trained_and_examined(self, materials: Materials) -> str:
        before = self._examined(materials, "policy before")
        outcome = self.learner.train(materials.prompts)
        if outcome == "completed":
            after = self._examined(materials, "policy after")
            self._conclude(materials, {"policy before": before, "policy after": after})
        return outcome

    def materialise(self) -> Materials:
        questions = self.folder.questions()
        if questions is None:
            fresh, offsets = self.feed.snapshot()
            select(fresh, self.selection)  # say what is missing before anything is kept
            self.folder.keep_questions(fresh, offsets)
            questions = self.folder.questions() or []
        materials = self._covered(select(questions, self.selection))
        check_enough(materials.prompts, self.selection.least)
        self.diary.started(str((self.folder.kept("manifest") or {}).get("digest", "")), len(materials.prompts))
        return materials

    def _covered(self, materials: Materials) -> Materials:
        """Prompts on which the verifier has a belief. Asked once and kept, so that a resumed run has the same."""
        if not self.selection.covered_only:
            return materials
        kept = self.folder.kept("coverage")
        if kept is None:
            claimed = [item for item in materials.prompts if item.claim]
            answers = self.beliefs.beliefs([item.claim for item in claimed if item.claim]) if claimed else None
            unknown = np.isnan(answers.probability) if answers else np.zeros(len(claimed), dtype=bool)
            kept = {"not_covered": [item.id for item, out in zip(claimed, unknown, strict=True) if out]}
            self.folder.keep("coverage", kept)
        return without(materials, frozenset(kept["not_covered"]))

    def _examined(self, materials: Materials, name: str) -> Floats:
        """Log-odds on the held-out questions; kept, so that a resumed run need not ask the untrained policy again."""
        file = name.replace(" ", "-")
        found = self.folder.kept(file)
        if found is None:
            found = self._answered(materials, trained=name == "policy after")
            self.folder.keep(file, found)
        self.diary.evaluated(
            name.removeprefix("policy "), {"auc_per_gene": found["auc"], "sd_p_yes": found["sd_p_yes"]}
        )
        return np.asarray(found["logits"], dtype=float)

    def _answered(self, materials: Materials, *, trained: bool) -> dict[str, Any]:
        logits = self.learner.logits(_sealed(materials.examination), trained=trained)
        metrics = examination.row(logits, examination.sheet(materials.examination), self.seed)
        return {"logits": logits.tolist()} | {key: metrics[key] for key in ("auc", "sd_p_yes")}

    def _conclude(self, materials: Materials, policies: dict[str, Floats]) -> None:
        on = examination.sheet(materials.examination)
        rows: dict[str, dict[str, Any]] = {
            name: examination.row(logits, on, self.seed) for name, logits in policies.items()
        }
        answers = self.beliefs.beliefs([item.claim for item in materials.examination if item.claim])
        if answers:
            rows |= examination.verifier_rows(answers, on, self.seed)
            both = examination.with_prior(policies["policy after"], answers, on)
            rows["policy with prior"] = examination.row(both, on, self.seed)
            supervised = self._supervised(materials)
            rows |= {"supervised": examination.row(supervised, on, self.seed)} if supervised is not None else {}
        self.folder.keep("evaluation", examination.summary(rows, on, materials, self.seed, self.null_draws))

    def _supervised(self, materials: Materials) -> Floats | None:
        """The reference learns the verifier's centred beliefs about the very prompts that the policy trained on."""
        answers = self.beliefs.beliefs([item.claim for item in materials.prompts if item.claim])
        if answers is None:
            return None
        lift = np.nan_to_num(answers.probability - answers.baseline)
        targets = np.clip(0.5 + lift - lift.mean(), 0.02, 0.98)
        return self.learner.supervised_logits(materials.prompts, targets, _sealed(materials.examination))


def _sealed(questions: tuple[Question, ...]) -> list[Question]:
    """Not even the examination shows the policy's code a gold answer."""
    return [item.sealed() for item in questions]
