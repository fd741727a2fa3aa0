"""What endpoints answer, recorded: every way of failing is a reply, a reason to try later, or paid for once."""

import threading
import time
from dataclasses import dataclass, field

import pytest

from biorl.chassis.errors import TryLater
from biorl.question_generator.adapters.openai_chat import OpenAIChat
from biorl.question_generator.adapters.openai_endpoint import Endpoint
from biorl.question_generator.adapters.reply_store import ReplyStore, account
from biorl.question_generator.domain.authoring.chat import ChatReply, ChatRequest, Said
from biorl.questions.question import ChatMessage


def completion(text="<answer>42</answer>", finish="stop", refusal=None):
    message = {"role": "assistant", "content": text, "refusal": refusal}
    return 200, {
        "id": "x", "object": "chat.completion", "created": 1, "model": "m",
        "choices": [{"index": 0, "finish_reason": finish, "message": message}],
        "usage": {"prompt_tokens": 30, "completion_tokens": 12, "total_tokens": 42},
    }  # fmt: skip


FILTERED = (
    400,
    {"error": {"message": "The response was filtered", "code": "content_filter", "type": "invalid_request_error"}},
)
TOO_LONG = (
    400,
    {"error": {"message": "maximum context length is 8192 tokens", "code": None, "type": "BadRequestError"}},
)
BUSY = (429, {"error": {"message": "slow down"}})
DOWN = (500, {"error": {"message": "oops"}})


@dataclass
class Recorded:
    """An endpoint that answers a question by its text, from a list that is used up."""

    script: dict[str, list]
    seen: list[dict] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, body, path, key):
        del path, key
        with self.lock:
            self.seen.append(body)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            left = self.script[body["messages"][-1]["content"]]
            said = left.pop(0) if len(left) > 1 else left[0]
        time.sleep(0.05)
        with self.lock:
            self.at_once -= 1
        return said


def request(text, attempt=0):
    return ChatRequest("solve", (ChatMessage("user", text),), 100, 0.5, attempt)


@pytest.fixture
def store(tmp_path):
    store = ReplyStore(tmp_path / "replies.sqlite")
    yield store
    store.close()


def asked(url, store, *texts, max_total_tokens=None, **settings):
    chat = OpenAIChat(Endpoint(url, "m", timeout_s=20, **settings), store, max_total_tokens=max_total_tokens)
    return chat.ask([request(text) for text in texts])


@pytest.mark.parametrize(
    ("said", "reply"),
    [
        (completion(), ChatReply(Said.ANSWERED, "<answer>42</answer>", 30, 12)),
        (completion("half", "length"), ChatReply(Said.CUT_OFF, "half", 30, 12)),
        (completion("", "content_filter"), ChatReply(Said.REFUSED, "", 30, 12)),
        (completion(None, refusal="I cannot help"), ChatReply(Said.REFUSED, "I cannot help", 30, 12)),
        (FILTERED, Said.REFUSED),
        (TOO_LONG, Said.REJECTED),
    ],
)
def test_what_an_endpoint_says_is_a_reply(serving, store, said, reply):
    with serving(Recorded({"q": [said]})) as url:
        (got,) = asked(url, store, "q")
    assert (got if isinstance(reply, ChatReply) else got.said) == reply


def test_a_busy_endpoint_is_asked_again(serving, store):
    recorded = Recorded({"q": [BUSY, DOWN, completion()]})
    with serving(recorded) as url:
        (got,) = asked(url, store, "q", max_retries=5)
    assert got.said is Said.ANSWERED
    assert len(recorded.seen) == 3


def test_what_was_answered_before_an_outage_is_not_paid_for_again(serving, store):
    recorded = Recorded({"a": [completion()], "b": [DOWN]})
    with serving(recorded) as url:
        with pytest.raises(TryLater, match="1 of 2"):
            asked(url, store, "a", "b", max_retries=0)
        recorded.script["b"] = [completion("later")]
        got = asked(url, store, "a", "b", max_retries=0)
    assert [reply.text for reply in got] == ["<answer>42</answer>", "later"]
    assert [body["messages"][-1]["content"] for body in recorded.seen].count("a") == 1


def test_an_endpoint_that_is_not_there_is_a_reason_to_try_later(store):
    with pytest.raises(TryLater):
        asked("http://127.0.0.1:9/v1", store, "q", max_retries=0)


def test_equal_requests_are_sent_once_and_attempts_are_not_equal(serving, store):
    recorded = Recorded({"q": [completion()]})
    with serving(recorded) as url:
        chat = OpenAIChat(Endpoint(url, "m"), store)
        assert len(chat.ask([request("q"), request("q"), request("q", 1)])) == 3
        chat.ask([request("q")])
    assert [body["seed"] for body in recorded.seen] in ([0, 1], [1, 0])


def test_no_more_requests_are_under_way_than_is_allowed(serving, store):
    recorded = Recorded({str(number): [completion()] for number in range(12)})
    with serving(recorded) as url:
        asked(url, store, *recorded.script, concurrency=3)
    assert 1 < recorded.most_at_once <= 3


def test_a_spent_budget_sends_nothing_and_a_larger_one_goes_on(serving, store, tmp_path):
    recorded = Recorded({text: [completion()] for text in "abc"})
    with serving(recorded) as url:
        said = [reply.said for reply in asked(url, store, *"abc", concurrency=1, max_total_tokens=50)]
        assert said == [Said.ANSWERED, Said.ANSWERED, Said.OVER_BUDGET]
        assert [reply.said for reply in asked(url, store, *"abc", max_total_tokens=500)] == [Said.ANSWERED] * 3
    (spent,) = account(tmp_path / "replies.sqlite").values()
    assert (spent.requests, spent.input_tokens, spent.output_tokens) == (3, 90, 36)
