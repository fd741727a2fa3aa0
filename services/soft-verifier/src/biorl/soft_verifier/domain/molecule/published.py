"""What is published of the same sets, for cards to stand beside: random forests on ECFP, and ADMET-AI.

Both split in their own way, so these are orientation, not a contest on equal terms.

Sources: the leaderboard of MoleculeNet (github.com/deepchem/moleculenet), random forest on 1024-bit ECFP4, test; the
table of github.com/swansonk14/admet_ai (chemprop with RDKit features, on sets of Therapeutics Data Commons).
"""

from typing import Any

_LEADERBOARD, _ADMET = "moleculenet leaderboard, random forest on ECFP4", "ADMET-AI"
PUBLISHED: dict[str, dict[str, Any]] = {
    "BBBP": {_LEADERBOARD: {"auroc": 0.954}, _ADMET: {"auroc": 0.939}},
    "BACE": {_LEADERBOARD: {"auroc": 0.851}},
    "ClinTox": {_LEADERBOARD: {"auroc": 0.783}, _ADMET: {"auroc": 0.870}},
    "SIDER": {_LEADERBOARD: {"auroc": 0.650}},
    "Tox21": {_ADMET: {"auroc": [0.715, 0.925]}},
    "ESOL": {_LEADERBOARD: {"rmse": 1.741}},
    "Lipophilicity": {_LEADERBOARD: {"rmse": 0.962}},
}
"""By the property's family; of several properties their mean, or the least and the most."""
