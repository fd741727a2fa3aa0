"""Policies: a tiny transformer made from the questions' own words, or any Hugging Face causal language model.

Both end as a folder that `transformers` loads: TRL reloads the reference policy from there. Asking a policy means
teacher forcing: the log-odds of "yes" against "no" where the answer goes, which need no sampling.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    PreTrainedTokenizerFast,
    Qwen2Config,
    Qwen2ForCausalLM,
)

from biorl.questions.question import Question
from biorl.rl_trainer.domain.recipe import Policy, PretrainedPolicy, TinyPolicy
from biorl.rl_trainer.ports import Floats

PAD, EOS, UNK = "<pad>", "<eos>", "<unk>"
FORM = ("<think>", "</think>", "<answer>", "</answer>", "yes", "no")
ONLY_THE_USER = "{% for m in messages %}{% if m['role'] == 'user' %}{{ m['content'] }}{% endif %}{% endfor %}"
"""A tiny policy reads the question and not the instructions, which it learns by warming up."""
PREFIX = "<answer>"


def device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def make_tiny(questions: Sequence[Question], settings: TinyPolicy, seed: int, into: Path) -> None:
    """Writes an untrained policy that knows the form of an answer and nothing else."""
    torch.manual_seed(seed)
    tokenizer = word_tokenizer(question.prompt[-1].content for question in questions)
    model = Qwen2ForCausalLM(
        Qwen2Config(
            vocab_size=len(tokenizer),
            hidden_size=settings.hidden,
            intermediate_size=2 * settings.hidden,
            num_hidden_layers=settings.layers,
            num_attention_heads=4,
            num_key_value_heads=4,
            max_position_embeddings=128,
            initializer_range=settings.hidden**-0.5,  # the default is for wide models; genes stay mute with it
            tie_word_embeddings=True,
            bos_token_id=None,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )
    _warm_up(model, tokenizer, questions, settings.warm_up_steps, seed)
    model.save_pretrained(into)
    tokenizer.save_pretrained(into)


def word_tokenizer(texts: Iterable[str]) -> PreTrainedTokenizerFast:
    """One token a word, so one token a gene. Tags are ordinary words: decoding must not drop them."""
    words = sorted({word for text in texts for word in text.split()} | set(FORM))
    vocabulary = {word: number for number, word in enumerate([PAD, EOS, UNK, *words])}
    inner = Tokenizer(models.WordLevel(vocabulary, unk_token=UNK))
    inner.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    inner.decoder = decoders.WordPiece(prefix="##", cleanup=False)  # a space between words
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=inner, pad_token=PAD, eos_token=EOS, unk_token=UNK)
    tokenizer.padding_side = "left"
    tokenizer.chat_template = ONLY_THE_USER
    return tokenizer


def _warm_up(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, questions: Sequence[Question], steps: int, seed: int
) -> None:
    """Teaches `<answer> yes|no </answer>` with answers drawn by lot, 64 questions a step."""
    rng = np.random.default_rng(seed)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    for _ in range(steps):
        chosen = [questions[index] for index in rng.integers(len(questions), size=64)]
        batch = _batch(tokenizer, chosen, _answers(rng.integers(2, size=64) == 1))
        loss = model(**batch).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()


def _answers(yes: NDArray[np.bool_]) -> list[str]:
    """Each four tokens of a tiny policy."""
    return [f"{PREFIX} {'yes' if is_yes else 'no'} </answer> {EOS}" for is_yes in yes]


def _batch(
    tokenizer: PreTrainedTokenizerBase, questions: Sequence[Question], endings: Sequence[str]
) -> dict[str, torch.Tensor]:
    """Left-padded ids, mask, and labels on the endings alone."""
    rows = [
        (prompt_ids(tokenizer, item), ending_ids(tokenizer, end)) for item, end in zip(questions, endings, strict=True)
    ]
    width = max(len(prompt) + len(ending) for prompt, ending in rows)
    pad = int(tokenizer.pad_token_id or 0)
    ids = torch.full((len(rows), width), pad)
    labels = torch.full((len(rows), width), -100)
    mask = torch.zeros((len(rows), width), dtype=torch.long)
    for index, (prompt, ending) in enumerate(rows):
        ids[index, width - len(prompt) - len(ending) :] = torch.tensor(prompt + ending)
        labels[index, width - len(ending) :] = torch.tensor(ending)
        mask[index, width - len(prompt) - len(ending) :] = 1
    return {"input_ids": ids, "attention_mask": mask, "labels": labels}


def messages(question: Question) -> list[dict[str, str]]:
    return [{"role": message.role, "content": message.content} for message in question.prompt]


def prompt_ids(tokenizer: PreTrainedTokenizerBase, question: Question) -> list[int]:
    text = tokenizer.apply_chat_template(messages(question), tokenize=False, add_generation_prompt=True)
    return list(tokenizer(text, add_special_tokens=False)["input_ids"])


def ending_ids(tokenizer: PreTrainedTokenizerBase, text: str) -> list[int]:
    return list(tokenizer(text, add_special_tokens=False)["input_ids"])


def load(path: Path | str, settings: Policy) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Ready to be asked, on the GPU when there is one. Weights are safetensors; nothing is unpickled."""
    half = isinstance(settings, PretrainedPolicy) and settings.bf16 and torch.cuda.is_available()
    model = AutoModelForCausalLM.from_pretrained(
        path, dtype=torch.bfloat16 if half else torch.float32, use_safetensors=True
    )
    # AutoTokenizer would build Qwen2's own tokenizer for a tiny policy, and lose its words.
    kind: Any = PreTrainedTokenizerFast if isinstance(settings, TinyPolicy) else AutoTokenizer
    tokenizer: PreTrainedTokenizerBase = kind.from_pretrained(path, padding_side="left")
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    model.to(device())  # type: ignore[arg-type] # the stubs lose nn.Module.to's overloads
    model.eval()
    return model, tokenizer


