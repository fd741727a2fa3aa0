"""A training run on a tiny world: what is kept, what is sealed, what resumes, what an outage does."""

import json
import math
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from prometheus_client import REGISTRY
from safetensors.numpy import load_file

from biorl.chassis.bus.config import SqliteBusConfig
from biorl.chassis.bus.port import Message
from biorl.chassis.bus.testing import bus_at
from biorl.chassis.grpc.config import GrpcClientConfig
from biorl.chassis.life import Life
from biorl.chassis.process import MISUSE
from biorl.questions.identity import identified
from biorl.questions.question import ChatMessage, Question, Split
from biorl.questions.testing import direction_question, number_question
from biorl.questions.wire import question_to_wire
from biorl.rl_trainer.__main__ import STOPPED, train
from biorl.rl_trainer.adapters import grpo
from biorl.rl_trainer.adapters.learner import FolderLearner
from biorl.rl_trainer.adapters.metrics import reached
from biorl.rl_trainer.adapters.questions import BusQuestions
from biorl.rl_trainer.adapters.run_folder import DamagedRunError, FolderOfRun
from biorl.rl_trainer.config import Config
from biorl.rl_trainer.domain.examination import VerifierAnswers
from biorl.rl_trainer.domain.recipe import Examination, Recipe, TinyPolicy
from biorl.rl_trainer.domain.selection import NoQuestionsError, Selection, select
from biorl.rl_trainer.service import TrainingRun

TOPIC = "biorl.questions.v1"
DIRECTION = Selection(tasks=("perturbation.direction",))
SMALL = Recipe(steps=4, rollouts_per_step=8, num_generations=4, checkpoint_every=2, warm_up=0)
INFORMATIVE = "informative-readout"


def asked(perturbation: int, readout: int, split: Split = Split.TEST) -> Question:
    gold = "yes" if (perturbation + readout) % 2 else "no"
    question = direction_question(f"P{perturbation}", f"G{readout}", gold=gold, split=split)
    return identified(replace(question, topics=(INFORMATIVE,)))


EXAM = [asked(perturbation, readout) for perturbation in range(6) for readout in range(4)]
TRAIN = [asked(perturbation, readout, Split.TRAIN) for perturbation in range(6, 9) for readout in range(4)]


def test_held_out_prompts_are_sealed_and_the_examination_keeps_its_gold() -> None:
    materials = select([*EXAM, *TRAIN], DIRECTION)
    assert {prompt.split for prompt in materials.prompts} == {Split.TEST}
    assert all(prompt.answer.gold is None for prompt in materials.prompts)
    assert {item.answer.gold for item in materials.examination} == {"yes", "no"}
    assert len(materials.labelled) == len(TRAIN)


def test_a_question_that_says_what_a_held_out_one_says_is_no_prompt_and_each_wording_is_one() -> None:
    leaking = replace(EXAM[0], id="of another paper", split=Split.TRAIN)
    again = replace(TRAIN[0], id="of a third paper")
    both = replace(DIRECTION, prompt_splits=("train", "test"))
    assert select([*EXAM, *TRAIN, leaking, again], both).prompts == select([*EXAM, *TRAIN], both).prompts


def test_the_order_of_the_bus_does_not_matter() -> None:
    assert select([*EXAM, *TRAIN], DIRECTION) == select([*reversed(TRAIN), *reversed(EXAM)], DIRECTION)


def test_without_a_fitting_question_it_says_what_it_looked_for() -> None:
    with pytest.raises(NoQuestionsError, match=r"perturbation\.de"):
        select(EXAM, Selection(tasks=("perturbation.de",)))


def test_fewer_prompts_than_a_step_takes_are_refused_and_not_trained_on_for_no_step() -> None:
    with pytest.raises(NoQuestionsError, match="24 prompts are left and one step takes 25"):
        select([*EXAM, *TRAIN], replace(DIRECTION, least=25))


def publish(folder: Path, questions: list[Question], retired: tuple[str, ...] = ()) -> BusQuestions:
    bus = bus_at(folder, TOPIC)
    messages = [Message(item.id.encode(), question_to_wire(item).SerializeToString()) for item in questions]
    bus.producer().publish(TOPIC, [*messages, *(Message(name.encode(), None) for name in retired)])
    return BusQuestions(bus, TOPIC, min_questions=1, quiet_s=0.0, wait=lambda _: False)


