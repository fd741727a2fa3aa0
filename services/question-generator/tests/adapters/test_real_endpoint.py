"""A real OpenAI-compatible server (transformers serve) with a tiny model: the protocol holds, its babble is refused."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from biorl.question_generator.adapters.openai_chat import OpenAIChat
from biorl.question_generator.adapters.openai_endpoint import Endpoint
from biorl.question_generator.adapters.reply_store import ReplyStore, account, sum_of
from biorl.question_generator.authoring import Author, AuthorRules
from biorl.question_generator.domain.literature.article import LiteratureRules
from biorl.question_generator.testing import paper

pytestmark = pytest.mark.slow
pytest.importorskip("fastapi")
SPECIAL = {"pad_token": "<pad>", "eos_token": "<eos>"}
TEMPLATE = "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}assistant:"


def tiny_model(folder: Path) -> Path:
    """One layer, bytes for tokens, random weights."""
    vocabulary = {
        token: number for number, token in enumerate(["<pad>", "<eos>", *sorted(pre_tokenizers.ByteLevel.alphabet())])
    }
    inner = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    inner.pre_tokenizer, inner.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=inner, **SPECIAL)
    tokenizer.chat_template = TEMPLATE
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(vocabulary), hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2,
        max_position_embeddings=8192, pad_token_id=0, eos_token_id=1, bos_token_id=None,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory):
    folder = tiny_model(tmp_path_factory.mktemp("tiny"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [Path(sys.executable).with_name("transformers"), "serve", folder, "--host", "127.0.0.1"]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    with subprocess.Popen([*command, "--port", str(port), "--device", "cpu"], env=environment) as server:
        wait_for(f"http://127.0.0.1:{port}/health", server)
        yield Endpoint(f"http://127.0.0.1:{port}/v1", str(folder), concurrency=2)
        server.terminate()


def wait_for(url: str, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 150
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - our own server
                return
        except OSError:
            time.sleep(0.3)
    pytest.fail("transformers serve did not start")


def test_a_real_server_is_asked_and_paid_once_and_what_it_babbles_is_refused(endpoint, tmp_path):
    store = ReplyStore(tmp_path / "replies.sqlite")
    rules = AuthorRules(max_tokens=24, passage_characters=500, max_passages=2)
    author = Author(OpenAIChat(endpoint, store), rules, LiteratureRules())
    document = paper(
        *(f"Drug {number} extended the lifespan of aged male mice by 12.5% in all. " * 8 for number in range(3))
    )
    first = author.write([document])[document.id]
    assert first.questions == ()
    assert {refusal.reason for refusal in first.refusals} <= {
        "model_cut_off", "unreadable_reply", "too_many_passages",
    }  # fmt: skip
    spent = sum_of(account(tmp_path / "replies.sqlite").values())
    assert spent.requests == 2
    assert spent.output_tokens > 0
    assert author.write([document])[document.id] == first
    assert sum_of(account(tmp_path / "replies.sqlite").values()) == spent
    store.close()