@torch.no_grad()
def yes_no_logits(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, questions: Sequence[Question], batch: int
) -> Floats:
    """(n) log P("yes") - log P("no") after the prompt and an opened answer tag."""
    parts = [questions[start : start + batch] for start in range(0, len(questions), batch)]
    logits = [_score(model, tokenizer, part, "yes") - _score(model, tokenizer, part, "no") for part in parts]
    return np.concatenate(logits) if logits else np.zeros(0)


def _score(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, questions: Sequence[Question], word: str
) -> Floats:
    """(n) log-probability of the word between its tags, given everything before it."""
    opening = len(ending_ids(tokenizer, PREFIX))
    space = " " if tokenizer.chat_template == ONLY_THE_USER else ""  # words are tokens there
    batch = _batch(tokenizer, questions, [f"{PREFIX}{space}{word}{space}</answer>"] * len(questions))
    labels = batch.pop("labels").to(model.device)
    output = model(**{key: value.to(model.device) for key, value in batch.items()}).logits[:, :-1].float()
    targets = labels[:, 1:]
    taken = output.log_softmax(-1).gather(-1, targets.clamp(min=0).unsqueeze(-1)).squeeze(-1)
    counted = (targets != -100) & ((targets != -100).cumsum(1) > opening)
    scores: Floats = (taken * counted).sum(1).double().cpu().numpy()
    return scores


def fit_beliefs(  # noqa: PLR0917 - one call, all of it needed
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    prompts: Sequence[Question],
    targets: Floats,
    steps: int,
    seed: int,
) -> None:
    """Cross-entropy of P(yes) against `targets` (n, in [0, 1]) at the answer's place, 128 prompts a step.

    A tiny policy's. The end of the answer is taught along: what is not trained drifts, and it is part of what is asked.
    """
    rng = np.random.default_rng(seed)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    model.train()
    for _ in range(steps):
        chosen = rng.integers(len(prompts), size=min(128, len(prompts)))
        wanted = targets[chosen]
        answers = _answers(rng.random(len(chosen)) < wanted)
        batch = _batch(tokenizer, [prompts[index] for index in chosen], answers)
        loss = _belief_loss(model, tokenizer, {key: value.to(model.device) for key, value in batch.items()}, wanted)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    model.eval()


def _belief_loss(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, batch: dict[str, torch.Tensor], targets: Floats
) -> torch.Tensor:
    """Of rows that end in an answer: `targets` (n) at its word, whichever stands there, and its end as it stands."""
    yes, no = (int(ending_ids(tokenizer, word)[0]) for word in ("yes", "no"))
    ids = batch["input_ids"]
    scores = model(input_ids=ids, attention_mask=batch["attention_mask"]).logits[:, -4:-1].log_softmax(-1)
    wanted = torch.tensor(targets, dtype=scores.dtype, device=scores.device)
    word = wanted * scores[:, 0, yes] + (1 - wanted) * scores[:, 0, no]
    end = scores[:, 1:].gather(-1, ids[:, -2:].unsqueeze(-1))
    loss: torch.Tensor = -word.mean() - end.mean()
    return loss
