"""The main job, end to end: sources in, questions, a world model, rewards, a trained policy, its evaluation, a report.

Every stage is done by a service in a process of its own; this module only starts them, waits and shows. Whatever is
killed is started again, and a run that was stopped goes on where it was, because every stage keeps what it did.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from biorl.standalone.errors import StoppedError
from biorl.standalone.report.render import write_report
from biorl.standalone.runs import endpoints as ports
from biorl.standalone.runs.board import Board
from biorl.standalone.runs.configs import TRAINING_RUN, WORLD_MODEL, annotation_folder, write_configs
from biorl.standalone.runs.endpoints import Endpoints
from biorl.standalone.runs.plan import Plan
from biorl.standalone.runs.processes import BROKER, broker, job, service
from biorl.standalone.runs.reading import facts_of, last_step
from biorl.standalone.runs.traffic import (
    DOCUMENTS,
    EFFECTS,
    GENERATOR_GROUP,
    GENERATOR_TOPICS,
    QUESTIONS,
    REWARDS,
    Traffic,
    opened,
)
from biorl.standalone.runs.waiting import Watch
from biorl.standalone.runs.workspace import Workspace, write_json
from biorl.standalone.supervisor.interruption import Interruption
from biorl.standalone.supervisor.process import Usage, why_not_ready
from biorl.standalone.supervisor.supervisor import Supervisor

TRAINABLE = ("experiment", WORLD_MODEL)


@dataclass(slots=True)
class Demo:
    plan: Plan
    place: Workspace
    board: Board
    supervisor: Supervisor
    watch: Watch
    traffic: Traffic
    endpoints: Endpoints

    def run(self) -> None:
        self._sources()
        self._questions()
        self._world_model()
        self._policy()

    def _start(self, *names: str) -> None:
        for name in names:
            self.supervisor.start(service(name, self.place, self.endpoints))

    def _job(self, name: str, *arguments: str) -> None:
        self.supervisor.start(job(name, self.place, *arguments))
        self.watch.until(lambda: self.supervisor.is_finished(name), name, 1800)

    def _sources(self) -> None:
        if not self.plan.is_simulated or (self.place.organism / "truth.json").is_file():
            return
        self.board.begin("simulate an organism")
        size = ["--tiny"] if self.plan.organism == "tiny" else []
        self._job("simulate", "simulate", "--out", str(self.place.organism), "--seed", str(self.plan.seed), *size)
        self.board.end(f"seed {self.plan.seed}")

    def _questions(self) -> None:
        self.board.begin("read and ask")
        self._start("ingester", "question-generator")
        self.watch.until(self._settled, "reading the sources and writing the questions", 3600)
        self.board.end(self._count())

    def _count(self) -> str:
        documents, effects, questions = (self.traffic.count(topic) for topic in (DOCUMENTS, EFFECTS, QUESTIONS))
        return f"{documents} papers, {effects} perturbations, {questions} questions"

    def _settled(self) -> bool:
        """The ingester is ready once every source is in; the generator has come after it when its lag is zero."""
        self.board.count(self._count())
        if not (self.supervisor.is_ready("ingester") and self.supervisor.is_ready("question-generator")):
            return False
        return all(self.traffic.lag(GENERATOR_GROUP, topic) == 0 for topic in GENERATOR_TOPICS)

    def _world_model(self) -> None:
        self.board.begin("train the world model")
        folder = str(annotation_folder(self.plan, self.place))
        for name in TRAINABLE:
            if not any((self.place.artifacts / name).glob("*/card.json")):
                self._job(
                    f"train-{name}", "verifier", "train", name, "--run", self.place.name, "--annotation", folder,
                    "--runs", str(self.place.root.parent),
                )  # fmt: skip
        if not self.place.belief_quality.is_file():
            self._job("evaluate-verifier", "verifier", "evaluate", WORLD_MODEL, "--run", self.place.name,
                      "--runs", str(self.place.root.parent), "--out", str(self.place.belief_quality))  # fmt: skip
        self.board.end(", ".join(TRAINABLE))
        self.board.begin("serve it")
        self._start("soft-verifier", "reward-aggregator")
        self.watch.until(
            lambda: all(self.supervisor.is_ready(name) for name in ("soft-verifier", "reward-aggregator")),
            "starting the verifier and the reward-aggregator",
            120,
        )
        self.board.end(f"gRPC on {self.endpoints.address(self.endpoints.rewards)}")

    def _policy(self) -> None:
        self.board.begin("train the policy")
        self._start("rl-trainer")
        self.watch.until(self._trained, "training the policy", 6 * 3600)
        self.board.end(f"{self.plan.steps} steps, {self.traffic.count(REWARDS)} rollouts in the audit log")

    def _trained(self) -> bool:
        if self.supervisor.is_finished("rl-trainer"):
            return True
        step = last_step(self.place, TRAINING_RUN)
        waits = why_not_ready(self.endpoints.ready_url("rl-trainer"))
        if waits:
            self.board.count(f"[yellow]waiting: {waits}[/yellow]")
        elif step:
            self.board.count(f"step {step.number}, reward {step.reward:.3f}", step.number, self.plan.steps)
        return False


def run_demo(plan: Plan, place: Workspace, board: Board, interruption: Interruption) -> None:
    """Runs until the report is written. Raises RunFailedError, StoppedError; everything is stopped in any case."""
    endpoints = ports.choose(place.made())
    write_configs(plan, place, endpoints)
    supervisor = Supervisor(board.tell)
    watch = Watch(supervisor, interruption)
    before = used_before(place)
    try:
        if plan.own_broker:
            _start_broker(plan, place, board, supervisor, watch)
        with opened(plan, place) as bus:
            Demo(plan, place, board, supervisor, watch, Traffic(bus), endpoints).run()
            board.begin("report")
            supervisor.stop(lambda: interruption.asked_to_hurry, but=BROKER)
            keep_usage(place, before, supervisor)
            write_report(facts_of(plan, place, bus), place.report)
            board.end(str(place.report))
    except StoppedError:
        board.tell("stopping, which can take a minute; Ctrl-C again for at once")
        raise
    finally:
        supervisor.stop(lambda: interruption.asked_to_hurry)
        keep_usage(place, before, supervisor)


def _start_broker(plan: Plan, place: Workspace, board: Board, supervisor: Supervisor, watch: Watch) -> None:
    board.begin("start Kafka")
    supervisor.start(broker(place, plan.bootstrap_servers))
    watch.until(lambda: supervisor.is_ready(BROKER), "starting the Kafka broker", 120)
    board.end(plan.bootstrap_servers)


def used_before(place: Workspace) -> dict[str, Usage]:
    """What earlier starts of the run took from the machine, by process."""
    content = json.loads(place.usage.read_text(encoding="utf-8")) if place.usage.is_file() else {}
    return {name: Usage(**values) for name, values in content.items()}


def keep_usage(place: Workspace, before: Mapping[str, Usage], supervisor: Supervisor) -> None:
    """Writes down what all starts took so far. Called again, it says the same or more, and counts nothing twice."""
    total = {name: replace(used) for name, used in before.items()}
    for name, used in supervisor.usage.items():
        total.setdefault(name, Usage()).add(used)
    write_json(place.usage, {name: asdict(used) for name, used in total.items()})
