"""The client of world models against a real server: order, sealing, long lists, and absent numbers."""

import asyncio
from collections.abc import Awaitable, Callable

import grpc
import pytest

from biorl.chassis.grpc.server import GrpcService
from biorl.chassis.grpc.testing import running
from biorl.client import BrokenContractError, Group, VerifierClient
from biorl.client.beliefs import CHUNK
from biorl.client.rewards import Outage, RewardsUnavailableError
from biorl.questions.question import PerturbationClaim, Split
from biorl.questions.testing import direction_question
from biorl.verifier.v1 import verifier_pb2 as pb
from biorl.verifier.v1.verifier_pb2_grpc import VerifierServiceServicer, add_VerifierServiceServicer_to_server

SOURCE = pb.Source(verifier="knn", version="3", digest="d")


class FakeVerifier(VerifierServiceServicer):
    """Believes .5 of every readout but one, which it has never seen."""

    def __init__(self, *, spoils: bool = False) -> None:
        self.claims_a_call: list[int] = []
        self.gold_seen: list[bool] = []
        self._spoils = spoils

    async def ListVerifiers(self, request, context):
        verifier = pb.Verifier(source=SOURCE, tasks=["perturbation.de"], card_json="{}", reads_rationale=True)
        return pb.ListVerifiersResponse(verifiers=[verifier])

    async def Predict(self, request, context):
        self.claims_a_call.append(len(request.claims))
        return pb.PredictResponse(beliefs=[self._belief(claim.perturbation.readout) for claim in request.claims])

    async def Verify(self, request, context):
        self.gold_seen += [group.question.answer.HasField("gold") for group in request.groups]
        right = pb.Verdict(status=pb.STATUS_SCORED, score=0.8, baseline=0.5, probability=0.8, answer="yes")
        late = pb.Verdict(status=pb.STATUS_TIMEOUT, reason="deadline")
        groups = [pb.VerdictGroup(verdicts=[right, late][: len(group.completions)]) for group in request.groups]
        return pb.VerifyResponse(groups=groups[:-1] if self._spoils else groups)

    def _belief(self, readout: str) -> pb.Belief:
        if readout == "UNSEEN":
            return pb.Belief(status=pb.STATUS_ABSTAINED, reason="gene_not_covered", source=SOURCE)
        return pb.Belief(status=pb.STATUS_SCORED, probability=0.5, baseline=0.4, source=SOURCE, uncertainty=0.1)


def ask(verifier: FakeVerifier, test: Callable[[VerifierClient], Awaitable[None]]) -> None:
    async def whole() -> None:
        service = GrpcService("biorl.verifier.v1.VerifierService", add_VerifierServiceServicer_to_server, verifier)
        async with running([service]) as server, VerifierClient(server.target) as client:
            await test(client)

    asyncio.run(whole())


def claim(readout: str) -> PerturbationClaim:
    made = direction_question("AARS1", readout).claim
    assert isinstance(made, PerturbationClaim)
    return made


def test_what_a_server_holds_is_listed() -> None:
    async def test(client: VerifierClient) -> None:
        (verifier,) = await client.list_verifiers()
        assert (verifier.name, verifier.version, verifier.tasks) == ("knn", "3", ("perturbation.de",))
        assert verifier.reads_rationale

    ask(FakeVerifier(), test)


def test_a_belief_that_is_not_had_is_none_and_not_one_half() -> None:
    async def test(client: VerifierClient) -> None:
        known, unknown = await client.predict("knn", [claim("ATF4"), claim("UNSEEN")])
        assert (known.probability, known.baseline, known.uncertainty, known.source) == (0.5, 0.4, 0.1, "knn@3")
        assert (unknown.probability, unknown.status, unknown.reason) == (None, "abstained", "gene_not_covered")

    ask(FakeVerifier(), test)


def test_a_long_list_of_claims_goes_in_several_calls() -> None:
    verifier = FakeVerifier()

    async def test(client: VerifierClient) -> None:
        assert len(await client.predict("knn", [claim("ATF4")] * (CHUNK + 5))) == CHUNK + 5

    ask(verifier, test)
    assert verifier.claims_a_call == [CHUNK, 5]


def test_verdicts_come_in_order_and_questions_go_sealed() -> None:
    verifier = FakeVerifier()
    question = direction_question(gold="yes", split=Split.TEST)

    async def test(client: VerifierClient) -> None:
        ((right, late),) = await client.verify("knn", [Group(question, ("<answer>yes</answer>", "..."))])
        assert (right.score, right.baseline, right.answer) == (0.8, 0.5, "yes")
        assert (late.score, late.status, late.reason) == (None, "timeout", "deadline")

    ask(verifier, test)
    assert verifier.gold_seen == [False]


def test_an_answer_of_another_shape_is_an_error() -> None:
    async def test(client: VerifierClient) -> None:
        with pytest.raises(BrokenContractError):
            await client.verify("knn", [Group(direction_question(), ("a",))])

    ask(FakeVerifier(spoils=True), test)


def test_while_nobody_answers_it_waits_as_it_was_told_and_then_gives_up() -> None:
    reasons: list[str] = []

    async def whole() -> None:
        policy = Outage("wait", patience_s=1.0, on_waiting=reasons.append)
        async with VerifierClient("127.0.0.1:1", policy) as client:
            await client.predict("knn", [claim("MYC")])

    with pytest.raises(RewardsUnavailableError, match="the verifier does not answer"):
        asyncio.run(whole())
    assert reasons


class StoppingVerifier(FakeVerifier):
    """Its first call reaches a server that is about to stop, its second the next one."""

    async def Predict(self, request, context):
        if not self.claims_a_call:
            self.claims_a_call.append(0)
            await context.abort(grpc.StatusCode.CANCELLED, "CANCELLED")
        return await super().Predict(request, context)


def test_a_call_that_a_stopping_server_cancelled_is_asked_again() -> None:
    async def whole() -> None:
        verifier = StoppingVerifier()
        service = GrpcService("biorl.verifier.v1.VerifierService", add_VerifierServiceServicer_to_server, verifier)
        async with running([service]) as server, VerifierClient(server.target, Outage("wait", 60.0)) as client:
            (belief,) = await client.predict("knn", [claim("MYC")])
        assert belief.probability == 0.5

    asyncio.run(whole())
