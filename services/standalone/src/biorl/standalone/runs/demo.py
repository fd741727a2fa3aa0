"""The main job, end to end: sources in, questions, a world model, rewards, a trained policy, its evaluation, a report.

Every stage is done by a service in a process of its own; this module only starts them, waits and shows. Whatever is
killed is started again, and a run that was stopped goes on where it was, because every stage keeps what it did.
"""

from collections.abc import Callable
from dataclasses import dataclass

from biorl.standalone.report.render import write_report
from biorl.standalone.runs import endpoints as ports
from biorl.standalone.runs.board import Board
from biorl.standalone.runs.configs import TRAINING_RUN, annotation_folder, write_configs
from biorl.standalone.runs.endpoints import Endpoints
from biorl.standalone.runs.plan import Plan
from biorl.standalone.runs.processes import job, service
from biorl.standalone.runs.reading import facts_of, last_step, refused_and_taken
from biorl.standalone.runs.traffic import DOCUMENTS, EFFECTS, QUESTIONS, RETRACTIONS, REWARDS, Traffic, opened
from biorl.standalone.runs.waiting import Watch
from biorl.standalone.runs.workspace import Workspace, write_json
from biorl.standalone.supervisor.interruption import Interruption
from biorl.standalone.supervisor.supervisor import Supervisor

GENERATOR_GROUP = "question-generator"
TRAINABLE = ("experiment", "perturbation-knn")
QUIET_S = 3.0
"""No new message for so long, and no lag: the stage is over."""


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
        self.watch.until(self._settled(), "reading the sources and writing the questions", 3600)
        self.board.end(self._count())

    def _count(self) -> str:
        documents, effects, questions = (self.traffic.count(topic) for topic in (DOCUMENTS, EFFECTS, QUESTIONS))
        return f"{documents} papers, {effects} perturbations, {questions} questions"

    def _settled(self) -> Callable[[], bool]:
        """True once the ingester has seen every source, and the generator everything that came of them."""
        import time  # noqa: PLC0415

        state: dict[str, object] = {"seen": None, "since": time.monotonic()}

        def is_settled() -> bool:
            self.board.count(self._count())
            seen = (self._count(), refused_and_taken(self.place))
            if seen != state["seen"]:
                state.update(seen=seen, since=time.monotonic())
            lag = sum(self.traffic.lag(GENERATOR_GROUP, topic) for topic in (DOCUMENTS, EFFECTS, RETRACTIONS))
            quiet = time.monotonic() - float(str(state["since"])) >= QUIET_S
            ready = self.supervisor.is_ready("ingester") and self.traffic.count(QUESTIONS) > 0
            return quiet and ready and lag == 0

        return is_settled

    def _world_model(self) -> None:
        self.board.begin("train the world model")
        folder = str(annotation_folder(self.plan, self.place))
        for name in TRAINABLE:
            if not any((self.place.artifacts / name).glob("*/card.json")):
                self._job(
                    f"train-{name}", "verifier", "train", name, "--run", self.place.name, "--annotation", folder,
                    "--runs", str(self.place.root.parent),
                )  # fmt: skip
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
        if step := last_step(self.place, TRAINING_RUN):
            self.board.count(f"step {step.number}, reward {step.reward:.3f}", step.number, self.plan.steps)
        return self.supervisor.is_finished("rl-trainer")


def run_demo(plan: Plan, place: Workspace, board: Board, interruption: Interruption) -> None:
    """Runs until the report is written. Raises RunFailedError, StoppedError; everything is stopped in any case."""
    endpoints = ports.choose(place.made())
    write_configs(plan, place, endpoints)
    supervisor = Supervisor(board.tell)
    with opened(plan, place) as bus:
        demo = Demo(plan, place, board, supervisor, Watch(supervisor, interruption), Traffic(bus), endpoints)
        try:
            demo.run()
        finally:
            supervisor.stop(lambda: interruption.asked_to_hurry)
            _keep_usage(place, supervisor)
        write_report(facts_of(plan, place, bus), place.report)


def _keep_usage(place: Workspace, supervisor: Supervisor) -> None:
    """Adds what this start took to what earlier starts of the run took."""
    import json  # noqa: PLC0415
    from dataclasses import asdict  # noqa: PLC0415

    from biorl.standalone.supervisor.process import Usage  # noqa: PLC0415

    before = json.loads(place.usage.read_text(encoding="utf-8")) if place.usage.is_file() else {}
    total = {name: Usage(**values) for name, values in before.items()}
    for name, used in supervisor.usage.items():
        total.setdefault(name, Usage()).add(used)
    write_json(place.usage, {name: asdict(used) for name, used in total.items()})
