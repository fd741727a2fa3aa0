from biorl.verifier.v1 import verifier_pb2 as _verifier_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ScoreRequest(_message.Message):
    __slots__ = ("composition", "groups", "run_id")
    COMPOSITION_FIELD_NUMBER: _ClassVar[int]
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    composition: str
    groups: _containers.RepeatedCompositeFieldContainer[_verifier_pb2.Group]
    run_id: str
    def __init__(self, composition: _Optional[str] = ..., groups: _Optional[_Iterable[_Union[_verifier_pb2.Group, _Mapping]]] = ..., run_id: _Optional[str] = ...) -> None: ...

class ScoreResponse(_message.Message):
    __slots__ = ("groups", "composition", "composition_digest")
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    COMPOSITION_FIELD_NUMBER: _ClassVar[int]
    COMPOSITION_DIGEST_FIELD_NUMBER: _ClassVar[int]
    groups: _containers.RepeatedCompositeFieldContainer[RewardGroup]
    composition: str
    composition_digest: str
    def __init__(self, groups: _Optional[_Iterable[_Union[RewardGroup, _Mapping]]] = ..., composition: _Optional[str] = ..., composition_digest: _Optional[str] = ...) -> None: ...

class RewardGroup(_message.Message):
    __slots__ = ("rewards",)
    REWARDS_FIELD_NUMBER: _ClassVar[int]
    rewards: _containers.RepeatedCompositeFieldContainer[Reward]
    def __init__(self, rewards: _Optional[_Iterable[_Union[Reward, _Mapping]]] = ...) -> None: ...

class Reward(_message.Message):
    __slots__ = ("reward", "status", "reason", "parts")
    REWARD_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    reward: float
    status: _verifier_pb2.Status
    reason: str
    parts: _containers.RepeatedCompositeFieldContainer[Part]
    def __init__(self, reward: _Optional[float] = ..., status: _Optional[_Union[_verifier_pb2.Status, str]] = ..., reason: _Optional[str] = ..., parts: _Optional[_Iterable[_Union[Part, _Mapping]]] = ...) -> None: ...

class Part(_message.Message):
    __slots__ = ("name", "value", "weight", "verdict")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    name: str
    value: float
    weight: float
    verdict: _verifier_pb2.Verdict
    def __init__(self, name: _Optional[str] = ..., value: _Optional[float] = ..., weight: _Optional[float] = ..., verdict: _Optional[_Union[_verifier_pb2.Verdict, _Mapping]] = ...) -> None: ...

class DescribeCompositionRequest(_message.Message):
    __slots__ = ("composition",)
    COMPOSITION_FIELD_NUMBER: _ClassVar[int]
    composition: str
    def __init__(self, composition: _Optional[str] = ...) -> None: ...

class DescribeCompositionResponse(_message.Message):
    __slots__ = ("name", "digest", "yaml", "parts", "available")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    YAML_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    name: str
    digest: str
    yaml: str
    parts: _containers.RepeatedCompositeFieldContainer[PartDescription]
    available: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., digest: _Optional[str] = ..., yaml: _Optional[str] = ..., parts: _Optional[_Iterable[_Union[PartDescription, _Mapping]]] = ..., available: _Optional[_Iterable[str]] = ...) -> None: ...

class PartDescription(_message.Message):
    __slots__ = ("name", "role", "weight", "required", "judge")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_FIELD_NUMBER: _ClassVar[int]
    JUDGE_FIELD_NUMBER: _ClassVar[int]
    name: str
    role: str
    weight: float
    required: bool
    judge: str
    def __init__(self, name: _Optional[str] = ..., role: _Optional[str] = ..., weight: _Optional[float] = ..., required: bool = ..., judge: _Optional[str] = ...) -> None: ...

class ScoredRollout(_message.Message):
    __slots__ = ("id", "run_id", "question_id", "task", "completion", "reward", "composition", "composition_digest", "scored_at_ms")
    ID_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    QUESTION_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_FIELD_NUMBER: _ClassVar[int]
    COMPLETION_FIELD_NUMBER: _ClassVar[int]
    REWARD_FIELD_NUMBER: _ClassVar[int]
    COMPOSITION_FIELD_NUMBER: _ClassVar[int]
    COMPOSITION_DIGEST_FIELD_NUMBER: _ClassVar[int]
    SCORED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    id: str
    run_id: str
    question_id: str
    task: str
    completion: str
    reward: Reward
    composition: str
    composition_digest: str
    scored_at_ms: int
    def __init__(self, id: _Optional[str] = ..., run_id: _Optional[str] = ..., question_id: _Optional[str] = ..., task: _Optional[str] = ..., completion: _Optional[str] = ..., reward: _Optional[_Union[Reward, _Mapping]] = ..., composition: _Optional[str] = ..., composition_digest: _Optional[str] = ..., scored_at_ms: _Optional[int] = ...) -> None: ...
