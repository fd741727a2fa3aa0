"""GPU pods run where the GPUs are, all others elsewhere; what has no place is told."""

from tests.cluster.conftest import SOON_S, Namespace, component, eventually, ready, refusal


def test_world_models_and_the_trainer_run_on_the_gpus_that_they_ask_for_and_nothing_else_does(
    namespace: Namespace,
) -> None:
    namespace.install("gpu")
    placed = {
        ("question-generator", "cpu-0"),
        ("reward-aggregator", "cpu-0"),
        ("soft-verifier-tables", "cpu-0"),
        ("soft-verifier-genes", "mig-0"),
        ("soft-verifier-molecules", "l4-0"),
        ("rl-trainer", "gpu-0"),
    }
    eventually(lambda: {(component(pod), pod["spec"].get("nodeName")) for pod in namespace.pods()} == placed)


def test_helm_fails_when_there_are_too_few_gpus_and_the_cluster_says_so(namespace: Namespace) -> None:
    three_of_two = (
        'softVerifier.pools=[{"name": "genes", "replicas": 3, "verifiers": [{"name": "exact"}],'
        ' "gpu": {"count": 1, "product": "NVIDIA-H200"}}]'
    )
    said = refusal(lambda: namespace.install("minimal", three_of_two, patience_s=SOON_S))
    assert "test-biorl-soft-verifier-genes not ready" in said
    eventually(lambda: len([pod for pod in namespace.pods("soft-verifier-genes") if ready(pod)]) == 2)
    eventually(lambda: "Insufficient nvidia.com/gpu" in namespace.events())