def test_a_question_that_came_twice_counts_once_and_a_retired_one_not_at_all(tmp_path: Path) -> None:
    questions, offsets = publish(tmp_path, [*EXAM, *EXAM[:5]], retired=(EXAM[0].id,)).snapshot()
    assert {item.id for item in questions} == {item.id for item in EXAM[1:]}
    assert len(questions) == len(EXAM) - 1
    assert sum(offsets.values()) == len(EXAM) + 6


def test_kept_questions_come_back_and_a_changed_file_is_noticed(tmp_path: Path) -> None:
    folder = FolderOfRun(tmp_path)
    folder.keep_questions(EXAM, {"0": 1})
    assert {item.id for item in folder.questions() or []} == {item.id for item in EXAM}
    path = folder.path("questions.binpb")
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(DamagedRunError, match="another run_id"):
        folder.questions()


def knows(scale: float = 1.0) -> Callable[..., list[float | None]]:
    """Pays the right answer; deterministic."""
    golds = {item.id: item.answer.gold for item in EXAM}

    def reward(completions, question_id, **_) -> list[float | None]:
        texts = [item if isinstance(item, str) else item[0]["content"] for item in completions]
        return [scale * float(f" {golds[key]} " in text) for text, key in zip(texts, question_id, strict=True)]

    return reward


def learner(folder: Path, stop_at: int | None = None, reward: Callable[..., object] | None = None) -> FolderLearner:
    calls = iter(range(1, 1000))

    def stopping() -> bool:
        return stop_at is not None and next(calls) >= stop_at

    def make_reward(_: Mapping[str, Question]) -> Callable[..., object]:
        return reward or knows()

    policy, exam = TinyPolicy(hidden=32, warm_up_steps=5), Examination(supervised_steps=5, batch=64)
    return FolderLearner(folder, policy, SMALL, exam, 0, make_reward, stopping, lambda step: None, lambda line: None)


def weights(folder: Path) -> dict[str, np.ndarray]:
    return load_file(folder / "trained" / "model.safetensors")


@pytest.mark.slow
def test_a_run_that_was_stopped_and_resumed_ends_with_the_weights_of_the_unbroken_one(tmp_path: Path) -> None:
    prompts = select(EXAM, DIRECTION).prompts
    outcomes = []
    for name, stops in [("unbroken", [None]), ("broken", [1, 3, None])]:
        folder = tmp_path / name
        for stop in stops:
            one = learner(folder, stop)
            one.prepare(prompts)
            outcomes.append(one.train(prompts))
    assert outcomes == ["completed", "stopped", "stopped", "completed"]
    unbroken, broken = weights(tmp_path / "unbroken"), weights(tmp_path / "broken")
    for name, values in unbroken.items():
        np.testing.assert_allclose(broken[name], values, rtol=0, atol=1e-6, err_msg=name)


@pytest.mark.slow
def test_a_stop_while_rewards_are_waited_for_leaves_no_invented_step(tmp_path: Path) -> None:
    def away(**_: object) -> list[float]:
        raise grpo.StopAskedError

    one = learner(tmp_path, reward=away)
    prompts = select(EXAM, DIRECTION).prompts
    one.prepare(prompts)
    assert one.train(prompts) == "stopped"
    assert not (tmp_path / "metrics.jsonl").exists()
    assert not (tmp_path / "trained").exists()


