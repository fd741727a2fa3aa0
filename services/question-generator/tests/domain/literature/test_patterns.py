"""What each pattern finds, and what it leaves alone."""

import pytest

from biorl.answers.spec import AnswerType
from biorl.question_generator.domain.literature.patterns import PATTERNS


def found(pattern, sentence):
    return [
        (sentence[item.start : item.end], item.spec.gold, item.spec.unit) for item in PATTERNS[pattern].find(sentence)
    ]


@pytest.mark.parametrize(
    ("pattern", "sentence", "place", "gold", "unit"),
    [
        ("percentage", "Metformin lowered mortality by 12.5 % in mice.", "12.5 %", "12.5", "%"),
        ("percentage", "Of all strains, 45% carried the plasmid.", "45%", "45", "%"),
        ("fold", "Expression rose 2.3-fold within hours.", "2.3-fold", "2.3", "fold"),
        ("fold", "Titres were 3 times higher in controls.", "3 times", "3", "fold"),
        ("concentration", "The IC50 of the drug was 160 nM in cells.", "160 nM", "160", "nM"),
        ("concentration", "The LD50 in mice was 10 mg/kg by mouth.", "10 mg/kg", "10", "mg/kg"),
        ("ratio", "The odds ratio was 2.4 for smokers.", "2.4", "2.4", ""),
        ("duration", "Symptoms lasted 14 days in most of them.", "14 days", "14", "days"),
        ("temperature", "The enzyme is most active at 37 °C in vitro.", "37 °C", "37", "degC"),
        ("length", "The plasmid carries a 4.5 kb insert.", "4.5 kb", "4.5", "kb"),
        ("count", "The screen identified 1,204 essential genes.", "1,204", "1204", ""),
        ("direction", "IL6 levels were significantly reduced after treatment.", "reduced", "decrease", ""),
        ("effect", "SOCS2 promotes neurogenesis in mice.", "promotes", "increase", ""),
        ("effect", "In cells miR-663 suppressed CDK6 expression.", "suppressed", "decrease", ""),
        ("comparison", "Titres were higher in men than in women.", "higher", "increase", ""),
        ("compound", "Growth stopped when the PI3K inhibitor LY294002 was there.", "LY294002", "LY294002", ""),
        ("direction", "Knockdown of MYC increased the expression of CDKN1A.", "increased", "increase", ""),
        ("gene", "Mutations in BRCA1 cause early tumours.", "BRCA1", "BRCA1", ""),
        ("gene", "Cells without the Trp53 gene divide.", "Trp53", "Trp53", ""),
        ("organism", "Malaria is caused by Plasmodium falciparum in Africa.", "Plasmodium falciparum", None, ""),
        ("cell_line", "Autophagy stopped in HeLa cells only.", "HeLa", "HeLa", ""),
        (
            "definition",
            "Titin is a giant muscle protein that spans half of a sarcomere in skeletal muscle.",
            "Titin",
            "Titin",
            "",
        ),
        ("definition", "Rapamycin, an inhibitor of mTOR, extends life.", "Rapamycin", "Rapamycin", ""),
        ("enumeration", "It has two subunits (p50 and RelA) in cells.", "p50 and RelA", "p50; RelA", ""),
    ],
)
def test_an_answer_is_found_where_it_stands(pattern, sentence, place, gold, unit):
    assert found(pattern, sentence) == [(place, gold or place, unit)]


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [
        ("percentage", "Between 10 and 20% of strains were resistant."),
        ("percentage", "Between 10−20% of strains were resistant."),
        ("percentage", "More than 20% of strains were resistant."),
        ("percentage", "Of the strains 20% were resistant, 30% were not and 50% died."),
        ("percentage", "A part (31,48% in average) did not map."),
        ("percentage", "It had 929%t of the time."),
        ("percentage", "Cells were kept in 5% CO2 at night."),
        ("fold", "The factor was induced 20-fold."),
        ("concentration", "Mice that got 10 mg/kg survived."),
        ("duration", "Cells were treated for 24 h with the drug."),
        ("length", "The concentrations of 12 amino acids differed."),
        ("temperature", "RNA was lost during storage at 48 °C."),
        ("ratio", "The odds ratio was 2.4-3.1 for smokers."),
        ("percentage", "The rate was 20% ± 3% in all."),
        ("percentage", "The mean was 68·7% in all."),
        ("percentage", "All of them (100%) died."),
        ("fold", "Expression rose 2- to 3-fold within hours."),
        ("concentration", "Cells got 10 or 20 nM of the drug."),
        ("concentration", "The flow was 10 mg/kg/day in all."),
        ("duration", "Mice were 8-10 weeks old."),
        ("length", "Cells moved at 15 µm hr−1 or faster."),
        ("temperature", "Samples at 4 °C and 37 °C differed."),
        ("count", "It was first seen in 1960 in samples of birds."),
        ("count", "Cluster 3 genes are expressed early."),
        ("count", "Of 20 patients 12 patients recovered."),
        ("count", "The lineage 12 neurons lie ventrally."),
        ("direction", "The expression of both markers was increased."),
        ("direction", "The wing size was reduced, especially in mutants."),
        ("effect", "A role for growth factor stimulated cell motility was shown."),
        ("effect", "This links the suppressed autophagy activity to inflammation."),
        ("effect", "All mutants inhibited growth, with K650M the strongest inhibitor."),
        ("comparison", "Titres were higher in men."),
        ("comparison", "The centrum is slightly higher than long, compared with others."),
        ("fold", "The factor was induced 20-fold (compared with controls)."),
        ("compound", "It was blocked by the lysosomal inhibitor bafilomycin A1 here."),
        ("direction", "IL6 was not increased by treatment."),
        ("direction", "IL6 was increased and TNF was decreased by treatment."),
        ("direction", "It may be increased by treatment."),
        ("direction", "Knockdown increased it from 3 to 5 units."),
        ("direction", "Proteins were reduced and loaded on a gel."),
        ("gene", "Expression of N540K led to growth."),
        ("gene", "The DNA promoter was cut."),
        ("gene", "The boundary is close to Island3 gene 67."),
        ("gene", "Aft1 activates expression of FTR1 and other genes."),
        ("gene", "The GM-CSF mRNA was bound, and so was CAV3.1 mRNA."),
        ("organism", "Aedes aegypti and Aedes albopictus spread it."),
        ("organism", "It was tried on species such as Aedes aegypti, with success."),
        ("gene", "It drives many genes, including the transcription factor GATA2."),
        ("organism", "In Drosophila sensory neurons it is absent."),
        ("definition", "Infection is an important process that has many sides to it."),
        ("definition", "However, a protein that is, binds."),
        ("definition", "More specifically, an array provides a platform for all of us, today."),
        ("definition", "Nevertheless, the disease only received attention late, in 1986."),
        ("definition", "It is a protein that binds to other proteins at night."),
        ("definition", "Synaptotagmin, the GABA transporter, and others are there."),
        ("enumeration", "It has three subunits (p50 and RelA) in cells."),
        ("enumeration", "Of these two are recombinases (Peaches and SkiPole) here."),
        ("enumeration", "They fall into two groups: delineated and diffuse neuropils."),
        ("enumeration", "It has three positions (positions 10, 20 and 30) in all."),
        ("enumeration", "It was seen in two panels (Fig. 7A and 7B)."),
    ],
)
def test_what_has_no_single_answer_is_left_alone(pattern, sentence):
    assert found(pattern, sentence) == []


