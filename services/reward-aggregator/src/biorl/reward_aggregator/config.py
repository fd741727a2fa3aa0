"""Settings of the reward-aggregator."""

from pathlib import Path

from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt

from biorl.chassis.bus.config import BusConfig
from biorl.chassis.config import ServiceConfig
from biorl.chassis.grpc.config import GrpcClientConfig, GrpcServerConfig


class Config(ServiceConfig):
    grpc: GrpcServerConfig = GrpcServerConfig()
    bus: BusConfig
    """Where the audit log goes."""
    verifier: GrpcClientConfig
    """The soft-verifier that answers for every verifier without an address of its own."""
    verifiers: dict[str, GrpcClientConfig] = Field(default_factory=dict)
    """Addresses by verifier name."""
    compositions: Path | None = None
    """Folder of *.yaml; they join the shipped ones, or replace one by name."""
    default: str = "default"
    """The composition for requests that name none."""
    cached_verdicts: NonNegativeInt = 200_000
    rewards_topic: str = "biorl.rewards.v1"
    audit_capacity: PositiveInt = 100_000
    """Scored rollouts that may wait for the bus; beyond it the oldest are dropped and counted."""
    audit_drain_s: PositiveFloat = 10.0
    """How long to publish what waits when the process stops."""
