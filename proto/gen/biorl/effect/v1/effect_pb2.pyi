from biorl.question.v1 import question_pb2 as _question_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PerturbationEffects(_message.Message):
    __slots__ = ("id", "dataset", "context", "perturbed_genes", "split", "readouts")
    ID_FIELD_NUMBER: _ClassVar[int]
    DATASET_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    PERTURBED_GENES_FIELD_NUMBER: _ClassVar[int]
    SPLIT_FIELD_NUMBER: _ClassVar[int]
    READOUTS_FIELD_NUMBER: _ClassVar[int]
    id: str
    dataset: Dataset
    context: _question_pb2.Context
    perturbed_genes: _containers.RepeatedScalarFieldContainer[str]
    split: _question_pb2.Split
    readouts: _containers.RepeatedCompositeFieldContainer[ReadoutEffect]
    def __init__(self, id: _Optional[str] = ..., dataset: _Optional[_Union[Dataset, _Mapping]] = ..., context: _Optional[_Union[_question_pb2.Context, _Mapping]] = ..., perturbed_genes: _Optional[_Iterable[str]] = ..., split: _Optional[_Union[_question_pb2.Split, str]] = ..., readouts: _Optional[_Iterable[_Union[ReadoutEffect, _Mapping]]] = ...) -> None: ...

class Dataset(_message.Message):
    __slots__ = ("name", "digest", "licence", "num_perturbations", "benchmarks")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    LICENCE_FIELD_NUMBER: _ClassVar[int]
    NUM_PERTURBATIONS_FIELD_NUMBER: _ClassVar[int]
    BENCHMARKS_FIELD_NUMBER: _ClassVar[int]
    name: str
    digest: str
    licence: str
    num_perturbations: int
    benchmarks: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., digest: _Optional[str] = ..., licence: _Optional[str] = ..., num_perturbations: _Optional[int] = ..., benchmarks: _Optional[_Iterable[str]] = ...) -> None: ...

class ReadoutEffect(_message.Message):
    __slots__ = ("readout", "differentially_expressed", "direction", "log2_fold_change", "adjusted_p_value", "train_response_rate", "train_up_rate")
    READOUT_FIELD_NUMBER: _ClassVar[int]
    DIFFERENTIALLY_EXPRESSED_FIELD_NUMBER: _ClassVar[int]
    DIRECTION_FIELD_NUMBER: _ClassVar[int]
    LOG2_FOLD_CHANGE_FIELD_NUMBER: _ClassVar[int]
    ADJUSTED_P_VALUE_FIELD_NUMBER: _ClassVar[int]
    TRAIN_RESPONSE_RATE_FIELD_NUMBER: _ClassVar[int]
    TRAIN_UP_RATE_FIELD_NUMBER: _ClassVar[int]
    readout: str
    differentially_expressed: bool
    direction: int
    log2_fold_change: float
    adjusted_p_value: float
    train_response_rate: float
    train_up_rate: float
    def __init__(self, readout: _Optional[str] = ..., differentially_expressed: bool = ..., direction: _Optional[int] = ..., log2_fold_change: _Optional[float] = ..., adjusted_p_value: _Optional[float] = ..., train_response_rate: _Optional[float] = ..., train_up_rate: _Optional[float] = ...) -> None: ...
