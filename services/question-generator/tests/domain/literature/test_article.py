"""Whole papers: golden questions for paragraphs written by hand, and what holds for any paper."""

import gzip
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from biorl.answers.checking import check
from biorl.question_generator.domain.literature.article import LiteratureRules, write_literature_questions
from biorl.question_generator.domain.literature.patterns import PATTERNS
from biorl.question_generator.domain.literature.wording import BLANK, written_gold
from biorl.question_generator.domain.sources import Document, Paragraph, Section
from biorl.question_generator.testing import paper
from biorl.questions.question import Split

RULES = LiteratureRules()

GOLDEN = paper(
    "Cathepsin B is a lysosomal protease that degrades proteins inside of infected macrophages (Smith et al., 2010). "
    "However, treatment with bafilomycin significantly reduced the secretion of lysosomal hydrolases by "
    "macrophages (p < 0.01; Fig. 2A). These cells have their optimum at 37 °C in vitro. "
    "In the absence of serum, 41.5% of macrophages died within a week.",
    "Macrophages use the unfolded protein response (UPR) to survive. "
    "Infection by Mycobacterium tuberculosis blocks fusion of phagosomes with lysosomes in human macrophages.",
    title="Lysosomes of immune cells in health and disease",
)


def test_hand_written_paragraphs_give_these_questions_and_no_other():
    written = write_literature_questions(GOLDEN, RULES)
    asked = [
        (item.provenance.writer.rpartition("/")[2], item.prompt[-1].content.rpartition("\n\n")[2], item.answer.gold)
        for item in written.questions
    ]
    assert asked == [
        (
            "definition",
            f"{BLANK} is a lysosomal protease that degrades proteins inside of infected macrophages.",
            "Cathepsin B",
        ),
        (
            "direction",
            f"Treatment with bafilomycin significantly {BLANK} the secretion of lysosomal hydrolases by macrophages.",
            "decrease",
        ),
        ("percentage", f"In the absence of serum, {BLANK} of macrophages died within a week.", "41.5"),
        (
            "abbreviation",
            f"In the study “{GOLDEN.title}”, what does the abbreviation “UPR” stand for?",
            "unfolded protein response",
        ),
        (
            "organism",
            f"Infection by {BLANK} blocks fusion of phagosomes with lysosomes in human macrophages.",
            "Mycobacterium tuberculosis",
        ),
    ]
    assert {refusal.reason for refusal in written.refusals} == {"anaphora"}


def test_a_question_names_its_study_and_what_belongs_into_the_blank():
    question = write_literature_questions(GOLDEN, RULES).questions[2]
    assert question.prompt[0].role == "system"
    assert question.prompt[-1].content.startswith(
        "The study “Lysosomes of immune cells in health and disease” reports the following. "
        "Fill in the blank with a percentage (a number and %)."
    )


def test_a_question_carries_its_paper_licence_and_topics():
    question = write_literature_questions(GOLDEN, RULES).questions[0]
    assert question.provenance.sources == (GOLDEN.id,)
    assert (question.licence, question.topics) == (GOLDEN.licence, GOLDEN.topics)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"article_type": "retraction"}, "article_type"),
        ({"article_type": "editorial"}, "article_type"),
        ({"title": "Lysosomes"}, "no_title"),
        ({"title": "RETRACTED: Lysosomes of immune cells"}, "notice"),
        ({"sections": ()}, "no_text"),
    ],
)
def test_a_paper_that_cannot_be_asked_about_says_why(change, reason):
    written = write_literature_questions(replace(GOLDEN, **change), RULES)
    assert not written.questions
    assert [refusal.reason for refusal in written.refusals] == [reason]


@pytest.mark.parametrize("title", ["Materials and Methods", "2. Methods", "Funding", "Conflict of interest"])
def test_sections_that_hold_no_findings_are_left_out(title):
    sections = tuple(replace(section, path=(title, "Cells"), type="") for section in GOLDEN.sections)
    assert not write_literature_questions(replace(GOLDEN, sections=sections), RULES).questions


def test_a_paper_gives_no_more_than_its_share():
    assert len(write_literature_questions(GOLDEN, LiteratureRules(max_per_article=2)).questions) == 2


