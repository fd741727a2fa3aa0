"""What a run writes down as configuration is what each service's own class reads, unknown keys being errors."""

import importlib
from pathlib import Path

import pytest

from biorl.chassis.config import load_config
from biorl.standalone.runs.configs import write_configs
from biorl.standalone.runs.endpoints import SERVICES, choose
from biorl.standalone.runs.plan import Plan
from biorl.standalone.runs.workspace import workspace

SIMULATED = Plan(task="perturbation.direction", cell_line="SimA")
ON_KAFKA = Plan(task="perturbation.de", cell_line="SimA", bus="kafka", bootstrap_servers="127.0.0.1:9092")


def real_data(tmp_path: Path) -> Plan:
    data = tmp_path / "data"
    for folder in ("perturbqa", "jats", "pubmed"):
        (data / folder).mkdir(parents=True)
    (data / "pubmed" / "pubmed_retractions.tsv.gz").touch()
    return Plan(task="perturbation.direction", cell_line="K562", data=str(data))


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("kind", ["simulated", "kafka", "real"])
def test_every_service_reads_its_configuration(service: str, kind: str, tmp_path: Path) -> None:
    plan = {"simulated": SIMULATED, "kafka": ON_KAFKA}.get(kind) or real_data(tmp_path)
    place = workspace("demo", tmp_path).made()
    endpoints = choose(place)
    write_configs(plan, place, endpoints)
    config_class = importlib.import_module(f"biorl.{service.replace('-', '_')}.config").Config
    config = load_config(config_class, place.config(service), service)
    assert config.http.port == endpoints.http[service]
    if service != "soft-verifier":
        assert config.bus.type == plan.bus


def test_no_two_services_share_a_port(tmp_path: Path) -> None:
    endpoints = choose(workspace("demo", tmp_path).made())
    assert len({*endpoints.http.values(), endpoints.verifier, endpoints.rewards}) == len(SERVICES) + 2
