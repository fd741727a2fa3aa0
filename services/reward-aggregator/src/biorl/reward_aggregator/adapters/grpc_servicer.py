"""RewardService over gRPC: wire in, use case, wire out. Errors become statuses in one table."""

from typing import Any

import grpc

from biorl.chassis.grpc.deadlines import MARGIN_S, remaining_s
from biorl.questions.wire import MalformedMessageError
from biorl.reward.v1 import reward_pb2 as pb
from biorl.reward.v1.reward_pb2_grpc import RewardServiceServicer, add_RewardServiceServicer_to_server
from biorl.reward_aggregator.adapters.wire import description_to_wire, group_from_wire, reward_to_wire
from biorl.reward_aggregator.service import RewardAggregator, UnknownCompositionError

NAME = "biorl.reward.v1.RewardService"
STATUSES = {
    UnknownCompositionError: grpc.StatusCode.NOT_FOUND,
    MalformedMessageError: grpc.StatusCode.INVALID_ARGUMENT,
}
add_to_server = add_RewardServiceServicer_to_server


class RewardServicer(RewardServiceServicer):
    def __init__(self, aggregator: RewardAggregator) -> None:
        self._aggregator = aggregator

    async def Score(self, request: pb.ScoreRequest, context: Any) -> pb.ScoreResponse:
        groups = [group_from_wire(group) for group in request.groups]
        left = remaining_s()
        scored = await self._aggregator.score(
            groups,
            request.composition,
            request.run_id,
            None if left is None else max(0.01, 0.9 * left - 2 * MARGIN_S),
        )
        return pb.ScoreResponse(
            groups=[pb.RewardGroup(rewards=[reward_to_wire(item) for item in given]) for given in scored.rewards],
            composition=scored.composition.name,
            composition_digest=scored.composition.digest,
        )

    async def DescribeComposition(
        self,
        request: pb.DescribeCompositionRequest,
        context: Any,
    ) -> pb.DescribeCompositionResponse:
        composition = self._aggregator.describe(request.composition)
        return description_to_wire(composition, self._aggregator.available())
