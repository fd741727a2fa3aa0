"""For pytest: whether there is a Triton server."""

import pytest
from triton_server import TritonMissingError, installed


def require_triton() -> None:
    """Skips the test that asks where there is none, with the reason."""
    try:
        installed()
    except TritonMissingError as reason:
        pytest.skip(f"no Triton here: {reason}")
