"""Configuration from a file and the environment, and everything that must not pass in silence."""

from pathlib import Path

import pytest
from pydantic import Field, ValidationError

from biorl.chassis.bus.config import BusConfig, KafkaBusConfig, SqliteBusConfig
from biorl.chassis.config import MAX_CONFIG_BYTES, ConfigError, ServiceConfig, env_prefix, load_config
from biorl.chassis.grpc.config import GrpcClientConfig


class Config(ServiceConfig):
    bus: BusConfig = SqliteBusConfig(path=Path("bus.sqlite"))
    verifiers: dict[str, GrpcClientConfig] = Field(default_factory=dict)
    batch: int = 8


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text("batch: 16\nhttp: {port: 9000}\nbus: {type: kafka, bootstrap_servers: 'kafka:9092'}\n")
    return path


def test_the_environment_wins_over_the_file_and_the_file_over_defaults(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIORL_SOFT_VERIFIER__HTTP__PORT", "9001")
    monkeypatch.setenv("BIORL_SOFT_VERIFIER__BUS__BOOTSTRAP_SERVERS", "elsewhere:9092")
    config = load_config(Config, file, "soft-verifier")
    assert (config.batch, config.http.port, config.http.host) == (16, 9001, "127.0.0.1")
    assert config.bus == KafkaBusConfig(bootstrap_servers="elsewhere:9092")


def test_a_mapping_can_be_filled_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIORL_AGGREGATOR__VERIFIERS", '{"exact": {"target": "exact:50051"}}')
    assert load_config(Config, None, "aggregator").verifiers["exact"].target == "exact:50051"


def test_variables_of_other_services_and_of_the_system_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATCH", "1")
    monkeypatch.setenv("BIORL_INGESTER__BATCH", "2")
    monkeypatch.setenv("BIORL_SOFT_VERIFIER_PORT", "tcp://10.0.0.1:50051")  # Kubernetes makes such for every Service
    assert load_config(Config, None, "soft-verifier").batch == 8


@pytest.mark.parametrize(
    ("variable", "named"),
    [("BIORL_INGESTER__BATHC", "BIORL_INGESTER__BATHC"), ("BIORL_INGESTER__HTTP__PROT", "http.prot")],
)
def test_a_misspelt_variable_is_an_error_that_names_it(
    variable: str, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "1")
    with pytest.raises(ConfigError, match=named):
        load_config(Config, None, "ingester")


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("bathc: 1", "bathc"),
        ("http: {prot: 1}", "http.prot"),
        ("http: {port: 70000}", "http.port"),
        ("bus: {type: kafak}", "bus"),
        ("bus: {type: sqlite, path: x, bootstrap_servers: y}", "bootstrap_servers"),
        ("- a list", "keys and values"),
        ("batch: [", "cannot be read"),
        ("batch: \x00", "cannot be read"),
    ],
)
def test_a_file_that_does_not_fit_is_an_error_that_names_the_key(tmp_path: Path, content: str, named: str) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(content)
    with pytest.raises(ConfigError, match=named):
        load_config(Config, file, "ingester")


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("batch: many\nhttp: {port: -1}")
    with pytest.raises(ConfigError) as told:
        load_config(Config, file, "ingester")
    assert "batch" in str(told.value)
    assert "http.port" in str(told.value)


def test_a_file_that_is_no_configuration_is_not_read_whole(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_bytes(b"#" * (MAX_CONFIG_BYTES + 1))
    with pytest.raises(ConfigError, match="larger than"):
        load_config(Config, file, "ingester")


def test_a_configuration_does_not_change(file: Path) -> None:
    config = load_config(Config, file, "ingester")
    with pytest.raises(ValidationError):
        config.batch = 9  # type: ignore[misc]


def test_a_service_name_makes_its_prefix() -> None:
    assert env_prefix("question-generator") == "BIORL_QUESTION_GENERATOR__"
