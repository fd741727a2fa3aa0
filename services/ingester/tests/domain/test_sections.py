"""Sections are known by type, place and title, in this order."""

import pytest

from biorl.ingester.domain.sections import is_dropped, kind_of


@pytest.mark.parametrize(
    ("sec_type", "title", "inherited", "kind"),
    [
        ("materials|methods", "", "", "methods"),
        ("results|discussion", "", "", "results"),
        ("", "3. Results and Discussion", "", "results"),
        ("", "Material and methods", "", "methods"),
        ("", "Case-Control Study", "results", "results"),
        ("", "Statistical results", "methods", "methods"),
        ("methods", "x", "results", "methods"),
        ("", "Crataegus", "", ""),
        ("subsection", "Results", "", "results"),
    ],
)
def test_kind(sec_type: str, title: str, inherited: str, kind: str) -> None:
    assert kind_of(sec_type, title, inherited) == kind


@pytest.mark.parametrize(
    ("sec_type", "title"),
    [("supplementary-material", ""), ("", "Acknowledgements"), ("", "Funding"), ("", "Competing interests"),
     ("", "Author Contributions"), ("COI-statement", "x"), ("", "Data availability statement"), ("", "References")],
)  # fmt: skip
def test_what_holds_no_findings_is_dropped(sec_type: str, title: str) -> None:
    assert is_dropped(sec_type, title)


@pytest.mark.parametrize(
    ("sec_type", "title"), [("methods", "Ethics and consent"), ("", "Results"), ("", "Refinement")]
)
def test_findings_stay(sec_type: str, title: str) -> None:
    assert not is_dropped(sec_type, title)
