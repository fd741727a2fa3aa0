"""Settings of the question generator. The keys of each family are those of its rules in `domain`."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt

from biorl.chassis.bus.config import BusConfig, SqliteBusConfig
from biorl.chassis.config import ServiceConfig
from biorl.question_generator.domain.labelled import TOLERANCES


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class TopicsConfig(_Section):
    """Names of the topics."""

    documents: str = "biorl.documents.v1"
    retractions: str = "biorl.retractions.v1"
    effects: str = "biorl.effects.v1"
    labels: str = "biorl.labels.v1"
    questions: str = "biorl.questions.v1"


class PerturbationConfig(_Section):
    """Questions from screens."""

    tasks: tuple[Literal["perturbation.de", "perturbation.direction"], ...] = (
        "perturbation.de",
        "perturbation.direction",
    )
    max_train_per_perturbation: PositiveInt | None = None
    """TRAIN questions of one task about one perturbation; null keeps all."""
    balanced: bool = True
    """As many yes as no about each readout gene in TRAIN; off keeps every measured pair."""
    seed: NonNegativeInt = 0


class LiteratureConfig(_Section):
    """Questions from papers."""

    max_per_article: PositiveInt = 16
    held_out_share: float = Field(default=0.1, ge=0, lt=1)
    """Share of papers whose questions are TEST, all versions of a paper together."""
    seed: NonNegativeInt = 0


class LabelsConfig(_Section):
    """Questions from what is known of genes and molecules."""

    balanced: bool = True
    """As many yes as no of each class and property in TRAIN; off keeps every label."""
    tolerances: dict[str, PositiveFloat] = dict(TOLERANCES)
    """Of numbers, by property, in its unit; a property without one is not asked about."""
    seed: NonNegativeInt = 0


class PriceConfig(_Section):
    """What a million tokens cost, in any currency; 0 for a model of one's own."""

    input: NonNegativeFloat = 0.0
    output: NonNegativeFloat = 0.0


class ModelConfig(_Section):
    """A model at any endpoint that speaks the OpenAI protocol."""

    endpoint: str
    """For example `http://vllm:8000/v1`."""
    model: str
    api_key_file: Path | None = None
    concurrency: PositiveInt = 16
    timeout_s: PositiveFloat = 300.0
    max_retries: NonNegativeInt = 5


class AuthorConfig(ModelConfig):
    """A language model that writes questions too."""

    replies: Path = Path("replies.sqlite")
    """Every reply, so that none is paid for twice. One process owns it."""
    max_total_tokens: PositiveInt | None = None
    """Budget of the reply file's whole life; what would go beyond is refused as `model_over_budget`."""
    price_per_million: PriceConfig = PriceConfig()
    """For `biorl-question-generator account`."""
    prompt: str = "write@1"
    quotas: dict[
        Literal["number", "direction", "gene", "organism", "chemical", "short_text", "choice"], PositiveInt
    ] = {
        "number": 2,
        "direction": 1,
        "gene": 1,
        "choice": 1,
        "short_text": 1,
    }
    """Questions of a type that are asked for in a passage."""
    max_per_article: PositiveInt = 16
    passage_characters: PositiveInt = 4000
    max_passages: PositiveInt = 40
    max_tokens: PositiveInt = 2000
    temperature: float = Field(default=0.7, ge=0, le=2)
    tests: tuple[Literal["guess", "read", "solve"], ...] = ("guess", "read", "solve")
    """Solvers that a question must pass: options alone must not betray it, readers of the passage must agree, and the
    share of those who see the question alone is its difficulty."""
    solver_tokens: PositiveInt = 1000
    judge: bool = True
    """Whether the model judges short texts of readers that no rule can settle; what it calls the same is accepted."""


class AlignmentConfig(_Section):
    """The mix of fields of questions for training from papers."""

    target: Path
    """JSON with `shares` by field, as `biorl-question-generator target` writes it."""
    alpha: float = Field(default=1.0, ge=0, le=3)
    """1 is the target itself, 0 the same for every field."""
    size: PositiveInt | None = None
    """Questions for training; null takes as many as need no repeats."""
    seed: NonNegativeInt = 0


class EmbeddingsConfig(ModelConfig):
    """A model that turns texts into vectors (`/embeddings`)."""

    vectors: Path = Path("vectors.sqlite")
    """Every vector, so that none is paid for twice. One process owns it."""
    threshold: float = Field(default=0.9, gt=0, le=1)
    """Cosine from which on two questions from papers with the same answer ask the same."""
    batch: PositiveInt = 64
    """Texts in a request."""
    max_characters: PositiveInt = 2000
    """Of a text; what is longer is cut off."""
    price_per_million: NonNegativeFloat = 0.0
    """What a million tokens cost, for `biorl-question-generator account`."""


class DatasetConfig(_Section):
    """What an export makes of all questions together."""

    near_duplicates: float | None = Field(default=0.6, gt=0, le=1)
    """Jaccard similarity of runs of three words from which on questions from papers say the same; null keeps all."""
    embeddings: EmbeddingsConfig | None = None
    """Finds questions that ask the same in other words; null compares words alone."""
    benchmarks: tuple[Path, ...] = ()
    """Files and folders of benchmarks whose items stay out: MMLU, MedMCQA, PubMedQA, JSON with `question`."""
    layouts: tuple[Literal["verl", "openrlhf", "trl"], ...] = ()
    """Also as these trainers want their columns."""
    fields: Path | None = None
    """Folder of a trained reader of fields (`biorl-question-generator fields`); null searches texts for a word list."""
    alignment: AlignmentConfig | None = None
    share_alike: bool = False
    """True exports what was made from sources under share-alike licences and nothing else; else it stays out: the whole
    dataset would have to be given on under that licence."""
    verdicts: Path | None = None
    """What readers said with `biorl inspect`; rejected questions stay out."""


class Config(ServiceConfig):
    bus: BusConfig = SqliteBusConfig(path=Path("bus.sqlite"))
    topics: TopicsConfig = TopicsConfig()
    group: str = "question-generator"
    state: Path = Path("generator.sqlite")
    """What was written before. One process owns it: two generators need two states and two groups of topics."""
    objects: Path = Path("objects")
    """Folder of bodies that are larger than a message may be."""
    batch: PositiveInt = 50
    """Sources handled at once: one publish and one transaction each."""
    workers: PositiveInt = 1
    """Processes that write questions; the same questions, whatever their number."""
    perturbation: PerturbationConfig = PerturbationConfig()
    literature: LiteratureConfig = LiteratureConfig()
    labels: LabelsConfig = LabelsConfig()
    author: AuthorConfig | None = None
    dataset: DatasetConfig = DatasetConfig()