@pytest.mark.parametrize(
    ("sentence", "short", "long"),
    [
        ("Mitogen-activated protein kinase (MAPK) acts.", "MAPK", "Mitogen-activated protein kinase"),
        ("It needs the unfolded protein response (UPR) of cells.", "UPR", "unfolded protein response"),
        ("Human mesenchymal stem cells (MSCs) divide.", "MSCs", "mesenchymal stem cells"),
        ("A loss of righting reflex (LORR) was seen.", "LORR", "loss of righting reflex"),
    ],
)
def test_an_abbreviation_is_asked_for_what_it_stands_for(sentence, short, long):
    (candidate,) = PATTERNS["abbreviation"].find(sentence)
    assert candidate.spec.gold == sentence[candidate.start : candidate.end] == long
    assert candidate.ask == f"what does the abbreviation “{short}” stand for?"


@pytest.mark.parametrize(
    "sentence",
    [
        "It was grown in California (USA) for years.",
        "The mean and standard deviation (SD) are given.",
        "Binding to EGF receptor (EGFR) was seen.",
        "We saw it in cancer (CAN) cells.",
        "Growth was measured (see ABC) there.",
        "It is found in many cells (TNF).",
        "Induced human pluripotent stem cells (hiPS) divide.",
        "It was done with the maximum /fundamental frequency (MFF).",
    ],
)
def test_brackets_that_abbreviate_nothing_are_left_alone(sentence):
    assert list(PATTERNS["abbreviation"].find(sentence)) == []


def test_a_plural_abbreviation_accepts_the_singular():
    (candidate,) = PATTERNS["abbreviation"].find("Human mesenchymal stem cells (MSCs) divide.")
    assert candidate.spec.accepted == ("mesenchymal stem cell",)


def test_a_misplaced_plural_accepts_the_right_one():
    (candidate,) = PATTERNS["abbreviation"].find("We drew five region of interests (ROIs) by hand.")
    assert candidate.spec.accepted == ("regions of interest",)


def test_a_list_is_a_set_of_short_texts():
    (candidate,) = PATTERNS["enumeration"].find("It has three parts: head, neck and tail.")
    assert candidate.spec.type is AnswerType.SET
    assert candidate.spec.member_type is AnswerType.SHORT_TEXT
    assert candidate.hint == "the three parts, separated by semicolons"
