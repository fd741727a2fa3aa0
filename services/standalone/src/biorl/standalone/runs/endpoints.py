"""Where the services of a run listen, all on the loop-back address. Kept in the run's folder for other commands."""

import json
from dataclasses import asdict, dataclass

from biorl.standalone.errors import BadRequestError
from biorl.standalone.runs.ports import HOST, free_ports
from biorl.standalone.runs.workspace import Workspace, write_json

SERVICES = ("ingester", "question-generator", "soft-verifier", "reward-aggregator", "rl-trainer")
"""In the order in which data flow through them."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Ports of 127.0.0.1."""

    http: dict[str, int]
    """By service: /metrics, /healthz, /readyz."""
    verifier: int
    """gRPC of the soft-verifier."""
    rewards: int
    """gRPC of the reward-aggregator."""

    def address(self, port: int) -> str:
        return f"{HOST}:{port}"

    def ready_url(self, service: str) -> str:
        return f"http://{HOST}:{self.http[service]}/readyz"


def choose(place: Workspace) -> Endpoints:
    """Fresh ports for this start of the run."""
    ports = free_ports(len(SERVICES) + 2)
    chosen = Endpoints(dict(zip(SERVICES, ports, strict=False)), ports[-2], ports[-1])
    write_json(place.root / "endpoints.json", asdict(chosen))
    return chosen


def read(place: Workspace) -> Endpoints:
    path = place.root / "endpoints.json"
    if not path.is_file():
        msg = f"the run {place.name!r} has not been started; start it with: biorl up --run {place.name}"
        raise BadRequestError(msg)
    return Endpoints(**json.loads(path.read_text(encoding="utf-8")))
