"""What helm refuses, and how: a value that cannot work is told at install, in words that say what to do."""

import json
import subprocess
import sys
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from tests.charts.conftest import CHART, EXAMPLES, ROOT, Render, values_file

SCHEMA = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
DEFAULTS = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
EXACT = '"verifiers": [{"name": "exact"}]'


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("kafka.bootstrapserver=1", "additional properties 'bootstrapserver' not allowed"),
        ('rewardAggregator.replicas="two"', "at '/rewardAggregator/replicas': got string, want integer"),
        ('image.tag="a b"', "at '/image/tag'"),
        ('kafka.bootstrapServers="kafka"', "at '/kafka/bootstrapServers'"),
        ('softVerifier.defaults.gpu.count="1"', "at '/softVerifier/defaults/gpu/count': got string, want integer"),
        (f'softVerifier.pools=[{{"name": "a", {EXACT}, "gpus": 1}}]', "additional properties 'gpus' not allowed"),
        (
            'softVerifier.pools=[{"name": "a", "verifiers": [{"name": "b", "behind": {"triton": {}}}]}]',
            "additional properties 'triton' not allowed",
        ),
        ("questionGenerator.config.batches=5", "at '/questionGenerator/config': additional properties 'batches'"),
        ('rlTrainer.config.training={"lr": 1}', "at '/rlTrainer/config/training': additional properties 'lr'"),
        ('ingester.config.sources=[{"type": "jatz", "path": "x"}]', "at '/ingester/config/sources/0/type'"),
        ('kafka.settings.linger_ms="5"', "at '/kafka/settings/linger_ms': got string, want integer"),
    ],
)
def test_a_value_that_no_service_knows_is_refused_with_its_place(render: Render, setting: str, said: str) -> None:
    assert said in refusal(render, setting)


@pytest.mark.parametrize(
    "setting",
    ['questionGenerator.config.state="x"', "rlTrainer.config.http.port=1", "rewardAggregator.config.grpc.tls={}"],
)
def test_what_the_chart_sets_by_itself_cannot_be_given(render: Render, setting: str) -> None:
    assert "not allowed" in refusal(render, setting)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (['image.repository=""'], "image.repository is not set"),
        (['kafka.bootstrapServers=""'], "kafka.bootstrapServers is not set"),
        (['kafka.security="sasl"'], "kafka.sasl.passwordSecret"),
        (['kafka.sasl.username="me"'], "set kafka.security=sasl"),
        (['kafka.tls.caSecret="ca"'], "set kafka.security=tls"),
        (["grpc.tls.enabled=true"], "grpc.tls.secretName"),
        (["grpc.tls.mutual=true"], "grpc.tls.enabled=true"),
        (['grpc.token.secretName="t"'], "clear text"),
        (["ingester.enabled=true"], "ingester.config.sources"),
        (["rlTrainer.gpu.count=2"], "uses one GPU"),
        (["rlTrainer.enabled=true", "rewardAggregator.enabled=false"], "rewardAggregator.enabled"),
        ([f'softVerifier.pools=[{{"name": "a", {EXACT}}}, {{"name": "a", {EXACT}}}]'], "two pools are called a"),
        ([f'softVerifier.pools=[{{"name": "a", {EXACT}}}, {{"name": "b", {EXACT}}}]'], "exact is served twice"),
    ],
)
def test_values_that_do_not_go_together_are_refused(render: Render, settings: list[str], said: str) -> None:
    assert said in refusal(render, *settings)


def test_all_that_is_missing_is_told_at_once(render: Render) -> None:
    told = refusal(render, 'image.repository=""', 'kafka.bootstrapServers=""')
    assert "image.repository" in told
    assert "kafka.bootstrapServers" in told


def test_a_name_that_kubernetes_would_refuse_is_refused_here(render: Render) -> None:
    assert "set fullnameOverride" in refusal(render, f'fullnameOverride="{"n" * 60}"')


def refusal(render: Render, *settings: str) -> str:
    with pytest.raises(subprocess.CalledProcessError) as refused:
        render("minimal", *settings)
    said: str = refused.value.stderr
    return said


@pytest.mark.parametrize("example", EXAMPLES)
def test_each_example_fits_the_schema(example: str) -> None:
    Draft202012Validator(SCHEMA).validate(yaml.safe_load(values_file(example).read_text(encoding="utf-8")))


def test_the_schema_knows_exactly_the_values_that_there_are() -> None:
    """By hand on both sides, so they are held together here; what pools add to the defaults is said in the schema."""
    assert undocumented(DEFAULTS, SCHEMA) == []


def undocumented(values: dict[str, Any], schema: dict[str, Any], place: str = "") -> list[str]:
    known = resolved(schema).get("properties", {})
    if not known or resolved(schema).get("additionalProperties") is not False or "$ref" in schema:
        return []
    strange = sorted((values.keys() ^ known.keys()) - {"global"})
    below = [(values[key], known[key], f"{place}/{key}") for key in values.keys() & known.keys()]
    return [f"{place}/{key}" for key in strange] + [
        found for value, part, there in below if isinstance(value, dict) for found in undocumented(value, part, there)
    ]


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").removeprefix("#/$defs/")
    found: dict[str, Any] = SCHEMA["$defs"][name] if name else schema
    return found


def test_the_schema_follows_from_the_configuration_classes() -> None:
    checked = [sys.executable, ROOT / "tools" / "chart_schema.py", "--check"]
    done = subprocess.run(checked, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
