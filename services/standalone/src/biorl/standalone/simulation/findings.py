"""Made-up findings in the sentences of real papers: numbers, directions, genes, compounds, definitions, lists.

Words come from wheels of syllables and letters large enough that findings of a million papers differ. Nothing here is
true of anything: it is text of the right shape, in any amount, for trying out how reading and asking scale.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_LETTERS = "ABCDEFGHKLMNPRSTWXZ"
_ONSETS = (
    "b",
    "br",
    "c",
    "cl",
    "d",
    "dr",
    "f",
    "fl",
    "g",
    "gr",
    "k",
    "l",
    "m",
    "n",
    "p",
    "pr",
    "r",
    "s",
    "st",
    "t",
    "tr",
    "v",
    "z",
)
_VOWELS = "aeiou"
_DRUGS = ("mycin", "cycline", "tinib", "statin", "olol", "sartan", "parib", "ciclib", "zomib", "afil", "azole")
_PROCESSES = (
    "proliferation", "migration", "invasion", "apoptosis", "differentiation", "phosphorylation", "secretion",
    "autophagy",
    "glycolysis", "adhesion", "translation", "degradation", "endocytosis", "respiration", "senescence", "elongation",
)  # fmt: skip
_AMOUNTS = ("expression", "activity", "abundance", "secretion", "phosphorylation", "uptake", "synthesis", "release")
_TISSUES = (
    "hepatic", "renal", "cortical", "hippocampal", "cardiac", "pulmonary", "intestinal", "dermal", "retinal",
    "placental",
    "pancreatic", "splenic", "gastric", "vascular", "synovial", "thymic", "ovarian", "testicular", "adrenal", "thyroid",
)  # fmt: skip
_CELLS = (
    "fibroblasts", "macrophages", "neurons", "astrocytes", "epithelial cells", "keratinocytes", "myoblasts",
    "progenitors",
    "endothelial cells", "organoids", "dendritic cells", "mast cells", "pericytes", "adipocytes", "hepatocytes",
)  # fmt: skip
_HOSTS = ("mice", "rats", "piglets", "patients", "larvae", "rabbits", "children", "embryos", "seedlings", "women")
_ADVERBS = ("significantly", "markedly", "strongly", "robustly", "consistently", "selectively")
_SPECIES = (
    "Arabidopsis thaliana", "Bacillus subtilis", "Aedes aegypti", "Apis mellifera", "Aspergillus niger", "Bombyx mori",
    "Anopheles gambiae", "Akkermansia muciniphila", "Aedes albopictus", "Acinetobacter baumannii",
)  # fmt: skip
_LINES = ("HeLa", "K562", "MCF-7", "A549", "Jurkat", "HepG2", "HCT116", "Caco-2", "SW480", "LNCaP", "THP-1", "U937")
_COUNTED = ("genes", "proteins", "transcripts", "loci", "variants", "peptides", "metabolites", "peaks")
_CLASSES = ("kinase", "receptor", "transporter", "protease", "phosphatase", "ligase", "channel", "repressor")
_UNITS = ("nM", "µM", "ng/ml", "mg/l")


@dataclass(frozen=True, slots=True)
class Wheel:
    """Draws words; the same generator state gives the same words."""

    rng: np.random.Generator

    def one(self, words: Sequence[str]) -> str:
        return words[int(self.rng.integers(len(words)))]

    def between(self, low: int, high: int) -> int:
        """Both ends included."""
        return int(self.rng.integers(low, high + 1))

    def gene(self) -> str:
        return f"{''.join(self.one(_LETTERS) for _ in range(self.between(3, 4)))}{self.between(1, 29)}"

    def stem(self, syllables: int = 2) -> str:
        return "".join(self.one(_ONSETS) + self.one(_VOWELS) for _ in range(syllables))

    def drug(self) -> str:
        return f"{self.stem()}{self.one(_DRUGS)}"

    def disease(self) -> str:
        return f"{self.stem()}{self.one(('osis', 'itis', 'opathy', 'emia', 'oma'))}"

    def cells(self) -> str:
        return f"{self.one(_TISSUES)} {self.one(_CELLS)}"

    def setting(self) -> str:
        """What a finding holds in; few words, most of them drawn."""
        return self.one(
            (
                f"in {self.cells()} from {self.one(_HOSTS)} with {self.disease()}",
                f"in {self.one(_HOSTS)} treated with {self.drug()}",
                f"in {self.stem()}-positive {self.cells()} after {self.drug()} withdrawal",
                f"in {self.one(_HOSTS)} lacking {self.stem(3)}",
                f"compared with {self.stem()}-treated {self.cells()}",
            )
        )

    def finding(self) -> str:
        """One sentence that stands by itself and holds an answer."""
        return _FORMS[int(self.rng.integers(len(_FORMS)))](self)


def _percentage(w: Wheel) -> str:
    return (
        f"{w.drug().capitalize()} cleared {w.between(11, 97)}.{w.between(1, 9)}% of {w.stem()}-positive "
        f"{w.cells()} {w.setting()}."
    )


def _share(w: Wheel) -> str:
    return (
        f"Mutations of {w.stem()} were found in {w.between(3, 89)}% of {w.one(_HOSTS)} whose "
        f"{w.disease()} relapsed {w.setting()}."
    )


def _fold(w: Wheel) -> str:
    return (
        f"{w.stem(3).capitalize()} {w.one(_AMOUNTS)} differed {w.between(2, 40)}.{w.between(1, 9)}-fold {w.setting()}."
    )


def _direction(w: Wheel) -> str:
    verb = w.one(("increased", "decreased", "reduced", "elevated"))
    return f"{w.stem(3).capitalize()} {w.one(_AMOUNTS)} was {w.one(_ADVERBS)} {verb} {w.setting()}."


def _effect(w: Wheel) -> str:
    verb = w.one(("promoted", "accelerated", "inhibited", "suppressed"))
    return f"{w.stem(3).capitalize()} {verb} {w.stem()}-driven {w.one(_AMOUNTS)} {w.setting()}."


def _gene(w: Wheel) -> str:
    return f"The {w.one(_CLASSES)} {w.gene()} bound {w.stem()} and controlled {w.one(_PROCESSES)} {w.setting()}."


def _knockout(w: Wheel) -> str:
    return f"Loss of {w.gene()} altered {w.stem()}-dependent {w.one(_PROCESSES)} {w.setting()}."


def _ratio(w: Wheel) -> str:
    kind = w.one(("odds ratio", "hazard ratio", "risk ratio"))
    return (
        f"Carriers of {w.stem()} had {w.disease()} with an {kind} of "
        f"{w.between(1, 8)}.{w.between(10, 99)} {w.setting()}."
    )


def _count(w: Wheel) -> str:
    return f"{w.stem(3).capitalize()} bound {w.between(12, 990)} {w.one(_COUNTED)} {w.setting()}."


def _concentration(w: Wheel) -> str:
    return (
        f"{w.drug().capitalize()} blocked {w.stem()} uptake with an IC50 of "
        f"{w.between(2, 99)}.{w.between(1, 9)} {w.one(_UNITS)} {w.setting()}."
    )


def _half_life(w: Wheel) -> str:
    return (
        f"{w.stem(3).capitalize()} had a half-life of {w.between(3, 90)}.{w.between(1, 9)} "
        f"{w.one(('h', 'min', 'days'))} {w.setting()}."
    )


def _organism(w: Wheel) -> str:
    return f"{w.one(_SPECIES)} produced {w.stem(3)} that dissolved {w.stem()} deposits {w.setting()}."


def _line(w: Wheel) -> str:
    return (
        f"{w.stem(3).capitalize()} entered {w.one(_LINES)} cells through {w.stem()} pores and caused "
        f"{w.one(_PROCESSES)} {w.setting()}."
    )


def _compound(w: Wheel) -> str:
    return f"{w.stem(3).capitalize()} signalling ceased with the {w.stem()} inhibitor {w.drug()} {w.setting()}."


def _definition(w: Wheel) -> str:
    return (
        f"{w.stem(3).capitalize()}, a {w.one(_TISSUES)} {w.one(_CLASSES)} with "
        f"{w.stem()} domains, controlled {w.one(_PROCESSES)} {w.setting()}."
    )


def _list(w: Wheel) -> str:
    members = f"{w.stem(3)}, {w.stem(3)} and {w.stem(3)}"
    return (
        f"{w.disease().capitalize()} spread through three {w.one(_TISSUES)} "
        f"{w.one(('factors', 'hormones', 'lipids'))} ({members}) {w.setting()}."
    )


def _abbreviation(w: Wheel) -> str:
    words = [w.stem(), w.stem(), w.one(_CLASSES)]
    short = "".join(word[0] for word in words).upper()
    return f"{' '.join(words).capitalize()} ({short}) sustained {w.one(_PROCESSES)} {w.setting()}."


_FORMS = (
    _percentage, _share, _fold, _direction, _effect, _gene, _knockout, _ratio, _count, _concentration, _half_life,
    _organism, _line, _compound, _definition, _list, _abbreviation,
)  # fmt: skip
