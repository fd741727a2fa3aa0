"""The ways in which a command ends badly; each is told in one line, without a traceback."""

from typing import ClassVar

from biorl.chassis.interrupt import INTERRUPTED


class BadRequestError(ValueError):
    """The command cannot do what it was asked; the message says what to do instead."""

    exit_status: ClassVar[int] = 2


class RunFailedError(RuntimeError):
    """The run did not get to its end; the message says where to look."""

    exit_status: ClassVar[int] = 1


class StoppedError(RunFailedError):
    """Somebody asked the run to stop."""

    exit_status: ClassVar[int] = INTERRUPTED
