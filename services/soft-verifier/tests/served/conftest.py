"""The same network behind both doors; `both` runs a test over torch in process and over a real Triton."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]
sys.path[:0] = [str(ROOT / "tools" / "triton"), str(Path(__file__).parent)]

from served_networks import Opened, settings_of, write_torch, write_triton  # noqa: E402 - lies on the path just made
from triton_fixtures import require_triton  # noqa: E402
from triton_server import TritonServer  # noqa: E402

from biorl.soft_verifier.config import BehindConfig, KserveConfig, TorchConfig  # noqa: E402


@pytest.fixture(scope="session")
def triton(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TritonServer]:
    """One for the whole run; leave it alive."""
    require_triton()
    folder = tmp_path_factory.mktemp("triton")
    with TritonServer(write_triton(folder / "models"), folder) as server:
        yield server


@pytest.fixture(params=["torch", pytest.param("triton", marks=pytest.mark.triton)])
def both(request: pytest.FixtureRequest, tmp_path: Path) -> Opened:
    """`both("shift")` and `both("pair")`: the settings of the model's two forms."""
    server = request.getfixturevalue("triton") if request.param == "triton" else None

    def opened(form: str, **settings: object) -> BehindConfig:
        house = (
            {"kserve": KserveConfig(url=server.url, model=form)}
            if server
            else {"torch": TorchConfig(weights=write_torch(form, tmp_path / f"{form}.safetensors"))}
        )
        return settings_of(form, tmp_path, **house | settings)

    return opened
