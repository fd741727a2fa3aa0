"""A tiny policy: its words, its form, and how it is asked."""

from pathlib import Path

import numpy as np
import pytest
import torch

from biorl.questions.question import Question
from biorl.questions.testing import direction_question
from biorl.rl_trainer.adapters.policy import (
    load,
    make_tiny,
    messages,
    prompt_ids,
    word_tokenizer,
    yes_no_logits,
)
from biorl.rl_trainer.domain.recipe import TinyPolicy

pytestmark = pytest.mark.slow
GENES = [f"GENE{number}" for number in range(5)]
QUESTIONS = [direction_question(one, other) for one in GENES for other in GENES if one != other]
SETTINGS = TinyPolicy(hidden=32, warm_up_steps=60)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("policy")
    make_tiny(QUESTIONS, SETTINGS, 0, made)
    return made


def test_a_gene_is_one_token_and_the_tags_survive_decoding() -> None:
    tokenizer = word_tokenizer(item.prompt[-1].content for item in QUESTIONS)
    ids = tokenizer("<answer> yes </answer> GENE3")["input_ids"]
    assert len(ids) == 4
    assert tokenizer.decode(ids, skip_special_tokens=True) == "<answer> yes </answer> GENE3"


def test_no_word_of_a_question_is_unknown(folder: Path) -> None:
    _, tokenizer = load(folder, SETTINGS)
    assert all(tokenizer.unk_token_id not in prompt_ids(tokenizer, item) for item in QUESTIONS)


def sampled(folder: Path, questions: list[Question]) -> list[str]:
    model, tokenizer = load(folder, SETTINGS)
    torch.manual_seed(0)
    texts = [tokenizer.apply_chat_template(messages(q), tokenize=False, add_generation_prompt=True) for q in questions]
    batch = tokenizer(texts, return_tensors="pt", padding=True, add_special_tokens=False)
    given = model.generate(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], max_new_tokens=6)
    return tokenizer.batch_decode(given[:, batch["input_ids"].shape[1] :], skip_special_tokens=True)


def test_warming_up_teaches_the_form_and_nothing_about_genes(folder: Path) -> None:
    answers = sampled(folder, QUESTIONS)
    formed = [answer in {"<answer> yes </answer>", "<answer> no </answer>"} for answer in answers]
    assert np.mean(formed) > 0.8
    model, tokenizer = load(folder, SETTINGS)
    assert yes_no_logits(model, tokenizer, QUESTIONS, 16).std() < 0.5


def test_asking_in_batches_of_another_size_changes_no_answer(folder: Path) -> None:
    model, tokenizer = load(folder, SETTINGS)
    one_by_one, together = (yes_no_logits(model, tokenizer, QUESTIONS[:5], size) for size in (1, 5))
    np.testing.assert_allclose(one_by_one, together, atol=1e-4)


def test_log_odds_are_those_of_the_word_between_the_tags(folder: Path) -> None:
    model, tokenizer = load(folder, SETTINGS)
    ids = torch.tensor([[*prompt_ids(tokenizer, QUESTIONS[0]), *tokenizer("<answer>")["input_ids"]]])
    with torch.no_grad():
        last = model(input_ids=ids).logits[0, -1].log_softmax(-1)
    yes, no = (last[tokenizer.convert_tokens_to_ids(word)].item() for word in ("yes", "no"))
    assert yes_no_logits(model, tokenizer, QUESTIONS[:1], 1)[0] == pytest.approx(yes - no, abs=0.2)
