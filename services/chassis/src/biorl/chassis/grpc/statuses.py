"""Which status a caller sees for which error: one table a service, joined with what is true for all services."""

from collections.abc import Mapping

import grpc

from biorl.chassis.errors import TryLater, Unprocessable


class OverloadedError(TryLater):
    """The server has as many calls in hand as it takes; another replica, or a moment later, may do."""


Statuses = Mapping[type[Exception], grpc.StatusCode]
"""Looked up by class, then by base class: a subclass needs no entry of its own."""

STATUSES: Statuses = {
    Unprocessable: grpc.StatusCode.INVALID_ARGUMENT,
    TryLater: grpc.StatusCode.UNAVAILABLE,
    OverloadedError: grpc.StatusCode.RESOURCE_EXHAUSTED,
    TimeoutError: grpc.StatusCode.DEADLINE_EXCEEDED,
}


def complete(statuses: Statuses) -> Statuses:
    """The service's own table over the general one."""
    return {**STATUSES, **statuses}


def status_of(error: Exception, statuses: Statuses) -> grpc.StatusCode:
    """INTERNAL for an error that nobody foresaw."""
    return next((statuses[kind] for kind in type(error).__mro__ if kind in statuses), grpc.StatusCode.INTERNAL)


def details_of(error: Exception, status: grpc.StatusCode) -> str:
    """What a caller may read. A bug's message stays at home: it may hold what is not the caller's to see."""
    if status is grpc.StatusCode.INTERNAL:
        return "internal error"
    return str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
