"""One answer, in its tags, or a reason why not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biorl.answers.extraction import MAX_ANSWER, MAX_COMPLETION, extract_answer


@pytest.mark.parametrize(
    ("completion", "answer", "rationale"),
    [
        ("<answer>yes</answer>", "yes", ""),
        ("<think>BRCA1 repairs DNA.</think>\n<answer> yes </answer>\n", "yes", "BRCA1 repairs DNA."),
        ("the prompt opened the tag</think><answer>no</answer>", "no", "the prompt opened the tag"),
        ("Free text first. <answer>p < 0.05</answer>", "p < 0.05", "Free text first."),
        ("<answer>no</answer> I am done.", "no", ""),
    ],
)
def test_a_single_answer_is_taken_with_its_rationale(completion, answer, rationale):
    extraction = extract_answer(completion)
    assert (extraction.answer, extraction.rationale, extraction.reason) == (answer, rationale, "")


@pytest.mark.parametrize(
    ("completion", "reason"),
    [
        ("", "no_answer_tag"),
        ("yes", "no_answer_tag"),
        ("The answer is yes.", "no_answer_tag"),
        ("a knockdown of BRCA1", "no_answer_tag"),
        ("\\boxed{yes}", "no_answer_tag"),
        ("<answer>", "unclosed_answer"),
        ("<answer>yes", "unclosed_answer"),
        ("</answer>yes<answer>", "unclosed_answer"),
        ("yes</answer>", "unclosed_answer"),
        ("<answer>yes</answer><answer>no</answer>", "several_answers"),
        ("<answer>yes</answer><answer>yes</answer>", "several_answers"),
        ("<answer>yes</answer></answer>", "several_answers"),
        ("<answer><answer>yes</answer></answer>", "nested_tags"),
        ("<answer><b>yes</b></answer>", "nested_tags"),
        ("<answer><think>hm</think>yes</answer>", "nested_tags"),
        ("<answer></answer>", "empty_answer"),
        ("<answer> \n\t </answer>", "empty_answer"),
        ("<answer>\u200b\u2060</answer>", "empty_answer"),
        ("<ANSWER>yes</ANSWER>", "malformed_tag"),
        ('<answer value="yes">yes</answer>', "malformed_tag"),
        ("<answer>yes</answer >", "malformed_tag"),
        ("<think>hm <answer>yes</answer></think>", "answer_inside_think"),
        ("hm <answer>yes</answer></think>", "answer_inside_think"),
        ("<think>hm <answer>yes</answer>", "unclosed_think"),
        ("<think>a</think><think>b</think><answer>yes</answer>", "several_thinks"),
        ("<answer>" + "A" * (MAX_ANSWER + 1) + "</answer>", "answer_too_long"),
        ("a" * MAX_COMPLETION + "<answer>yes</answer>", "completion_too_long"),
    ],
)
def test_a_completion_without_exactly_one_answer_says_why(completion, reason):
    extraction = extract_answer(completion)
    assert extraction.answer is None
    assert extraction.reason == reason


fragments = st.lists(
    st.sampled_from(
        ["<answer>", "</answer>", "<think>", "</think>", "<answer", "yes", "no", "<", ">", "</", " ", "\x00"]
    ),
    max_size=12,
).map("".join)


@given(fragments | st.text(max_size=200))
def test_any_completion_gives_an_answer_or_a_reason_and_never_both(completion):
    extraction = extract_answer(completion)
    assert (extraction.answer is None) == bool(extraction.reason)
    if extraction.answer is not None:
        assert completion.count("<answer>") == completion.count("</answer>") == 1
        assert (
            f"<answer>{extraction.answer}" in completion.replace("<answer> ", "<answer>")
            or extraction.answer in completion
        )


@pytest.mark.parametrize("piece", ["<answer", "<answer ", "<think", "</", "<answer>", "< answer ", "<" * 50])
def test_hostile_repetition_costs_linear_time(piece):
    assert extract_answer(piece * (MAX_COMPLETION // len(piece))).answer is None
