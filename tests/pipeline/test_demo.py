"""The main job as a user starts it: five services as processes, to the end, whatever happens to them on the way."""

import re
import signal
import time

import pytest

from biorl.reward.v1 import reward_pb2
from biorl.run.v1 import run_pb2
from biorl.standalone.runs.traffic import DOCUMENTS, QUESTIONS, REWARDS, RUNS, values
from biorl.verifier.v1 import verifier_pb2
from tests.pipeline.conftest import DemoRun, StartDemo

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
STEPS = "12"


@pytest.fixture(scope="module")
def undisturbed(start_demo: StartDemo) -> DemoRun:
    run = start_demo("undisturbed", "--steps", STEPS)
    assert run.wait() == 0, run.said()
    return run


def test_the_demo_ends_with_a_table_and_a_page_that_needs_no_network(undisturbed: DemoRun) -> None:
    said = undisturbed.said()
    for word in ("policy before", "policy after", "verifier", "supervised", "gene frequency", "null, highest of"):
        assert word in said
    page = undisturbed.place.report.read_text(encoding="utf-8")
    assert page.count("<svg") >= 8
    assert not re.search(r"""(src|href)\s*=\s*["'](?!#)""", page.replace("xlink:href", "xlink-href"))


def test_no_question_is_doubled_or_lost_between_bus_and_trainer(undisturbed: DemoRun) -> None:
    counts, taken = undisturbed.questions(), undisturbed.materialised()
    assert counts.num_records == len(counts.ids)
    assert len(taken) == len(set(taken))
    assert set(taken) == standing(undisturbed)


def standing(run: DemoRun) -> frozenset[str]:
    """Ids of the questions that were written and not retired: their key has a value last."""

    def look(bus):
        ends = bus.end_offsets(QUESTIONS)
        last = {record.key: record.value for record in bus.read(dict.fromkeys(ends, 0), ends)}
        return frozenset(key.decode() for key, value in last.items() if value is not None)

    return run.on_bus(look)


def test_papers_that_may_not_be_used_are_refused_each_for_its_reason(undisturbed: DemoRun) -> None:
    page = undisturbed.place.report.read_text(encoding="utf-8")
    papers = len(list((undisturbed.place.organism / "papers").iterdir()))
    refused = ("licence_not_allowed", "licence_unknown", "notice")
    assert undisturbed.count(DOCUMENTS) == papers - len(refused)
    for reason in refused:
        assert reason.replace("_", " ") in page


def test_the_same_command_again_does_no_work_twice(undisturbed: DemoRun, start_demo: StartDemo) -> None:
    before = undisturbed.questions().num_records, undisturbed.count(REWARDS)
    again = start_demo("undisturbed", "--steps", STEPS)
    assert again.wait() == 0, again.said()
    assert (again.questions().num_records, again.count(REWARDS)) == before


def test_any_service_may_be_killed_once_and_the_run_still_completes(
    undisturbed: DemoRun, start_demo: StartDemo
) -> None:
    run = start_demo("killed", "--steps", STEPS)
    run.kill("ingester")
    run.until(lambda: run.count(QUESTIONS) > 0, "a question")
    run.kill("question-generator")
    run.until(lambda: run.step() >= 2, "the second step")
    run.kill("soft-verifier")
    run.until(lambda: run.step() >= 4, "the fourth step")
    run.kill("reward-aggregator")
    run.until(lambda: run.step() >= 6, "the sixth step")
    run.kill("rl-trainer")
    assert run.wait() == 0, run.said()
    assert standing(run) == standing(undisturbed)  # what a retraction took back may never have been written
    taken = run.materialised()
    assert len(taken) == len(set(taken))
    assert set(taken) == set(undisturbed.materialised())
    assert run.said().count("SIGKILL") == 5


def test_while_the_verifier_hangs_no_reward_is_invented_and_training_says_that_it_waits(
    start_demo: StartDemo,
) -> None:
    run = start_demo("hanging", "--steps", STEPS)
    run.until(lambda: run.step() >= 2, "the second step")
    verifier = run.service("soft-verifier")
    assert verifier is not None
    verifier.send_signal(signal.SIGSTOP)
    stopped_at_ms = time.time_ns() // 1_000_000
    try:
        run.until(lambda: "waiting" in events(run), "word that training waits")
        standing_still = run.step()
        time.sleep(3)
        assert run.step() == standing_still
        before, since = told_apart(rewards(run), at_ms=stopped_at_ms + 1000)
        assert verdicts(since) <= verdicts(before)
    finally:
        verifier.send_signal(signal.SIGCONT)
    assert run.wait() == 0, run.said()
    assert run.step() == int(STEPS)


def events(run: DemoRun) -> list[str]:
    found = run.on_bus(lambda bus: [run_pb2.RunEvent.FromString(value) for value in values(bus, RUNS)])
    return [event.WhichOneof("event") for event in found]


def rewards(run: DemoRun) -> list[reward_pb2.ScoredRollout]:
    return run.on_bus(lambda bus: [reward_pb2.ScoredRollout.FromString(value) for value in values(bus, REWARDS)])


def told_apart(
    rollouts: list[reward_pb2.ScoredRollout], at_ms: int
) -> tuple[list[reward_pb2.ScoredRollout], list[reward_pb2.ScoredRollout]]:
    """Scored before, and since; an answer that was on its way when the verifier froze counts as before."""
    return [one for one in rollouts if one.scored_at_ms <= at_ms], [one for one in rollouts if one.scored_at_ms > at_ms]


def verdicts(rollouts: list[reward_pb2.ScoredRollout]) -> set[tuple[str, str, float]]:
    """What the verifier said of which answer. It may be remembered while the verifier is away, but never made up.

    Malformed answers are the policy's own fault and need no verifier; they are paid nothing.
    """
    return {
        (one.question_id, one.completion, part.verdict.score)
        for one in rollouts
        for part in one.reward.parts
        if part.verdict.status == verifier_pb2.STATUS_SCORED and one.reward.reward > 0
    }
