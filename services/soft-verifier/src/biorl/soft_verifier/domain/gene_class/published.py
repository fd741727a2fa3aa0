"""What is published of the same classes, for cards to stand beside.

Source: github.com/yiqunchen/GenePT (notebook gene_level_task_table_1), GenePT embeddings, 5-fold AUROC. Its lists hold
some genes twice (107 bivalent rows are 96 genes), and a repeated gene can be on both sides of a fold; ours hold each
once.
"""

from typing import Any

PUBLISHED: dict[str, dict[str, Any]] = {
    "dosage-sensitive": {"logistic_regression": 0.889, "random_forest": 0.899},
    "bivalent-not-unmethylated": {"logistic_regression": 0.912, "random_forest": 0.922},
    "bivalent-not-lys4-only": {"logistic_regression": 0.941, "random_forest": 0.952},
    "long-range-tf": {"logistic_regression": 0.726, "random_forest": 0.635},
}
