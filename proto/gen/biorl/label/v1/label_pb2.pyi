from biorl.question.v1 import question_pb2 as _question_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SubjectLabels(_message.Message):
    __slots__ = ("id", "dataset", "gene", "molecule", "split", "labels")
    ID_FIELD_NUMBER: _ClassVar[int]
    DATASET_FIELD_NUMBER: _ClassVar[int]
    GENE_FIELD_NUMBER: _ClassVar[int]
    MOLECULE_FIELD_NUMBER: _ClassVar[int]
    SPLIT_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    id: str
    dataset: Dataset
    gene: Gene
    molecule: Molecule
    split: _question_pb2.Split
    labels: _containers.RepeatedCompositeFieldContainer[Label]
    def __init__(self, id: _Optional[str] = ..., dataset: _Optional[_Union[Dataset, _Mapping]] = ..., gene: _Optional[_Union[Gene, _Mapping]] = ..., molecule: _Optional[_Union[Molecule, _Mapping]] = ..., split: _Optional[_Union[_question_pb2.Split, str]] = ..., labels: _Optional[_Iterable[_Union[Label, _Mapping]]] = ...) -> None: ...

class Dataset(_message.Message):
    __slots__ = ("name", "digest", "licence", "num_subjects", "benchmarks")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    LICENCE_FIELD_NUMBER: _ClassVar[int]
    NUM_SUBJECTS_FIELD_NUMBER: _ClassVar[int]
    BENCHMARKS_FIELD_NUMBER: _ClassVar[int]
    name: str
    digest: str
    licence: str
    num_subjects: int
    benchmarks: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., digest: _Optional[str] = ..., licence: _Optional[str] = ..., num_subjects: _Optional[int] = ..., benchmarks: _Optional[_Iterable[str]] = ...) -> None: ...

class Gene(_message.Message):
    __slots__ = ("name", "organism", "accession")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ORGANISM_FIELD_NUMBER: _ClassVar[int]
    ACCESSION_FIELD_NUMBER: _ClassVar[int]
    name: str
    organism: str
    accession: str
    def __init__(self, name: _Optional[str] = ..., organism: _Optional[str] = ..., accession: _Optional[str] = ...) -> None: ...

class Molecule(_message.Message):
    __slots__ = ("smiles", "scaffold")
    SMILES_FIELD_NUMBER: _ClassVar[int]
    SCAFFOLD_FIELD_NUMBER: _ClassVar[int]
    smiles: str
    scaffold: str
    def __init__(self, smiles: _Optional[str] = ..., scaffold: _Optional[str] = ...) -> None: ...

class Label(_message.Message):
    __slots__ = ("name", "holds", "number", "unit", "train_rate")
    NAME_FIELD_NUMBER: _ClassVar[int]
    HOLDS_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    TRAIN_RATE_FIELD_NUMBER: _ClassVar[int]
    name: str
    holds: bool
    number: float
    unit: str
    train_rate: float
    def __init__(self, name: _Optional[str] = ..., holds: bool = ..., number: _Optional[float] = ..., unit: _Optional[str] = ..., train_rate: _Optional[float] = ...) -> None: ...
