"""Vectors over HTTP by the OpenAI protocol, from a real model of words in this process: paid once, whatever fails."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import HashingVectorizer

from biorl.chassis.errors import TryLater
from biorl.question_generator.adapters.openai_embeddings import NoVectorsError, OpenAIEmbeddings
from biorl.question_generator.adapters.openai_endpoint import Endpoint
from biorl.question_generator.adapters.vector_store import VectorStore, account
from biorl.question_generator.domain.curation import CurationRules, curate
from biorl.question_generator.domain.literature.article import LiteratureRules, write_literature_questions
from biorl.question_generator.domain.meaning import SameMeaning
from biorl.question_generator.testing import paper

MODEL = HashingVectorizer(analyzer="char_wb", ngram_range=(3, 4), n_features=256)
"""Parts of words: texts that share many lie close. Deterministic, and no download."""


@dataclass
class Server:
    """The endpoint: what it was sent, and how it fails."""

    url: str = ""
    sent: list[list[str]] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    failures: list[int] = field(default_factory=list)
    """Status of the next replies; then all is well."""
    rejects: str = "\0"
    """What holds this is not taken."""
    counts: bool = True
    """Whether it says how many tokens it read."""
    spoils: str = ""
    """`short`, `nan` or `longer`: what is wrong with the vectors."""

    def answer(self, body: dict[str, object], path: str, key: str) -> tuple[int, dict[str, object]]:
        assert path == "/v1/embeddings"
        self.keys.add(key)
        texts = body["input"]
        assert isinstance(texts, list)
        self.sent.append(texts)
        if self.failures:
            return self.failures.pop(0), {"error": {"message": "not now"}}
        if any(self.rejects in text for text in texts):
            return 400, {"error": {"message": "input is too long"}}
        rows = MODEL.transform(texts).toarray().astype("<f4")
        if self.spoils == "nan":
            rows[0] = np.nan
        if self.spoils == "longer":
            rows = np.hstack([rows, rows])
        rows = rows[1:] if self.spoils == "short" else rows
        data = [{"object": "embedding", "index": n, "embedding": _written(row, body)} for n, row in enumerate(rows)]
        tokens = sum(len(text.split()) for text in texts)
        usage = {"usage": {"prompt_tokens": tokens, "total_tokens": tokens}} if self.counts else {}
        return 200, {"object": "list", "model": body["model"], "data": data[::-1], **usage}


def _written(row: np.ndarray, body: dict[str, object]) -> object:
    return base64.b64encode(row.tobytes()).decode() if body.get("encoding_format") == "base64" else row.tolist()


@pytest.fixture
def server(serving) -> Iterator[Server]:
    it = Server()
    with serving(it) as it.url:
        yield it


@pytest.fixture
def store(tmp_path: Path) -> Iterator[VectorStore]:
    store = VectorStore(tmp_path / "vectors.sqlite", "m")
    yield store
    store.close()


def model(server: Server, store: VectorStore, **settings: int) -> OpenAIEmbeddings:
    limits = {name: settings.pop(name) for name in ("batch", "max_characters") if name in settings}
    endpoint = Endpoint(server.url, "m", "secret", timeout_s=20, **settings)
    return OpenAIEmbeddings(endpoint, store, **limits)


def test_a_vector_a_text_in_order_and_of_length_one(server: Server, store: VectorStore) -> None:
    vectors = model(server, store, batch=2).embed(["TP53 rose", "KRAS fell", "TP53 rose", "MYC"])
    assert vectors.shape == (4, 256)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert np.array_equal(vectors[0], vectors[2])
    assert sorted(map(len, server.sent)) == [1, 2]
    assert server.keys == {"Bearer secret"}


def test_nothing_is_paid_for_twice_not_even_after_an_outage(server: Server, store: VectorStore, tmp_path: Path) -> None:
    embeddings = model(server, store, batch=1, concurrency=1, max_retries=0)
    server.failures = [500]
    with pytest.raises(TryLater, match="1 of 3"):
        embeddings.embed(["a b", "c d", "e f"])
    first = embeddings.embed(["a b", "c d", "e f"])
    assert sorted(text for (text,) in server.sent) == ["a b", "a b", "c d", "e f"]
    again = model(server, store).embed(["e f", "a b"])
    assert np.array_equal(again, first[[2, 0]])
    assert len(server.sent) == 4
    (spent,) = account(tmp_path / "vectors.sqlite").values()
    assert (spent.requests, spent.input_tokens) == (3, 6)


def test_a_busy_endpoint_is_asked_again(server: Server, store: VectorStore) -> None:
    server.failures = [429, 503]
    assert model(server, store).embed(["a"]).shape == (1, 256)
    assert len(server.sent) == 3


def test_a_text_that_is_not_taken_takes_no_other_with_it(server: Server, store: VectorStore) -> None:
    server.rejects = "poison"
    vectors = model(server, store).embed(["a gene", "poison", "a cell", "a drug"])
    assert np.linalg.norm(vectors, axis=1).round(3).tolist() == [1, 0, 1, 1]


def test_a_server_that_does_not_count_tokens_is_good_enough(server: Server, store: VectorStore) -> None:
    server.counts = False
    assert model(server, store).embed(["a"]).shape == (1, 256)


def test_long_texts_are_cut(server: Server, store: VectorStore) -> None:
    model(server, store, max_characters=10).embed(["x" * 100])
    assert server.sent == [["x" * 10]]


@pytest.mark.parametrize("spoils", ["short", "nan"])
def test_what_are_no_vectors_is_an_error_and_is_not_kept(server: Server, store: VectorStore, spoils: str) -> None:
    server.spoils = spoils
    with pytest.raises(NoVectorsError):
        model(server, store).embed(["a", "b"])
    assert store.known(["a", "b"]) == {}


def test_another_model_behind_the_same_name_is_noticed(server: Server, store: VectorStore) -> None:
    model(server, store).embed(["a"])
    server.spoils = "longer"
    with pytest.raises(NoVectorsError, match="begin with a new file"):
        model(server, store).embed(["a", "b"])


def test_an_endpoint_that_is_not_there_is_a_reason_to_try_later(store: VectorStore) -> None:
    with pytest.raises(TryLater):
        model(Server("http://127.0.0.1:9/v1"), store, max_retries=0).embed(["a"])


def test_the_same_finding_in_other_words_is_exported_once(server: Server, store: VectorStore) -> None:
    """Too few runs of three words are shared for MinHash; the answer is the same and so is the meaning."""
    rules = LiteratureRules(held_out_share=0)
    sentences = (
        "In elderly patients metformin markedly lowered the mortality of heart failure by 12.5%.",
        "Metformin lowered, in patients who were elderly, mortality of heart failures by 12.5%.",
        "In elderly patients metformin markedly lowered the mortality of heart failure by 40%.",
    )
    questions = [
        question
        for number, sentence in enumerate(sentences)
        for question in write_literature_questions(paper(sentence, document_id=f"PMC{number}.1"), rules).questions
    ]
    assert len(questions) == 3
    unlike = CurationRules(alike=None)
    assert len(curate(questions, unlike).kept) == 3
    meaning = SameMeaning(model(server, store).embed, 0.7)
    curated = curate(questions, CurationRules(alike=None, meaning=meaning))
    assert len(curated.kept) == 2
    assert [item.reason for item in curated.dropped] == ["same_meaning"]
