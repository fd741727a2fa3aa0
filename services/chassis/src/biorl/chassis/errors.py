"""Two families of failure that a service may raise on purpose; anything else is a bug and crashes the process.

Domain and service code raises plain ValueErrors with names of its own; an adapter turns them into one of these at the
edge. The consume loop (`biorl.chassis.bus.worker`) acts on them.
"""


class Unprocessable(ValueError):  # noqa: N818 - named for what to do, like arroyo's InvalidMessage
    """This message will never be processed: it goes to the dead-letter topic with the reason, and work goes on."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TryLater(RuntimeError):  # noqa: N818
    """A dependency is away or full: nothing is committed, consumption pauses, and the same work is tried again."""

    def __init__(self, reason: str, after_s: float = 1.0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after_s = after_s
