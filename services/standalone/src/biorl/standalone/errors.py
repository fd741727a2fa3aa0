"""The two ways in which a command ends badly; both are told in one line, without a traceback."""


class BadRequestError(ValueError):
    """The command cannot do what it was asked; the message says what to do instead. Exit status 2."""


class RunFailedError(RuntimeError):
    """The run did not get to its end; the message says where to look. Exit status 1."""
