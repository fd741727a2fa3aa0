"""Wiring of the reward-aggregator."""

import sys

from biorl.chassis.interrupt import interrupt_ends_the_process

with interrupt_ends_the_process():
    from biorl.chassis.config import ConfigError
    from biorl.chassis.life import Life
    from biorl.chassis.process import run_async
    from biorl.reward_aggregator.config import Config


async def aggregate(config: Config, life: Life) -> None:
    import time  # noqa: PLC0415

    from biorl.chassis.bus import open_bus  # noqa: PLC0415 - heavy imports after the configuration
    from biorl.chassis.bus.port import TopicSpec  # noqa: PLC0415
    from biorl.chassis.grpc.server import GrpcService, serve  # noqa: PLC0415
    from biorl.reward_aggregator.adapters import grpc_servicer  # noqa: PLC0415
    from biorl.reward_aggregator.adapters.compositions import load_compositions  # noqa: PLC0415
    from biorl.reward_aggregator.adapters.metrics import PrometheusObserver  # noqa: PLC0415
    from biorl.reward_aggregator.adapters.reward_log import BusRewardLog  # noqa: PLC0415
    from biorl.reward_aggregator.adapters.verdict_cache import LruVerdictCache  # noqa: PLC0415
    from biorl.reward_aggregator.adapters.verifiers import GrpcVerifiers  # noqa: PLC0415
    from biorl.reward_aggregator.domain.composition import InvalidCompositionError  # noqa: PLC0415
    from biorl.reward_aggregator.service import RewardAggregator  # noqa: PLC0415

    try:
        compositions = load_compositions(config.compositions)
    except InvalidCompositionError as error:
        raise ConfigError(str(error)) from error
    if config.default not in compositions:
        raise ConfigError(f"default: no composition {config.default!r}; there are: {', '.join(sorted(compositions))}")
    bus = open_bus(config.bus)
    bus.ensure_topics([TopicSpec(config.rewards_topic)])
    log = BusRewardLog(bus.producer(), config.rewards_topic, config.audit_capacity)
    verifiers = GrpcVerifiers(config.verifier, config.verifiers)
    aggregator = RewardAggregator(
        compositions=compositions,
        default=config.default,
        verifiers=verifiers,
        cache=LruVerdictCache(config.cached_verdicts),
        log=log,
        observer=PrometheusObserver(),
        now_ms=lambda: time.time_ns() // 1_000_000,
    )
    servicer = grpc_servicer.RewardServicer(aggregator)
    service = GrpcService(grpc_servicer.NAME, grpc_servicer.add_to_server, servicer)
    try:
        await serve(config.grpc, [service], life, grpc_servicer.STATUSES)
    finally:
        await verifiers.close()
        log.close(config.audit_drain_s)


def main() -> int:
    """The exit status: 2 for a composition that must not be loaded, or is not there."""
    return run_async("reward-aggregator", Config, aggregate)


if __name__ == "__main__":
    sys.exit(main())
