"""Who should hold which partition: even shares, and as few moves as possible. Pure."""

from collections.abc import Mapping, Sequence

from biorl.chassis.bus.port import TopicPartition


def share(
    partitions: Sequence[TopicPartition],
    members: Sequence[str],
    holders: Mapping[TopicPartition, str],
) -> dict[TopicPartition, str]:
    """A member for each partition of one topic; the sizes of the shares differ by at most one.

    A present holder keeps its partitions up to its quota. Nobody gets anything when there are no members.
    """
    if not members:
        return {}
    quotas = _quotas(len(partitions), members, holders)
    shares: dict[TopicPartition, str] = {}
    for place in sorted(partitions):
        holder = holders.get(place)
        if holder is not None and quotas.get(holder, 0) > 0:
            shares[place] = holder
            quotas[holder] -= 1
    takers = [member for member, quota in quotas.items() for _ in range(quota)]
    homeless = [place for place in sorted(partitions) if place not in shares]
    return shares | dict(zip(homeless, takers, strict=True))


def _quotas(count: int, members: Sequence[str], holders: Mapping[TopicPartition, str]) -> dict[str, int]:
    """Even shares; the odd ones go to those who hold most, so that they need not give them up."""
    held = {member: sum(holder == member for holder in holders.values()) for member in members}
    base, odd = divmod(count, len(members))
    by_holding = sorted(members, key=lambda member: (-held[member], member))
    return {member: base + (index < odd) for index, member in enumerate(by_holding)}
