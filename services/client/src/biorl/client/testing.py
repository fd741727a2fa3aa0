"""A reward service to test a training setup with: real gRPC, scores that you choose, outages when you want them.

with FakeRewardServer(lambda question, completion: 1.0 if "yes" in completion else None) as server:
    RewardFunction(server.target, questions)
"""

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import grpc

from biorl.chassis.config import ConfigError
from biorl.chassis.errors import TryLater
from biorl.chassis.grpc.config import GrpcServerConfig
from biorl.chassis.grpc.server import GrpcService, serve
from biorl.chassis.grpc.statuses import Statuses
from biorl.chassis.life import Life
from biorl.questions.question import Question, require_sealed
from biorl.questions.wire import question_from_wire
from biorl.reward.v1 import reward_pb2 as pb
from biorl.reward.v1.reward_pb2_grpc import RewardServiceServicer, add_RewardServiceServicer_to_server
from biorl.verifier.v1 import verifier_pb2

NAME = "biorl.reward.v1.RewardService"

if TYPE_CHECKING:
    Status = verifier_pb2.Status
else:
    Status = int  # at run time protobuf's enums are no classes
Failure = Exception | Status

Score = Callable[[Question, str], float | None]
"""None abstains."""


class UnknownCompositionError(KeyError):
    """Only the empty name and "default" are known."""


class FakeRewardServer:
    """Serves inside `with`, from a thread of its own. May be stopped and started again: the port stays."""

    def __init__(self, score: Score) -> None:
        self._servicer = _Servicer(score)
        self._port = 0
        self._life = Life()
        self._thread: threading.Thread | None = None

    @property
    def target(self) -> str:
        return f"127.0.0.1:{self._port}"

    @property
    def requests(self) -> Sequence[pb.ScoreRequest]:
        """All that were answered, oldest first."""
        return self._servicer.requests

    def fail_next(self, *errors: Failure) -> None:
        """The next calls fail: with this error, or with this `verifier_pb2.Status` for every completion."""
        self._servicer.failures.extend(errors)

    def reshape(self, change: Callable[[pb.ScoreResponse], None] | None) -> None:
        """Spoils every answer before it leaves; None stops that."""
        self._servicer.change = change

    def start(self) -> None:
        started: Future[int] = Future()
        self._life = Life()
        self._thread = threading.Thread(target=self._run, args=(self._life, started), daemon=True)
        self._thread.start()
        self._port = started.result(timeout=30)

    def stop(self) -> None:
        self._life.stop()
        if self._thread:
            self._thread.join(timeout=30)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self, life: Life, started: "Future[int]") -> None:
        config = GrpcServerConfig(port=self._port, drain_s=1.0)
        service = GrpcService(NAME, add_RewardServiceServicer_to_server, self._servicer)
        statuses: Statuses = {UnknownCompositionError: grpc.StatusCode.NOT_FOUND}
        try:
            asyncio.run(serve(config, [service], life, statuses, started.set_result))
        except ConfigError as error:  # the port is taken: whoever started it wants to know
            started.set_exception(error)


@dataclass
class _Servicer(RewardServiceServicer):
    score: Score
    requests: list[pb.ScoreRequest] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    change: Callable[[pb.ScoreResponse], None] | None = None

    async def Score(self, request: pb.ScoreRequest, context: Any) -> pb.ScoreResponse:  # noqa: N802
        failure = self.failures.pop(0) if self.failures else None
        if isinstance(failure, Exception):
            raise failure
        _require_known(request.composition)
        self.requests.append(request)
        response = pb.ScoreResponse(composition="default", composition_digest="d" * 64)
        for group in request.groups:
            question = question_from_wire(group.question)
            require_sealed(question)
            rewards = [self._reward(question, completion, failure) for completion in group.completions]
            response.groups.append(pb.RewardGroup(rewards=rewards))
        if self.change:
            self.change(response)
        return response

    async def DescribeComposition(  # noqa: N802
        self,
        request: pb.DescribeCompositionRequest,
        context: Any,
    ) -> pb.DescribeCompositionResponse:
        _require_known(request.composition)
        part = pb.PartDescription(name="answer", role="primary", weight=1.0, required=True, judge="fake")
        return pb.DescribeCompositionResponse(name="default", digest="d" * 64, parts=[part], available=["default"])

    def _reward(self, question: Question, completion: str, failure: Status | None) -> pb.Reward:
        number = None if failure else self.score(question, completion)
        status = failure or (verifier_pb2.STATUS_ABSTAINED if number is None else verifier_pb2.STATUS_SCORED)
        reason = "" if number is not None else "verifier_unreachable" if failure else "gene_not_covered"
        source = verifier_pb2.Source(verifier="fake", version="1", digest="d" * 64)
        verdict = verifier_pb2.Verdict(status=status, score=number, reason=reason, source=source)
        part = pb.Part(name="answer", value=number, weight=1.0, verdict=verdict)
        return pb.Reward(reward=number, status=status, reason=reason, parts=[part])


def _require_known(composition: str) -> None:
    if composition not in {"", "default"}:
        raise UnknownCompositionError(f"no composition {composition!r}")


def unreachable() -> TryLater:
    """An error for `fail_next`: the service is away for a moment."""
    return TryLater("the service is away", 0.01)
