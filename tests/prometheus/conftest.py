"""A real Prometheus and its promtool, and what the chart gives to both: alerts, dashboards."""

import json
import re
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from biorl.standalone.runs.ports import free_ports
from tests.charts.conftest import CHART, ROOT, tool

HERE = Path(__file__).parent
BIN = ROOT / ".cache" / "prometheus"
ALERTS = CHART / "alerts" / "biorl.yaml"
DASHBOARDS = sorted((CHART / "dashboards").glob("*.json"))
PATIENCE_S = 60

Promtool = Callable[..., str]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.prometheus)


def fetched(name: str) -> Path:
    return tool(name, BIN, "`make prometheus` fetches it")


@pytest.fixture(scope="session")
def promtool() -> Promtool:
    """Runs it; "" when it is content, else what it says."""
    path = fetched("promtool")

    def run(*arguments: str | Path) -> str:
        done = subprocess.run([path, *arguments], check=False, capture_output=True, text=True)
        return done.stdout + done.stderr if done.returncode else ""

    return run


def alerts() -> list[dict[str, Any]]:
    groups = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


@dataclass(frozen=True)
class Panel:
    """One that shows numbers."""

    dashboard: str
    title: str
    targets: Sequence[dict[str, str]]


def dashboard(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def panels() -> list[Panel]:
    return [
        Panel(path.stem, panel["title"], panel["targets"])
        for path in DASHBOARDS
        for panel in dashboard(path)["panels"]
        if panel["type"] != "row"
    ]


def variables() -> list[str]:
    """What of Prometheus the choices at the top of dashboards are made of."""
    lists = [dashboard(path)["templating"]["list"] for path in DASHBOARDS]
    return [item["definition"] for variables in lists for item in variables if item["type"] == "query"]


def expressions() -> dict[str, str]:
    """All PromQL that the chart brings, by where it stands; variables of dashboards as they are there."""
    found = {f"alert {rule['alert']}": rule["expr"] for rule in alerts()}
    found |= {
        f"{it.dashboard}: {it.title} {target['refId']}": target["expr"] for it in panels() for target in it.targets
    }
    return found | {definition: definition for definition in variables()}


def as_shown(expression: str) -> str:
    """As Grafana asks it where all is chosen."""
    chosen = expression.replace("$__rate_interval", "30s")
    return re.sub(r"\$(namespace|verifier|run)\b", ".*", chosen)


@dataclass
class Prometheus:
    """One that scrapes whatever targets it is told, every second."""

    address: str
    targets: Path
    began_at: float = field(default_factory=time.time)

    def scrape(self, ports: dict[str, int]) -> None:
        """Pods of a namespace "bio", by component."""
        found = [
            {"targets": [f"127.0.0.1:{port}"], "labels": {"namespace": "bio", "pod": f"{name}-0", "component": name}}
            for name, port in ports.items()
        ]
        draft = self.targets.with_suffix(".part")
        draft.write_text(json.dumps(found), encoding="utf-8")
        draft.replace(self.targets)

    def series(self, expression: str) -> list[dict[str, Any]]:
        """What there was of it at any time since the start, in steps of a second."""
        asked = {"query": expression, "start": self.began_at, "end": time.time(), "step": 1}
        found: list[dict[str, Any]] = self._get("query_range", asked)["result"]
        return found

    def broken_rules(self) -> list[str]:
        groups = self._get("rules", {})["groups"]
        rules = [rule for group in groups for rule in group["rules"]]
        return [f"{rule['name']}: {rule['lastError']}" for rule in rules if rule["health"] == "err"]

    def alerts(self, state: str) -> set[str]:
        """Those that were ever firing, or pending."""
        return {item["metric"]["alertname"] for item in self.series(f'ALERTS{{alertstate="{state}"}}')}

    def _get(self, what: str, asked: dict[str, Any]) -> Any:
        address = f"{self.address}/api/v1/{what}?{urllib.parse.urlencode(asked)}"
        with urllib.request.urlopen(address, timeout=30) as answer:  # noqa: S310 - ours
            return json.load(answer)["data"]


@contextmanager
def prometheus(folder: Path) -> Iterator[Prometheus]:
    """On a free port of the loopback address, with the chart's alerts; killed at the end."""
    (port,) = free_ports(1)
    started = Prometheus(f"http://127.0.0.1:{port}", folder / "targets.json")
    started.scrape({})
    configuration = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(ALERTS)],
        "scrape_configs": [{"job_name": "biorl", "file_sd_configs": [{"files": [str(started.targets)]}]}],
    }
    (folder / "prometheus.yml").write_text(yaml.safe_dump(configuration), encoding="utf-8")
    command = [
        fetched("prometheus"),
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
    ]
    with (folder / "prometheus.log").open("wb") as log:
        process = subprocess.Popen([*command, f"--web.listen-address=127.0.0.1:{port}"], stdout=log, stderr=log)
        try:
            _wait_until_ready(started, process)
            yield started
        finally:
            process.kill()
            process.wait()
            print((folder / "prometheus.log").read_text(encoding="utf-8", errors="replace")[-5000:])  # noqa: T201


def _wait_until_ready(started: Prometheus, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        assert process.poll() is None, "Prometheus ended"
        assert time.monotonic() < deadline, "Prometheus did not become ready"
        try:
            urllib.request.urlopen(f"{started.address}/-/ready", timeout=5).close()  # noqa: S310
        except OSError:
            time.sleep(0.1)
        else:
            return