def gauge(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(f"biorl_rl_trainer_{name}", labels)


@pytest.mark.slow
def test_gauges_say_of_the_last_step_what_the_last_line_of_the_diary_says(tmp_path: Path) -> None:
    def all_but_one(completions, question_id, log_metric, **_) -> list[float | None]:
        log_metric("unscored", 1 / len(completions))
        return [None, *knows(scale=2.0)(completions[1:], question_id[1:])]

    began = time.time()
    prompts = select(EXAM, DIRECTION).prompts
    one = replace(learner(tmp_path, reward=all_but_one), on_step=partial(reached, "measured"))
    one.prepare(prompts)
    assert one.train(prompts) == "completed"
    last = json.loads((tmp_path / "metrics.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    keys = {
        "step": "step",
        "steps": "of",
        "reward": "reward",
        "reward_sd": "reward_std",
        "loss": "loss",
        "grad_norm": "grad_norm",
        "kl": "kl",
        "step_seconds": "step_time",
        "completion_tokens": "completions/mean_length",
        "unscored_share": "unscored",
        "groups_without_spread_share": "frac_reward_zero_std",
    }
    assert {name: gauge(name, run="measured") for name in keys} == {name: last[key] for name, key in keys.items()}
    assert (last["step"], last["of"], last["unscored"]) == (4, 4, 1 / 8)
    assert began <= (gauge("last_step_timestamp_seconds", run="measured") or 0) <= time.time()


@pytest.mark.slow
def test_a_run_whose_first_step_never_comes_is_seen(tmp_path: Path) -> None:
    def away(**_: object) -> list[float]:
        raise grpo.StopAskedError

    began = time.time()
    prompts = select(EXAM, DIRECTION).prompts
    one = replace(learner(tmp_path, reward=away), on_step=partial(reached, "stuck"))
    one.prepare(prompts)
    assert one.train(prompts) == "stopped"
    assert (gauge("step", run="stuck"), gauge("steps", run="stuck")) == (0, 4)
    assert began <= (gauge("last_step_timestamp_seconds", run="stuck") or 0) <= time.time()
    assert gauge("reward", run="stuck") is None


class KnowsHalf:
    """A verifier that has no belief about some readouts."""

    def __init__(self, unknown: set[str]) -> None:
        self.unknown = unknown
        self.times_asked = 0

    def beliefs(self, claims) -> VerifierAnswers:
        self.times_asked += 1
        known = np.array([claim.readout not in self.unknown for claim in claims])
        return VerifierAnswers(np.where(known, 0.7, np.nan), np.where(known, 0.5, np.nan))


class NoDiary:
    def started(self, digest: str, num_questions: int) -> None: ...

    def evaluated(self, stage: str, metrics: dict[str, float]) -> None: ...

    def finished(self, outcome: str, reason: str = "") -> None: ...


def run_of(root: Path, verifier: KnowsHalf) -> TrainingRun:
    feed = publish(root, [*EXAM, *TRAIN])
    return TrainingRun(feed, FolderOfRun(root / "run"), learner(root / "run"), verifier, NoDiary(), DIRECTION)


def test_prompts_on_which_the_verifier_abstains_are_left_out_and_stay_in_the_examination(tmp_path: Path) -> None:
    verifier = KnowsHalf({"G0"})
    materials = run_of(tmp_path, verifier).materialise()
    assert {item.claim.readout for item in materials.prompts} == {"G1", "G2", "G3"}
    assert materials.not_covered == 6
    assert {item.id for item in materials.examination} == {item.id for item in EXAM}


def test_fewer_covered_prompts_than_a_step_takes_are_refused(tmp_path: Path) -> None:
    run = replace(run_of(tmp_path, KnowsHalf({"G0"})), selection=replace(DIRECTION, least=20))
    with pytest.raises(NoQuestionsError, match="18 prompts are left and one step takes 20"):
        run.materialise()


def test_a_resumed_run_keeps_its_prompts_though_the_verifier_has_changed_its_mind(tmp_path: Path) -> None:
    first = run_of(tmp_path, KnowsHalf({"G0"})).materialise()
    changed = KnowsHalf({"G1"})
    assert run_of(tmp_path, changed).materialise() == first
    assert changed.times_asked == 0


def test_a_verifier_that_knows_nothing_of_the_prompts_ends_the_run_with_a_word_of_what_to_look_at(
    tmp_path: Path,
) -> None:
    with pytest.raises(NoQuestionsError, match="abstains on all 24 prompts"):
        run_of(tmp_path, KnowsHalf({"G0", "G1", "G2", "G3"})).materialise()


@pytest.mark.slow
def test_a_whole_run_ends_with_every_row_and_no_gold_answer_ever_reached_the_learner(tmp_path: Path) -> None:
    seen: list[Question] = []
    training = run_of(tmp_path, KnowsHalf(set()))

    class Spy(FolderLearner):
        def logits(self, questions, *, trained):
            seen.extend(questions)
            return super().logits(questions, trained=trained)

    inner = training.learner
    spy = Spy(*(getattr(inner, name) for name in inner.__slots__))
    assert replace(training, learner=spy).run() == "completed"
    evaluation = training.folder.kept("evaluation")
    names = {"policy before", "policy after", "policy with prior", "verifier", "gene frequency", "supervised"}
    assert set(evaluation["rows"]) == names
    assert len(evaluation["null"]["draws"]) == 200
    assert evaluation["rows"]["gene frequency"]["auc"] == 0.5
    assert evaluation["prompts"] == {"asked": 24, "not_covered": 0}
    assert seen
    assert all(item.answer.gold is None for item in seen)


@pytest.mark.slow
def test_a_resumed_run_tells_again_how_good_the_policy_was_before(tmp_path: Path) -> None:
    class Told(NoDiary):
        def __init__(self) -> None:
            self.told: list[tuple[str, dict[str, float]]] = []

        def evaluated(self, stage: str, metrics: dict[str, float]) -> None:
            self.told.append((stage, metrics))

    diary = Told()
    for _ in range(2):
        stopped = learner(tmp_path / "run", stop_at=1)
        assert replace(run_of(tmp_path, KnowsHalf(set())), learner=stopped, diary=diary).run() == "stopped"
    first, second = diary.told
    assert first == second
    assert first[0] == "before"


@pytest.mark.slow
def test_questions_that_nobody_answers_by_yes_or_no_train_a_policy_that_is_not_examined(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    more = replace(
        number_question(), id="of another paper", prompt=(ChatMessage("user", "How many cells were there ?"),)
    )
    feed = publish(tmp_path, [number_question(), more])
    folder = FolderOfRun(tmp_path / "run")
    wanted = Selection(tasks=("literature.extraction",), prompt_splits=("train",))
    policy = learner(tmp_path / "run", reward=lambda completions, **_: [float("4" in text) for text in completions])
    assert TrainingRun(feed, folder, policy, KnowsHalf(set()), NoDiary(), wanted).run() == "completed"
    assert weights(tmp_path / "run")
    assert folder.kept("evaluation") is None
    assert "not examined" in caplog.text


def test_a_run_without_a_fitting_question_ends_with_one_line_that_says_what_was_looked_for(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    publish(tmp_path, EXAM)
    config = Config.model_validate(
        {
            "bus": SqliteBusConfig(path=tmp_path / "bus.sqlite"),
            "rewards": {"target": "localhost:1"},
            "run_dir": tmp_path / "runs",
            "questions": {"tasks": ("perturbation.de",), "quiet_s": 0},
        }
    )
    with pytest.raises(SystemExit) as ended:
        train(config, Life())
    assert ended.value.code == MISUSE
    assert "no question of task perturbation.de" in caplog.text
    assert "Traceback" not in caplog.text


def test_a_second_process_waits_until_the_first_has_left_the_run(tmp_path: Path) -> None:
    hold = (
        "import sys; from pathlib import Path; from biorl.rl_trainer.adapters.run_folder import FolderOfRun\n"
        "folder = FolderOfRun(Path(sys.argv[1])); assert folder.lock(lambda: True)\n"
        "print('held', flush=True); sys.stdin.read()"
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", hold, tmp_path], **pipes) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == b"held\n"
        assert not FolderOfRun(tmp_path).lock(lambda: True), "the run is being worked on"

        def first_is_killed() -> bool:
            first.kill()
            first.wait()
            return False

        assert FolderOfRun(tmp_path).lock(first_is_killed)


def test_a_trainer_that_was_asked_to_stop_does_not_end_like_one_that_is_done(tmp_path: Path) -> None:
    life = Life()
    life.stop()
    bus = SqliteBusConfig(path=tmp_path / "bus.sqlite")
    config = Config(bus=bus, rewards=GrpcClientConfig(target="localhost:1"), run_dir=tmp_path)
    with pytest.raises(SystemExit) as ended:
        train(config, life)
    assert ended.value.code == STOPPED


@pytest.mark.slow
def test_a_loss_that_is_no_number_is_in_the_diary_and_on_the_gauge(tmp_path: Path) -> None:
    def boundless(completions, **_) -> list[float]:
        return [float("inf"), *(0.0 for _ in completions[1:])]

    prompts = select(EXAM, DIRECTION).prompts
    one = replace(learner(tmp_path, reward=boundless), on_step=partial(reached, "boundless"))
    one.prepare(prompts)
    with pytest.raises(RuntimeError, match="probability tensor contains"):  # the next step cannot sample
        one.train(prompts)
    first = json.loads((tmp_path / "metrics.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert not math.isfinite(first["loss"])
    assert not math.isfinite(gauge("loss", run="boundless") or 0.0)
