from biorl.question.v1 import question_pb2 as _question_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Status(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    STATUS_UNSPECIFIED: _ClassVar[Status]
    STATUS_SCORED: _ClassVar[Status]
    STATUS_ABSTAINED: _ClassVar[Status]
    STATUS_INVALID: _ClassVar[Status]
    STATUS_TIMEOUT: _ClassVar[Status]
    STATUS_ERROR: _ClassVar[Status]
STATUS_UNSPECIFIED: Status
STATUS_SCORED: Status
STATUS_ABSTAINED: Status
STATUS_INVALID: Status
STATUS_TIMEOUT: Status
STATUS_ERROR: Status

class ListVerifiersRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListVerifiersResponse(_message.Message):
    __slots__ = ("verifiers",)
    VERIFIERS_FIELD_NUMBER: _ClassVar[int]
    verifiers: _containers.RepeatedCompositeFieldContainer[Verifier]
    def __init__(self, verifiers: _Optional[_Iterable[_Union[Verifier, _Mapping]]] = ...) -> None: ...

class Verifier(_message.Message):
    __slots__ = ("source", "tasks", "reads_rationale", "card_json")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    TASKS_FIELD_NUMBER: _ClassVar[int]
    READS_RATIONALE_FIELD_NUMBER: _ClassVar[int]
    CARD_JSON_FIELD_NUMBER: _ClassVar[int]
    source: Source
    tasks: _containers.RepeatedScalarFieldContainer[str]
    reads_rationale: bool
    card_json: str
    def __init__(self, source: _Optional[_Union[Source, _Mapping]] = ..., tasks: _Optional[_Iterable[str]] = ..., reads_rationale: bool = ..., card_json: _Optional[str] = ...) -> None: ...

class Source(_message.Message):
    __slots__ = ("verifier", "version", "digest")
    VERIFIER_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    verifier: str
    version: str
    digest: str
    def __init__(self, verifier: _Optional[str] = ..., version: _Optional[str] = ..., digest: _Optional[str] = ...) -> None: ...

class Group(_message.Message):
    __slots__ = ("question", "completions")
    QUESTION_FIELD_NUMBER: _ClassVar[int]
    COMPLETIONS_FIELD_NUMBER: _ClassVar[int]
    question: _question_pb2.Question
    completions: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, question: _Optional[_Union[_question_pb2.Question, _Mapping]] = ..., completions: _Optional[_Iterable[str]] = ...) -> None: ...

class VerifyRequest(_message.Message):
    __slots__ = ("verifier", "groups")
    VERIFIER_FIELD_NUMBER: _ClassVar[int]
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    verifier: str
    groups: _containers.RepeatedCompositeFieldContainer[Group]
    def __init__(self, verifier: _Optional[str] = ..., groups: _Optional[_Iterable[_Union[Group, _Mapping]]] = ...) -> None: ...

class VerifyResponse(_message.Message):
    __slots__ = ("groups",)
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    groups: _containers.RepeatedCompositeFieldContainer[VerdictGroup]
    def __init__(self, groups: _Optional[_Iterable[_Union[VerdictGroup, _Mapping]]] = ...) -> None: ...

class VerdictGroup(_message.Message):
    __slots__ = ("verdicts",)
    VERDICTS_FIELD_NUMBER: _ClassVar[int]
    verdicts: _containers.RepeatedCompositeFieldContainer[Verdict]
    def __init__(self, verdicts: _Optional[_Iterable[_Union[Verdict, _Mapping]]] = ...) -> None: ...

class Verdict(_message.Message):
    __slots__ = ("status", "score", "baseline", "probability", "reason", "source", "uncertainty", "answer")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    BASELINE_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    UNCERTAINTY_FIELD_NUMBER: _ClassVar[int]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    status: Status
    score: float
    baseline: float
    probability: float
    reason: str
    source: Source
    uncertainty: float
    answer: str
    def __init__(self, status: _Optional[_Union[Status, str]] = ..., score: _Optional[float] = ..., baseline: _Optional[float] = ..., probability: _Optional[float] = ..., reason: _Optional[str] = ..., source: _Optional[_Union[Source, _Mapping]] = ..., uncertainty: _Optional[float] = ..., answer: _Optional[str] = ...) -> None: ...

class PredictRequest(_message.Message):
    __slots__ = ("verifier", "claims")
    VERIFIER_FIELD_NUMBER: _ClassVar[int]
    CLAIMS_FIELD_NUMBER: _ClassVar[int]
    verifier: str
    claims: _containers.RepeatedCompositeFieldContainer[_question_pb2.Claim]
    def __init__(self, verifier: _Optional[str] = ..., claims: _Optional[_Iterable[_Union[_question_pb2.Claim, _Mapping]]] = ...) -> None: ...

class PredictResponse(_message.Message):
    __slots__ = ("beliefs",)
    BELIEFS_FIELD_NUMBER: _ClassVar[int]
    beliefs: _containers.RepeatedCompositeFieldContainer[Belief]
    def __init__(self, beliefs: _Optional[_Iterable[_Union[Belief, _Mapping]]] = ...) -> None: ...

class Belief(_message.Message):
    __slots__ = ("status", "probability", "baseline", "reason", "source", "uncertainty")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    BASELINE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    UNCERTAINTY_FIELD_NUMBER: _ClassVar[int]
    status: Status
    probability: float
    baseline: float
    reason: str
    source: Source
    uncertainty: float
    def __init__(self, status: _Optional[_Union[Status, str]] = ..., probability: _Optional[float] = ..., baseline: _Optional[float] = ..., reason: _Optional[str] = ..., source: _Optional[_Union[Source, _Mapping]] = ..., uncertainty: _Optional[float] = ...) -> None: ...
