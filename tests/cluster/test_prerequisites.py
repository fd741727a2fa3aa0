"""k8s/README.md as one follows it: what must exist before is taken by the API server, and the chart fits it.

Kafka is left out: its kinds are Strimzi's, whose definitions are in no Go module.
"""

from collections.abc import Iterator

import pytest
from control_plane import ControlPlane

from tests.charts.conftest import CHART, ROOT
from tests.cluster.conftest import Namespace, component, define, eventually, new_namespace, ready, refusal

BEFORE = ROOT / "k8s"


@pytest.fixture(scope="module")
def biorl(cluster: ControlPlane) -> Iterator[Namespace]:
    """The namespace that the manifests name, on a cluster that knows cert-manager's kinds."""
    define(cluster, "cert-manager", "certificates.cert-manager.io", "issuers.cert-manager.io")
    with new_namespace(cluster, "biorl") as made:
        yield made


def test_certificates_are_what_cert_manager_defines(biorl: Namespace) -> None:
    manifest = (BEFORE / "certificates.yaml").read_text(encoding="utf-8")
    said = refusal(lambda: biorl.kubectl("apply", "-f", "-", given=manifest.replace("dnsNames:", "dnsName:")))
    assert 'unknown field "spec.dnsName"' in said
    biorl.kubectl("apply", "-f", BEFORE / "certificates.yaml")


def test_a_pod_of_the_gpu_check_gets_a_gpu_and_ends(biorl: Namespace) -> None:
    biorl.kubectl("apply", "-f", BEFORE / "gpu-check.yaml")
    biorl.kubectl("wait", "job/gpu-check", "--for=condition=Complete", "--timeout=60s")
    (pod,) = biorl.all("pods", "--selector=job-name=gpu-check")
    assert pod["spec"]["nodeName"] == "gpu-0"


def test_the_chart_installs_on_what_was_made_before(biorl: Namespace) -> None:
    biorl.kubectl("apply", "-f", BEFORE / "world-models.yaml")
    biorl.kubectl("wait", "pod/world-models", "--for=condition=Ready", "--timeout=60s")
    biorl.kubectl("delete", "pod", "world-models", "--timeout=60s")
    biorl.helm("install", "biorl", CHART, "-f", BEFORE / "values.yaml", "--wait", "--timeout=60s")
    pods = eventually(lambda: biorl.all("pods", "--selector=app.kubernetes.io/instance=biorl"))
    assert {component(pod) for pod in pods} == {"question-generator", "reward-aggregator", "soft-verifier-tables"}
    assert all(ready(pod) for pod in pods)
    assert "Phase:          Succeeded" in biorl.helm("test", "biorl", "--timeout=60s")
