"""A target is the mix of fields of papers of certain years, and a file that is none says what would be one."""

from dataclasses import replace

import pytest

from biorl.question_generator.adapters.recent_literature import NoTargetError, read_target, target_of
from biorl.question_generator.testing import paper


def of(year, title, number):
    return replace(paper(title=title, document_id=f"PMC{number}.1"), year=year, topics=())


PAPERS = [
    of(2024, "Tumours of mice", 1),
    of(2025, "Neurons of mice", 2),
    of(2025, "Neurons of men", 3),
    of(1999, "Malaria", 4),
]


def test_only_papers_of_the_window_count():
    report = target_of(PAPERS, 2020, 2026)
    assert report["papers"] == 3
    assert report["shares"] == pytest.approx({"cancer": 1 / 3, "neuroscience": 2 / 3})


def test_a_window_without_papers_is_no_target():
    with pytest.raises(NoTargetError, match="widen the window"):
        target_of(PAPERS, 2030, 2031)


@pytest.mark.parametrize("text", ["", "{}", '{"shares": {}}', '{"shares": {"a": -1}}', '{"shares": {"a": "x"}}', "[]"])
def test_what_is_no_target_says_so(tmp_path, text):
    path = tmp_path / "target.json"
    path.write_text(text)
    with pytest.raises(NoTargetError):
        read_target(path)
