"""The outside world of the trainer: bus, run folder, policies, TRL, clients. None of it reports to anybody.

TRL tells the Hugging Face Hub of each trainer that it makes, unless this variable is set before the first import of
any of their libraries.
"""

import os

os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
