from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Split(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SPLIT_UNSPECIFIED: _ClassVar[Split]
    SPLIT_TRAIN: _ClassVar[Split]
    SPLIT_VALIDATION: _ClassVar[Split]
    SPLIT_TEST: _ClassVar[Split]

class AnswerType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ANSWER_TYPE_UNSPECIFIED: _ClassVar[AnswerType]
    ANSWER_TYPE_CHOICE: _ClassVar[AnswerType]
    ANSWER_TYPE_NUMBER: _ClassVar[AnswerType]
    ANSWER_TYPE_DIRECTION: _ClassVar[AnswerType]
    ANSWER_TYPE_GENE: _ClassVar[AnswerType]
    ANSWER_TYPE_CHEMICAL: _ClassVar[AnswerType]
    ANSWER_TYPE_ONTOLOGY_TERM: _ClassVar[AnswerType]
    ANSWER_TYPE_ORGANISM: _ClassVar[AnswerType]
    ANSWER_TYPE_SEQUENCE: _ClassVar[AnswerType]
    ANSWER_TYPE_SET: _ClassVar[AnswerType]
    ANSWER_TYPE_SHORT_TEXT: _ClassVar[AnswerType]

class PerturbationKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PERTURBATION_KIND_UNSPECIFIED: _ClassVar[PerturbationKind]
    PERTURBATION_KIND_CRISPRI: _ClassVar[PerturbationKind]
    PERTURBATION_KIND_CRISPRA: _ClassVar[PerturbationKind]
    PERTURBATION_KIND_KNOCKOUT: _ClassVar[PerturbationKind]
    PERTURBATION_KIND_OVEREXPRESSION: _ClassVar[PerturbationKind]
    PERTURBATION_KIND_COMPOUND: _ClassVar[PerturbationKind]

class Outcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OUTCOME_UNSPECIFIED: _ClassVar[Outcome]
    OUTCOME_DIFFERENTIALLY_EXPRESSED: _ClassVar[Outcome]
    OUTCOME_UP_REGULATED: _ClassVar[Outcome]
SPLIT_UNSPECIFIED: Split
SPLIT_TRAIN: Split
SPLIT_VALIDATION: Split
SPLIT_TEST: Split
ANSWER_TYPE_UNSPECIFIED: AnswerType
ANSWER_TYPE_CHOICE: AnswerType
ANSWER_TYPE_NUMBER: AnswerType
ANSWER_TYPE_DIRECTION: AnswerType
ANSWER_TYPE_GENE: AnswerType
ANSWER_TYPE_CHEMICAL: AnswerType
ANSWER_TYPE_ONTOLOGY_TERM: AnswerType
ANSWER_TYPE_ORGANISM: AnswerType
ANSWER_TYPE_SEQUENCE: AnswerType
ANSWER_TYPE_SET: AnswerType
ANSWER_TYPE_SHORT_TEXT: AnswerType
PERTURBATION_KIND_UNSPECIFIED: PerturbationKind
PERTURBATION_KIND_CRISPRI: PerturbationKind
PERTURBATION_KIND_CRISPRA: PerturbationKind
PERTURBATION_KIND_KNOCKOUT: PerturbationKind
PERTURBATION_KIND_OVEREXPRESSION: PerturbationKind
PERTURBATION_KIND_COMPOUND: PerturbationKind
OUTCOME_UNSPECIFIED: Outcome
OUTCOME_DIFFERENTIALLY_EXPRESSED: Outcome
OUTCOME_UP_REGULATED: Outcome

class Question(_message.Message):
    __slots__ = ("id", "task", "prompt", "answer", "claim", "evidence", "licence", "provenance", "topics", "split", "benchmarks", "difficulty")
    ID_FIELD_NUMBER: _ClassVar[int]
    TASK_FIELD_NUMBER: _ClassVar[int]
    PROMPT_FIELD_NUMBER: _ClassVar[int]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    CLAIM_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    LICENCE_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    TOPICS_FIELD_NUMBER: _ClassVar[int]
    SPLIT_FIELD_NUMBER: _ClassVar[int]
    BENCHMARKS_FIELD_NUMBER: _ClassVar[int]
    DIFFICULTY_FIELD_NUMBER: _ClassVar[int]
    id: str
    task: str
    prompt: _containers.RepeatedCompositeFieldContainer[ChatMessage]
    answer: AnswerSpec
    claim: Claim
    evidence: _containers.RepeatedCompositeFieldContainer[Evidence]
    licence: str
    provenance: Provenance
    topics: _containers.RepeatedScalarFieldContainer[str]
    split: Split
    benchmarks: _containers.RepeatedScalarFieldContainer[str]
    difficulty: float
    def __init__(self, id: _Optional[str] = ..., task: _Optional[str] = ..., prompt: _Optional[_Iterable[_Union[ChatMessage, _Mapping]]] = ..., answer: _Optional[_Union[AnswerSpec, _Mapping]] = ..., claim: _Optional[_Union[Claim, _Mapping]] = ..., evidence: _Optional[_Iterable[_Union[Evidence, _Mapping]]] = ..., licence: _Optional[str] = ..., provenance: _Optional[_Union[Provenance, _Mapping]] = ..., topics: _Optional[_Iterable[str]] = ..., split: _Optional[_Union[Split, str]] = ..., benchmarks: _Optional[_Iterable[str]] = ..., difficulty: _Optional[float] = ...) -> None: ...

class ChatMessage(_message.Message):
    __slots__ = ("role", "content")
    ROLE_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    role: str
    content: str
    def __init__(self, role: _Optional[str] = ..., content: _Optional[str] = ...) -> None: ...

class AnswerSpec(_message.Message):
    __slots__ = ("type", "gold", "accepted", "options", "unit", "relative_tolerance", "absolute_tolerance", "member_type", "namespace", "either_strand")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    GOLD_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    RELATIVE_TOLERANCE_FIELD_NUMBER: _ClassVar[int]
    ABSOLUTE_TOLERANCE_FIELD_NUMBER: _ClassVar[int]
    MEMBER_TYPE_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    EITHER_STRAND_FIELD_NUMBER: _ClassVar[int]
    type: AnswerType
    gold: str
    accepted: _containers.RepeatedScalarFieldContainer[str]
    options: _containers.RepeatedCompositeFieldContainer[Option]
    unit: str
    relative_tolerance: float
    absolute_tolerance: float
    member_type: AnswerType
    namespace: str
    either_strand: bool
    def __init__(self, type: _Optional[_Union[AnswerType, str]] = ..., gold: _Optional[str] = ..., accepted: _Optional[_Iterable[str]] = ..., options: _Optional[_Iterable[_Union[Option, _Mapping]]] = ..., unit: _Optional[str] = ..., relative_tolerance: _Optional[float] = ..., absolute_tolerance: _Optional[float] = ..., member_type: _Optional[_Union[AnswerType, str]] = ..., namespace: _Optional[str] = ..., either_strand: bool = ...) -> None: ...

class Option(_message.Message):
    __slots__ = ("label", "text")
    LABEL_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    label: str
    text: str
    def __init__(self, label: _Optional[str] = ..., text: _Optional[str] = ...) -> None: ...

class Claim(_message.Message):
    __slots__ = ("perturbation", "gene_class", "molecule")
    PERTURBATION_FIELD_NUMBER: _ClassVar[int]
    GENE_CLASS_FIELD_NUMBER: _ClassVar[int]
    MOLECULE_FIELD_NUMBER: _ClassVar[int]
    perturbation: PerturbationClaim
    gene_class: GeneClassClaim
    molecule: MoleculeClaim
    def __init__(self, perturbation: _Optional[_Union[PerturbationClaim, _Mapping]] = ..., gene_class: _Optional[_Union[GeneClassClaim, _Mapping]] = ..., molecule: _Optional[_Union[MoleculeClaim, _Mapping]] = ...) -> None: ...

class PerturbationClaim(_message.Message):
    __slots__ = ("perturbed_genes", "readout", "context", "outcome")
    PERTURBED_GENES_FIELD_NUMBER: _ClassVar[int]
    READOUT_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    perturbed_genes: _containers.RepeatedScalarFieldContainer[str]
    readout: str
    context: Context
    outcome: Outcome
    def __init__(self, perturbed_genes: _Optional[_Iterable[str]] = ..., readout: _Optional[str] = ..., context: _Optional[_Union[Context, _Mapping]] = ..., outcome: _Optional[_Union[Outcome, str]] = ...) -> None: ...

class Context(_message.Message):
    __slots__ = ("organism", "cell_line", "perturbation_kind")
    ORGANISM_FIELD_NUMBER: _ClassVar[int]
    CELL_LINE_FIELD_NUMBER: _ClassVar[int]
    PERTURBATION_KIND_FIELD_NUMBER: _ClassVar[int]
    organism: str
    cell_line: str
    perturbation_kind: PerturbationKind
    def __init__(self, organism: _Optional[str] = ..., cell_line: _Optional[str] = ..., perturbation_kind: _Optional[_Union[PerturbationKind, str]] = ...) -> None: ...

class GeneClassClaim(_message.Message):
    __slots__ = ("gene", "gene_class", "organism")
    GENE_FIELD_NUMBER: _ClassVar[int]
    GENE_CLASS_FIELD_NUMBER: _ClassVar[int]
    ORGANISM_FIELD_NUMBER: _ClassVar[int]
    gene: str
    gene_class: str
    organism: str
    def __init__(self, gene: _Optional[str] = ..., gene_class: _Optional[str] = ..., organism: _Optional[str] = ...) -> None: ...

class MoleculeClaim(_message.Message):
    __slots__ = ("smiles", "property")
    SMILES_FIELD_NUMBER: _ClassVar[int]
    PROPERTY_FIELD_NUMBER: _ClassVar[int]
    smiles: str
    property: str
    def __init__(self, smiles: _Optional[str] = ..., property: _Optional[str] = ...) -> None: ...

class Evidence(_message.Message):
    __slots__ = ("document_id", "paragraph_id", "start", "end", "quote")
    DOCUMENT_ID_FIELD_NUMBER: _ClassVar[int]
    PARAGRAPH_ID_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    QUOTE_FIELD_NUMBER: _ClassVar[int]
    document_id: str
    paragraph_id: str
    start: int
    end: int
    quote: str
    def __init__(self, document_id: _Optional[str] = ..., paragraph_id: _Optional[str] = ..., start: _Optional[int] = ..., end: _Optional[int] = ..., quote: _Optional[str] = ...) -> None: ...

class Provenance(_message.Message):
    __slots__ = ("writer", "sources", "dataset")
    WRITER_FIELD_NUMBER: _ClassVar[int]
    SOURCES_FIELD_NUMBER: _ClassVar[int]
    DATASET_FIELD_NUMBER: _ClassVar[int]
    writer: str
    sources: _containers.RepeatedScalarFieldContainer[str]
    dataset: str
    def __init__(self, writer: _Optional[str] = ..., sources: _Optional[_Iterable[str]] = ..., dataset: _Optional[str] = ...) -> None: ...
