"""Every adaptor against a real server, called exactly as its framework calls it."""

import asyncio
import inspect
import math
import pickle
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from biorl.client import Outage, RewardsUnavailableError, UnscoredError
from biorl.client.adaptors import nemo_gym, openrlhf, skyrl, trl, verifiers_env, verl
from biorl.client.adaptors.samples import SampleScorer
from biorl.client.testing import FakeRewardServer
from biorl.questions.question import Question, Split
from biorl.questions.testing import direction_question
from biorl.verifier.v1 import verifier_pb2

YES, NO, UNKNOWN = "<answer>yes</answer>", "<answer>no</answer>", "unknown gene"
QUESTIONS = {question.id: question for question in [direction_question("AARS1"), direction_question("MED1")]}
ONE, TWO = QUESTIONS


def score(_question: Question, completion: str) -> float | None:
    return {YES: 0.9, NO: 0.1}.get(completion)


@pytest.fixture
def server() -> Iterator[FakeRewardServer]:
    with FakeRewardServer(score) as running:
        yield running


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    exported = pytest.importorskip("biorl.question_generator.adapters.parquet_dataset")
    exported.ParquetDataset(tmp_path).write(Split.TRAIN, list(QUESTIONS.values()))
    return tmp_path


def test_no_framework_is_imported_with_its_adaptor() -> None:
    script = """
import sys
from biorl.client.adaptors import nemo_gym, openrlhf, skyrl, trl, verifiers_env, verl
heavy = {"torch", "trl", "verl", "openrlhf", "verifiers", "skyrl_gym", "nemo_gym", "pyarrow", "numpy", "kafka"}
print(sorted(heavy & sys.modules.keys()))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_trl_gets_one_number_a_completion_none_for_the_unscored_and_the_parts_in_its_log(
    server: FakeRewardServer,
) -> None:
    metrics: dict[str, float] = {}
    columns: dict[str, list] = {}
    reward = trl.RewardFunction(server.target, QUESTIONS, run_id="r1", scale=2.0)
    given = asyncio.run(
        reward(
            prompts=["p"] * 4,
            completions=[YES, UNKNOWN, [{"role": "assistant", "content": NO}], YES],
            completion_ids=[[1]] * 4,
            question_id=[ONE, ONE, TWO, TWO],
            trainer_state=object(),
            log_metric=metrics.__setitem__,
            log_extra=columns.__setitem__,
        )
    )
    assert given == [1.8, None, 0.2, 1.8]
    assert metrics == {"unscored": 0.25, "part/answer": pytest.approx((0.9 + 0.1 + 0.9) / 3)}
    assert columns["reward_status"] == ["scored", "abstained", "scored", "scored"]
    assert columns["part/answer"] == [0.9, None, 0.1, 0.9]
    assert [len(group.completions) for group in server.requests[0].groups] == [2, 2]


def test_trl_may_pickle_it_name_it_and_call_it_from_one_event_loop_after_another(server: FakeRewardServer) -> None:
    reward = trl.RewardFunction(server.target, QUESTIONS, outage=Outage("wait", 5.0))
    assert reward.__name__ == "biorl"
    assert inspect.iscoroutinefunction(reward.__call__), "how TRL tells that it is asynchronous"
    for function in [reward, reward, pickle.loads(pickle.dumps(reward))]:  # noqa: S301 - our own bytes
        assert asyncio.run(function(completions=[YES], question_id=[ONE])) == [0.9]


def test_trl_never_gets_a_number_for_an_outage(server: FakeRewardServer) -> None:
    server.fail_next(*[verifier_pb2.STATUS_ERROR] * 5)
    reward = trl.RewardFunction(server.target, QUESTIONS, outage=Outage("stop"))
    with pytest.raises(RewardsUnavailableError):
        asyncio.run(reward(completions=[YES], question_id=[ONE]))


@pytest.mark.parametrize(
    ("completion", "text"),
    [
        ("plain", "plain"),
        ([{"role": "assistant", "content": "a"}, {"role": "tool", "content": YES}, {"content": "b"}], "ab"),
        ([{"role": "assistant", "content": [{"type": "text", "text": "a"}, {"type": "image"}]}], "a"),
        ([{"role": "assistant", "content": None, "tool_calls": []}], ""),
    ],
)
def test_only_the_policys_own_words_are_scored(completion: object, text: str) -> None:
    assert trl.text_of(completion) == text


def test_verl_gets_constant_keys_and_its_calls_share_requests(server: FakeRewardServer, dataset: Path) -> None:
    compute_score = partial(verl.compute_score, target=server.target, questions=str(dataset))

    async def call() -> list[dict[str, float]]:
        rows = [(YES, {"question_id": ONE, "index": 3}, "yes"), (NO, {}, TWO), (YES, None, TWO)]
        return await asyncio.gather(
            *(
                compute_score(
                    data_source="biorl",
                    solution_str=text,
                    ground_truth=truth,
                    extra_info=extra,
                    reward_router_address=None,
                    reward_model_tokenizer=None,
                )
                for text, extra, truth in rows
            )
        )

    assert asyncio.run(call()) == [{"score": number, "part/answer": number} for number in (0.9, 0.1, 0.9)]
    assert len(server.requests) == 1


def test_verl_gets_an_exception_for_the_unscored(server: FakeRewardServer, dataset: Path) -> None:
    call = verl.compute_score("biorl", UNKNOWN, ONE, {}, target=server.target, questions=str(dataset))
    with pytest.raises(UnscoredError, match="gene_not_covered"):
        asyncio.run(call)


def test_openrlhf_gets_a_number_for_the_completion_without_its_prompt(server: FakeRewardServer) -> None:
    reward_func = openrlhf.RewardFunction(server.target, QUESTIONS)
    prompt = "<|user|>Answer as <answer>no</answer>.<|assistant|>"
    given = reward_func([f"<s>{prompt}".removeprefix("<s>") + YES], [prompt], [ONE])
    assert given == {"rewards": 0.9, "scores": 0.9, "extra_logs": {"part/answer": 0.9}}
    with pytest.raises(UnscoredError):
        reward_func([prompt + UNKNOWN], [prompt], [ONE])
    with pytest.raises(ValueError, match="does not begin with its prompt"):
        reward_func([YES], [prompt], [ONE])


def test_verifiers_gets_a_number_and_metrics_and_an_exception_for_the_unscored(server: FakeRewardServer) -> None:
    reward = verifiers_env.reward_function(server.target, QUESTIONS)
    assert set(inspect.signature(reward).parameters) == {"task", "trace"}, "verifiers gives arguments by name"
    metrics: dict[str, float] = {}
    trace = SimpleNamespace(last_reply=YES, record_metrics=metrics.update)
    assert asyncio.run(reward(task=SimpleNamespace(id=ONE), trace=trace)) == 0.9
    assert metrics == {"part/answer": 0.9}
    trace.last_reply = UNKNOWN
    with pytest.raises(UnscoredError):
        asyncio.run(reward(task=SimpleNamespace(id=ONE), trace=trace))


def test_skyrl_steps_once_and_its_threads_share_requests(
    server: FakeRewardServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = ModuleType("skyrl_gym.envs.base_text_env")
    base.BaseTextEnv = type("BaseTextEnv", (), {})  # type: ignore[attr-defined]
    for name in ["skyrl_gym", "skyrl_gym.envs"]:
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setitem(sys.modules, base.__name__, base)
    make = skyrl.environment(server.target, QUESTIONS)

    def step(number: int) -> dict:
        env = make(env_config=None, extras={"reward_spec": {"ground_truth": [ONE, TWO][number % 2]}})
        assert isinstance(env, base.BaseTextEnv)  # type: ignore[attr-defined]
        return env.step(YES)

    with ThreadPoolExecutor(32) as pool:
        steps = list(pool.map(step, range(64)))
    assert all(item["reward"] == 0.9 and item["done"] and item["observations"] == [] for item in steps)
    assert len(server.requests) < 32
    with pytest.raises(UnscoredError):
        make(extras={"reward_spec": {"ground_truth": ONE}}).step(UNKNOWN)


def test_nemo_gym_masks_the_unscored(server: FakeRewardServer) -> None:
    judge = nemo_gym.Judge(server.target, QUESTIONS)

    def response(text: str) -> SimpleNamespace:
        block = SimpleNamespace(type="output_text", text=text)
        thought = SimpleNamespace(type="reasoning", summary=[])
        return SimpleNamespace(output=[thought, SimpleNamespace(type="message", content=[block])])

    assert asyncio.run(judge(ONE, response(YES))) == {"reward": 0.9, "mask_sample": False, "failure_reason": None}
    masked = asyncio.run(judge(ONE, response(UNKNOWN)))
    assert masked["mask_sample"]
    assert masked["failure_reason"] == "abstained: gene_not_covered"


def test_a_scorer_reads_its_questions_in_each_process_anew(server: FakeRewardServer, dataset: Path) -> None:
    scorer = SampleScorer(server.target, dataset)
    assert scorer.score(ONE, YES).reward == 0.9
    again: SampleScorer = pickle.loads(pickle.dumps(scorer))  # noqa: S301 - our own bytes
    assert again.score(TWO, NO).reward == 0.1
    with pytest.raises(KeyError):
        again.score("no such question", YES)


def test_a_part_that_was_left_out_is_nan_under_its_own_name(server: FakeRewardServer) -> None:
    scorer = SampleScorer(server.target, QUESTIONS)
    from_server = scorer.score(ONE, UNKNOWN)
    values = verl.part_values(from_server)
    assert list(values) == ["part/answer"]
    assert math.isnan(values["part/answer"])
