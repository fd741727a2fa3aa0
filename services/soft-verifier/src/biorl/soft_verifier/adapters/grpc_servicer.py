"""`biorl.verifier.v1.VerifierService` on top of `Verification`.

The arithmetic blocks, so it runs on a bounded pool of threads and the event loop stays free for health checks. A call's
deadline is handed down: what is not judged in time comes back as TIMEOUT a little before the deadline, beside what is.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any, TypeVar

import grpc

from biorl.soft_verifier.adapters.metrics import LATENCY, REQUESTS
from biorl.soft_verifier.adapters.wire import (
    belief_to_wire,
    claim_or_none,
    group_from_wire,
    source_to_wire,
    verdict_to_wire,
    verifier_to_wire,
)
from biorl.soft_verifier.domain.belief import Belief, Status, Verdict
from biorl.soft_verifier.ports import VerifierNotServedError
from biorl.soft_verifier.service import OutOfTime, Verification
from biorl.verifier.v1 import verifier_pb2 as pb
from biorl.verifier.v1 import verifier_pb2_grpc

GRPC_STATUSES: dict[type[Exception], grpc.StatusCode] = {VerifierNotServedError: grpc.StatusCode.NOT_FOUND}
"""How errors of this service leave it."""

KEPT_BACK = 0.1
"""Share of a call's time that is kept for answering."""

Answer = TypeVar("Answer")
Parsed = TypeVar("Parsed")
Context = Any


class VerifierServicer(verifier_pb2_grpc.VerifierServiceServicer):
    def __init__(self, verification: Verification, num_threads: int) -> None:
        self._verification = verification
        self._pool = ThreadPoolExecutor(num_threads, thread_name_prefix="verify")

    async def ListVerifiers(self, request: pb.ListVerifiersRequest, context: Context) -> pb.ListVerifiersResponse:
        del request, context
        return pb.ListVerifiersResponse(verifiers=[verifier_to_wire(item) for item in self._verification.served()])

    async def Verify(self, request: pb.VerifyRequest, context: Context) -> pb.VerifyResponse:
        return await self._run("Verify", request.verifier, context, lambda late: self._verify(request, late))

    async def Predict(self, request: pb.PredictRequest, context: Context) -> pb.PredictResponse:
        return await self._run("Predict", request.verifier, context, lambda late: self._predict(request, late))

    async def _run(self, method: str, verifier: str, context: Context, work: Callable[[OutOfTime], Answer]) -> Answer:
        self._verification.at(verifier)
        started, cancelled = time.monotonic(), Event()
        left = context.time_remaining()
        until = None if left is None else started + left * (1 - KEPT_BACK)

        def out_of_time() -> bool:
            return cancelled.is_set() or (until is not None and time.monotonic() > until)

        try:
            answer = await asyncio.get_running_loop().run_in_executor(self._pool, work, out_of_time)
        except asyncio.CancelledError:
            cancelled.set()
            raise
        finally:  # a call that was given up took its time too
            LATENCY.labels(verifier, method).observe(time.monotonic() - started)
        REQUESTS.labels(verifier, method).inc()
        return answer

    def _verify(self, request: pb.VerifyRequest, out_of_time: OutOfTime) -> pb.VerifyResponse:
        serving = self._verification.at(request.verifier)
        source = source_to_wire(serving.source)
        groups = [group_from_wire(group) for group in request.groups]
        judged = iter(serving.verify(_whole(groups), out_of_time))
        response = pb.VerifyResponse()
        for message, group in zip(request.groups, groups, strict=True):
            verdicts = next(judged) if group else [MALFORMED_QUESTION] * len(message.completions)
            response.groups.add(verdicts=[verdict_to_wire(verdict, source) for verdict in verdicts])
        return response

    def _predict(self, request: pb.PredictRequest, out_of_time: OutOfTime) -> pb.PredictResponse:
        serving = self._verification.at(request.verifier)
        source = source_to_wire(serving.source)
        claims = [claim_or_none(claim) for claim in request.claims]
        believed = iter(serving.predict(_whole(claims), out_of_time))
        beliefs = (next(believed) if claim else MALFORMED_CLAIM for claim in claims)
        return pb.PredictResponse(beliefs=[belief_to_wire(belief, source) for belief in beliefs])

    def close(self) -> None:
        """Lets running calls finish and takes no more."""
        self._pool.shutdown(wait=True)


MALFORMED_QUESTION = Verdict.without_score(Status.INVALID, "malformed_question")
MALFORMED_CLAIM = Belief.invalid("malformed_claim")


def _whole(parsed: Sequence[Parsed | None]) -> list[Parsed]:
    return [item for item in parsed if item is not None]
