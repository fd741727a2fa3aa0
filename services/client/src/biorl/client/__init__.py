"""What a user installs: typed clients of reward and verifier service, coalescing, adaptors for RL frameworks.

Values (`Reward`, `Belief`) are frozen dataclasses; a missing number is None and never 0.
"""

from biorl.client.belief import Belief, Verdict, Verifier
from biorl.client.beliefs import VerifierClient
from biorl.client.blocking import BlockingRewardClient
from biorl.client.coalescer import Coalescer
from biorl.client.outage import Outage, RewardsUnavailableError
from biorl.client.reward import Group, Part, Reward, UnscoredError
from biorl.client.rewards import RewardClient
from biorl.client.wire import BrokenContractError

__all__ = [
    "Belief",
    "BlockingRewardClient",
    "BrokenContractError",
    "Coalescer",
    "Group",
    "Outage",
    "Part",
    "Reward",
    "RewardClient",
    "RewardsUnavailableError",
    "UnscoredError",
    "Verdict",
    "Verifier",
    "VerifierClient",
]
