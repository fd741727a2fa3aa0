"""A training run tells nobody about itself."""

import subprocess
import sys

ASKED = """
import biorl.client.adaptors.trl, biorl.rl_trainer.adapters.grpo
import huggingface_hub.constants
print(huggingface_hub.constants.HF_HUB_DISABLE_TELEMETRY)
"""


def test_hugging_face_libraries_are_told_not_to_report_before_they_are_imported() -> None:
    told = subprocess.run([sys.executable, "-c", ASKED], env={}, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "True"
