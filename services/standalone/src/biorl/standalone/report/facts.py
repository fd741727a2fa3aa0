"""All that a report says, as plain values. `reading` fills them from a run's folder, `plots` and `render` show them.

None and empty mean "not known"; a report leaves such a part out and never fills it with a guess.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

ROWS_IN_WORDS = (
    "“policy with prior”: the policy's log-odds with each readout gene's base rate added; “supervised”: the policy "
    "before training, taught the verifier's beliefs on the same prompts by cross-entropy; “gene frequency”: how often "
    "each readout gene responds, whatever is perturbed."
)
"""Of those rows of the evaluation table whose names do not say it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the evaluation table: somebody's answers to the held-out questions."""

    name: str
    """"policy before", "policy after", "policy with prior", "verifier", "gene frequency", "supervised"."""
    auc: float | None = None
    """Mean over readout genes of the area under the ROC curve within the gene."""
    low: float | None = None
    """Lower end of the 95% interval."""
    high: float | None = None
    num_genes: int | None = None
    p_value: float | None = None
    """Against the perturbation-level null."""
    spread: float | None = None
    """Standard deviation of P(yes); near zero, all sampled answers look alike."""
    pooled_f1: float | None = None
    pooled_mcc: float | None = None
    per_gene: tuple[float, ...] = ()
    """AUC of each gene, where it was kept."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Answers to the held-out questions, before and after training, and what to hold them against."""

    rows: tuple[Row, ...] = ()
    null: tuple[float, ...] = ()
    """AUC of each draw of one random score a perturbation."""
    share_of_lift: float | None = None
    """(policy - .5) / (verifier - .5)."""
    num_questions: int | None = None
    leakage: tuple[str, ...] = ()
    """Sentences of the leakage report."""

    def row(self, name: str) -> Row | None:
        return next((row for row in self.rows if row.name == name), None)

    @property
    def null_max(self) -> float | None:
        return max(self.null) if self.null else None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of training, as the trainer logged it."""

    number: int
    reward: float
    """Mean over the rollouts that were scored."""


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """Claims whose probability fell into one bin."""

    predicted: float
    """Mean probability of the bin."""
    observed: float
    """Share of them that is true."""
    count: int


@dataclass(frozen=True, slots=True)
class Calibration:
    verifier: str
    on: str
    """On what it was measured ("held-out training perturbations")."""
    bins: tuple[CalibrationBin, ...] = ()
    expected_error: float | None = None


@dataclass(frozen=True, slots=True)
class ServiceUse:
    """What one service took from the machine, over all its starts."""

    name: str
    cpu_s: float
    wall_s: float
    peak_mib: float
    starts: int


@dataclass(frozen=True, slots=True)
class Facts:
    """One run."""

    run: str
    data: str
    """What it worked on, in words."""
    task: str
    cell_line: str
    written_at: str = ""
    evaluation: Evaluation = Evaluation()
    steps: tuple[Step, ...] = ()
    calibration: tuple[Calibration, ...] = ()
    statuses: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Judge to status to number of verdicts; the judge "reward" is the composed reward."""
    questions: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Task to split to number of questions."""
    topics: Mapping[str, int] = field(default_factory=dict)
    """Of questions from papers."""
    documents: Mapping[str, int] = field(default_factory=dict)
    """What became of each source, by kind: "document: published", or the reason why it was refused."""
    question_refusals: Mapping[str, int] = field(default_factory=dict)
    """Reason why no question was made, to how often."""
    usage: tuple[ServiceUse, ...] = ()
    provenance: Mapping[str, str] = field(default_factory=dict)
    """Digests, seeds and versions, by name."""
    configuration: Mapping[str, str] = field(default_factory=dict)
    """Service to its configuration as YAML."""
    remarks: tuple[str, ...] = ()
    """What a reader must know, in sentences: always shown."""
