"""For pytest: a Triton server, or the reason why there is none.

Without one the tests are skipped with the reason; they fail instead where BIORL_REQUIRE_TIERS names the tier `triton`.
"""

import os

import pytest
from triton_server import TritonMissingError, installed


def require_triton() -> None:
    """Skips, or fails, the test that asks."""
    try:
        installed()
    except TritonMissingError as reason:
        if "triton" in os.environ.get("BIORL_REQUIRE_TIERS", "").replace(",", " ").split():
            pytest.fail(f"the triton tier is required, but {reason}")
        pytest.skip(f"no Triton here: {reason}")
