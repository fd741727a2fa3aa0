from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Document(_message.Message):
    __slots__ = ("id", "pmcid", "pmid", "doi", "title", "journal", "year", "article_type", "licence", "sections", "tables", "topics", "source", "body_uri")
    ID_FIELD_NUMBER: _ClassVar[int]
    PMCID_FIELD_NUMBER: _ClassVar[int]
    PMID_FIELD_NUMBER: _ClassVar[int]
    DOI_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    JOURNAL_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    ARTICLE_TYPE_FIELD_NUMBER: _ClassVar[int]
    LICENCE_FIELD_NUMBER: _ClassVar[int]
    SECTIONS_FIELD_NUMBER: _ClassVar[int]
    TABLES_FIELD_NUMBER: _ClassVar[int]
    TOPICS_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    BODY_URI_FIELD_NUMBER: _ClassVar[int]
    id: str
    pmcid: str
    pmid: str
    doi: str
    title: str
    journal: str
    year: int
    article_type: str
    licence: Licence
    sections: _containers.RepeatedCompositeFieldContainer[Section]
    tables: _containers.RepeatedCompositeFieldContainer[Table]
    topics: _containers.RepeatedScalarFieldContainer[str]
    source: Source
    body_uri: str
    def __init__(self, id: _Optional[str] = ..., pmcid: _Optional[str] = ..., pmid: _Optional[str] = ..., doi: _Optional[str] = ..., title: _Optional[str] = ..., journal: _Optional[str] = ..., year: _Optional[int] = ..., article_type: _Optional[str] = ..., licence: _Optional[_Union[Licence, _Mapping]] = ..., sections: _Optional[_Iterable[_Union[Section, _Mapping]]] = ..., tables: _Optional[_Iterable[_Union[Table, _Mapping]]] = ..., topics: _Optional[_Iterable[str]] = ..., source: _Optional[_Union[Source, _Mapping]] = ..., body_uri: _Optional[str] = ...) -> None: ...

class Licence(_message.Message):
    __slots__ = ("spdx", "recognised_by")
    SPDX_FIELD_NUMBER: _ClassVar[int]
    RECOGNISED_BY_FIELD_NUMBER: _ClassVar[int]
    spdx: str
    recognised_by: str
    def __init__(self, spdx: _Optional[str] = ..., recognised_by: _Optional[str] = ...) -> None: ...

class Section(_message.Message):
    __slots__ = ("path", "type", "paragraphs")
    PATH_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    PARAGRAPHS_FIELD_NUMBER: _ClassVar[int]
    path: _containers.RepeatedScalarFieldContainer[str]
    type: str
    paragraphs: _containers.RepeatedCompositeFieldContainer[Paragraph]
    def __init__(self, path: _Optional[_Iterable[str]] = ..., type: _Optional[str] = ..., paragraphs: _Optional[_Iterable[_Union[Paragraph, _Mapping]]] = ...) -> None: ...

class Paragraph(_message.Message):
    __slots__ = ("id", "text")
    ID_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    id: str
    text: str
    def __init__(self, id: _Optional[str] = ..., text: _Optional[str] = ...) -> None: ...

class Table(_message.Message):
    __slots__ = ("id", "label", "caption", "header", "rows", "units")
    ID_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    CAPTION_FIELD_NUMBER: _ClassVar[int]
    HEADER_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    UNITS_FIELD_NUMBER: _ClassVar[int]
    id: str
    label: str
    caption: str
    header: _containers.RepeatedCompositeFieldContainer[Row]
    rows: _containers.RepeatedCompositeFieldContainer[Row]
    units: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, id: _Optional[str] = ..., label: _Optional[str] = ..., caption: _Optional[str] = ..., header: _Optional[_Iterable[_Union[Row, _Mapping]]] = ..., rows: _Optional[_Iterable[_Union[Row, _Mapping]]] = ..., units: _Optional[_Iterable[str]] = ...) -> None: ...

class Row(_message.Message):
    __slots__ = ("cells",)
    CELLS_FIELD_NUMBER: _ClassVar[int]
    cells: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, cells: _Optional[_Iterable[str]] = ...) -> None: ...

class Source(_message.Message):
    __slots__ = ("name", "digest", "format")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    name: str
    digest: str
    format: str
    def __init__(self, name: _Optional[str] = ..., digest: _Optional[str] = ..., format: _Optional[str] = ...) -> None: ...

class Retraction(_message.Message):
    __slots__ = ("document_id", "aliases", "notice_id", "date", "reason")
    DOCUMENT_ID_FIELD_NUMBER: _ClassVar[int]
    ALIASES_FIELD_NUMBER: _ClassVar[int]
    NOTICE_ID_FIELD_NUMBER: _ClassVar[int]
    DATE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    document_id: str
    aliases: _containers.RepeatedScalarFieldContainer[str]
    notice_id: str
    date: str
    reason: str
    def __init__(self, document_id: _Optional[str] = ..., aliases: _Optional[_Iterable[str]] = ..., notice_id: _Optional[str] = ..., date: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...