def test_what_abstract_and_results_both_say_is_asked_once():
    fact = "Treatment with rapamycin significantly increased the median lifespan of yeast cells in rich medium."
    written = write_literature_questions(paper(fact, fact), RULES)
    assert len(written.questions) == 1
    assert [refusal.reason for refusal in written.refusals] == ["same_fact_twice"]


def test_all_versions_of_a_paper_are_on_the_same_side_of_the_split():
    rules = LiteratureRules(held_out_share=0.5)
    sides = set()
    for number in range(40):
        first, second = (
            write_literature_questions(replace(GOLDEN, id=f"PMC{number}.{version}", pmcid=f"PMC{number}"), rules)
            for version in (1, 2)
        )
        side = {question.split for question in (*first.questions, *second.questions)}
        assert len(side) == 1
        sides |= side
    assert sides == {Split.TRAIN, Split.TEST}


def assert_sound(document, written):
    """What must hold for every question of every paper."""
    paragraphs = {item.id: item.text for section in document.sections for item in section.paragraphs}
    for question in written.questions:
        (evidence,) = question.evidence
        assert evidence.document_id == document.id
        assert paragraphs[evidence.paragraph_id][evidence.start : evidence.end] == evidence.quote
        pattern = PATTERNS[question.provenance.writer.rpartition("/")[2]]
        candidates = [item for item in pattern.find(evidence.quote) if item.spec == question.answer]
        assert candidates, "the evidence holds the answer"
        user = question.prompt[-1].content
        assert BLANK in user or user.endswith("stand for?")
        assert check(question.answer, written_gold(question.answer)).correct is True


words = st.sampled_from(
    [
        "Mice", "of", "the", "HeLa", "cells", "were", "increased", "by", "12", "%", "(Fig. 2)", "5", "nM",
        "protein",
        "Plasmodium", "falciparum", "(MAPK)", "mitogen-activated", "kinase", ",", ".", "MYC", "gene", "two",
        "(a and b)",
        "is", "a", "that", "significantly", "24", "h", "37", "°C", "2.5-fold", "[1]", "This", "\u2009", "µ",
        "𝛼",
    ]
)  # fmt: skip


@given(st.lists(st.lists(words, max_size=40).map(" ".join), max_size=4))
@settings(max_examples=200)
def test_whatever_a_paper_says_its_evidence_is_where_it_says(paragraphs):
    document = paper(*paragraphs)
    assert_sound(document, write_literature_questions(document, RULES))


@given(st.text(max_size=400))
def test_no_text_makes_the_writer_raise(text):
    document = paper(text)
    assert_sound(document, write_literature_questions(document, RULES))


def test_hostile_text_costs_bounded_time():
    for piece in ("(", "a, ", "A b, a ", "two x (", "is a protein ", "1 ", ". A", "increased "):
        write_literature_questions(paper(piece * 4000), RULES)


def articles():
    folder = Path(os.environ.get("BIORL_DATA", Path(__file__).parents[6] / "shared" / "data")) / "jats"
    if not folder.is_dir():
        pytest.skip(f"no articles in {folder}: set BIORL_DATA")
    return sorted(folder.glob("*.xml.gz"))[::6]


def read(path):
    """As little of JATS as this test needs; the ingester reads it properly."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    with gzip.open(path) as file:
        article = etree.parse(file, parser).getroot()
    sections = [
        Section(("Body",), "", (Paragraph(f"p{number}", " ".join("".join(item.itertext()).split())),))
        for number, item in enumerate(article.iterfind(".//body//p"))
    ]
    title = article.find(".//front//article-title")
    name = " ".join("".join(title.itertext()).split()) if title is not None else ""
    return Document(path.name, name, article.get("article-type") or "", "CC-BY-4.0", sections=tuple(sections))


@pytest.mark.data
@pytest.mark.slow
def test_real_articles_give_at_least_four_sound_questions_on_average():
    counts = []
    for path in articles():
        document = read(path)
        written = write_literature_questions(document, RULES)
        assert_sound(document, written)
        assert len(written.questions) <= RULES.max_per_article
        assert not any(re.search(r"\bet al\b", item.prompt[-1].content) for item in written.questions)
        if document.article_type == "research-article":
            counts.append(len(written.questions))
    assert sum(counts) / len(counts) >= 4
