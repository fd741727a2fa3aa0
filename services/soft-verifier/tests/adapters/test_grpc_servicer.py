"""The service over real gRPC: one answer for each thing asked, failures as statuses, deadlines honoured."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import grpc
import pytest
from prometheus_client import REGISTRY

from biorl.questions.question import Split
from biorl.questions.testing import direction_question
from biorl.questions.wire import claim_to_wire, question_to_wire
from biorl.soft_verifier.adapters.grpc_servicer import VerifierServicer
from biorl.soft_verifier.adapters.metrics import Metrics
from biorl.soft_verifier.domain.belief import Belief, Source
from biorl.soft_verifier.ports import VerifierNotServedError
from biorl.soft_verifier.service import BATCH, Choice, Served, Verification, load
from biorl.soft_verifier.testing import Fixed, MemoryArtifacts, annotation, claim, gene, screen
from biorl.soft_verifier.training import train
from biorl.soft_verifier.verifiers import VERIFIERS
from biorl.verifier.v1 import verifier_pb2 as pb
from biorl.verifier.v1 import verifier_pb2_grpc

YES, NO = "<answer>yes</answer>", "<answer>no</answer>"


@asynccontextmanager
async def connected(served: list[Served]) -> AsyncIterator[verifier_pb2_grpc.VerifierServiceStub]:
    servicer = VerifierServicer(Verification(served, Metrics()), num_threads=2)
    server = grpc.aio.server()
    verifier_pb2_grpc.add_VerifierServiceServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield verifier_pb2_grpc.VerifierServiceStub(channel)
    finally:
        await server.stop(None)
        servicer.close()


def trained() -> list[Served]:
    store = MemoryArtifacts()
    for name in ("experiment", "perturbation-knn"):
        train(name, screen(), annotation(), store)
    return load([Choice("exact"), Choice("experiment"), Choice("perturbation-knn")], VERIFIERS, store)


def group(perturbed: str, *completions: str, split: Split = Split.TRAIN) -> pb.Group:
    question = replace(direction_question(split=split), task="perturbation.de", claim=claim(perturbed))
    return pb.Group(question=question_to_wire(question), completions=completions)


def test_a_batch_is_answered_in_order_with_its_source() -> None:
    async def scenario() -> None:
        async with connected(trained()) as stub:
            request = pb.VerifyRequest(
                verifier="perturbation-knn",
                groups=[
                    group(gene(0, 9), YES, NO, "nonsense"),
                    group("NOBODY", YES),
                    group(gene(0, 9), YES, split=Split.TEST),
                    pb.Group(completions=[YES, NO]),
                    pb.Group(question=question_to_wire(direction_question())),
                ],
            )
            response = await stub.Verify(request)
            statuses = [[verdict.status for verdict in judged.verdicts] for judged in response.groups]
            reasons = [judged.verdicts[-1].reason for judged in response.groups if judged.verdicts]
            assert statuses == [
                [pb.STATUS_SCORED] * 3,
                [pb.STATUS_ABSTAINED],
                [pb.STATUS_INVALID],
                [pb.STATUS_INVALID] * 2,
                [],
            ]
            assert reasons == ["no_answer_tag", "gene_not_covered", "held_out_gold", "malformed_question"]
            yes, no, nonsense = response.groups[0].verdicts
            assert yes.score + no.score == pytest.approx(1)
            assert yes.score > yes.baseline
            assert (nonsense.score, nonsense.HasField("score")) == (0, True)
            assert yes.source.verifier == "perturbation-knn"
            assert yes.source.version == "1"

    asyncio.run(scenario())


def test_bare_claims_get_beliefs() -> None:
    async def scenario() -> None:
        async with connected(trained()) as stub:
            claims = [
                claim_to_wire(claim(gene(0, 9))),
                pb.PredictRequest().claims.add(),
                claim_to_wire(claim("NOBODY")),
            ]
            response = await stub.Predict(pb.PredictRequest(verifier="perturbation-knn", claims=claims))
            assert [belief.reason for belief in response.beliefs] == ["", "malformed_claim", "gene_not_covered"]
            assert response.beliefs[0].probability > 0.5

    asyncio.run(scenario())


def test_verifiers_are_listed_with_their_cards() -> None:
    async def scenario() -> None:
        async with connected(trained()) as stub:
            listed = (await stub.ListVerifiers(pb.ListVerifiersRequest())).verifiers
            cards = {item.source.verifier: item.card_json for item in listed}
            assert cards["exact"] == ""
            assert '"auc_per_gene"' in cards["perturbation-knn"]
            assert list(listed[0].tasks) == ["*"]

    asyncio.run(scenario())


class Slow(Fixed):
    """Takes its time over each batch, and says when it has begun."""

    def __init__(self) -> None:
        super().__init__(Belief.scored(0.7))
        self.begun = threading.Event()

    def believe(self, claims):
        self.begun.set()
        time.sleep(0.05)
        return super().believe(claims)


class Hurried:
    """The context of a call that has half a second left, by its own account; no client gives up meanwhile."""

    def time_remaining(self) -> float:
        return 0.5


def test_a_deadline_brings_back_what_was_judged_and_time_outs_for_the_rest() -> None:
    servicer = VerifierServicer(Verification([Served(Source("slow", "1", "0"), Slow())], Metrics()), num_threads=1)
    groups = [group(f"G{number}", YES) for number in range(20 * BATCH)]
    response = asyncio.run(servicer.Verify(pb.VerifyRequest(verifier="slow", groups=groups), Hurried()))
    statuses = [judged.verdicts[0].status for judged in response.groups]
    first_late = statuses.index(pb.STATUS_TIMEOUT)
    assert first_late >= BATCH
    assert statuses == [pb.STATUS_SCORED] * first_late + [pb.STATUS_TIMEOUT] * (len(groups) - first_late)
    servicer.close()


def test_a_caller_that_hangs_up_frees_the_thread() -> None:
    async def scenario() -> None:
        model = Slow()
        async with connected([Served(Source("slow", "1", "0"), model)]) as stub:
            groups = [group(f"G{number}", YES) for number in range(50 * BATCH)]
            call = stub.Verify(pb.VerifyRequest(verifier="slow", groups=groups))
            waiting = asyncio.ensure_future(call)
            await asyncio.to_thread(model.begun.wait)
            waiting.cancel()
            await stub.Predict(pb.PredictRequest(verifier="slow", claims=[claim_to_wire(claim("A"))]), timeout=5)
        assert len(model.asked) < 25 * BATCH

    asyncio.run(scenario())


def test_an_unknown_verifier_is_an_error_of_the_call() -> None:
    servicer = VerifierServicer(Verification([], Metrics()), num_threads=1)
    with pytest.raises(VerifierNotServedError, match="'nobody' is served here"):
        asyncio.run(servicer.Verify(pb.VerifyRequest(verifier="nobody"), context=None))


def counted(status: str, reason: str) -> float:
    labels = {"verifier": "counted", "status": status, "reason": reason}
    return REGISTRY.get_sample_value("biorl_soft_verifier_verdicts_total", labels) or 0


def test_verdicts_are_counted_by_status_and_reason() -> None:
    async def scenario() -> None:
        async with connected([Served(Source("counted", "1", "0"), Fixed(Belief.scored(0.7)))]) as stub:
            await stub.Verify(pb.VerifyRequest(verifier="counted", groups=[group("A", YES, NO, "nonsense")]))

    asyncio.run(scenario())
    assert (counted("scored", ""), counted("scored", "no_answer_tag")) == (2, 1)
