"""Made-up findings in the sentences of real papers: numbers, directions, genes, compounds, definitions, lists.

A grammar: a name in braces is replaced by one of its forms, {2-40} by a number between, until no brace is left. Names
are built of syllables and letters, so that the findings of a million papers differ. Nothing here is true of anything:
it is text of the right shape, in any amount, for trying out how reading and asking scale.
"""

import re
from dataclasses import dataclass

import numpy as np

_GRAMMAR = """
onset: b | br | c | cl | d | dr | f | fl | g | gr | k | l | m | n | p | pr | r | s | st | t | tr | v | z
vowel: a | e | i | o | u
letter: A | B | C | D | E | F | G | H | K | L | M | N | P | R | S | T | W | X | Z
stem: {onset}{vowel}{onset}{vowel}
name: {stem}{onset}{vowel}
gene: {letter}{letter}{letter}{1-29} | {letter}{letter}{letter}{letter}{1-29}
drug: {stem}mycin | {stem}cycline | {stem}tinib | {stem}statin | {stem}olol | {stem}sartan | {stem}parib | {stem}zomib
disease: {stem}osis | {stem}itis | {stem}opathy | {stem}emia | {stem}oma
process: proliferation | migration | invasion | apoptosis | differentiation | phosphorylation | autophagy | glycolysis
process: adhesion | translation | degradation | endocytosis | respiration | senescence | elongation
amount: expression | activity | abundance | secretion | phosphorylation | uptake | synthesis | release
tissue: hepatic | renal | cortical | hippocampal | cardiac | pulmonary | intestinal | dermal | retinal | placental
tissue: pancreatic | splenic | gastric | vascular | synovial | thymic | ovarian | testicular | adrenal | thyroid
cell: fibroblasts | macrophages | neurons | astrocytes | keratinocytes | myoblasts | progenitors | organoids | pericytes
cell: adipocytes | hepatocytes | lymphocytes
host: mice | rats | piglets | patients | larvae | rabbits | children | embryos | seedlings | women
class: kinase | receptor | transporter | protease | phosphatase | ligase | channel | repressor
species: Arabidopsis thaliana | Bacillus subtilis | Aedes aegypti | Apis mellifera | Aspergillus niger | Bombyx mori
species: Anopheles gambiae | Akkermansia muciniphila | Aedes albopictus | Acinetobacter baumannii
line: HeLa | K562 | MCF-7 | A549 | Jurkat | HepG2 | HCT116 | Caco-2 | SW480 | LNCaP | THP-1 | U937
counted: genes | proteins | transcripts | loci | variants | peptides | metabolites | peaks
unit: nM | µM | ng/ml | mg/l
time: h | min | days
changed: increased | decreased | reduced | elevated
adverb: significantly | markedly | strongly | robustly | consistently | selectively
affected: promoted | accelerated | inhibited | suppressed
ratio: odds ratio | hazard ratio | risk ratio
members: factors | hormones | lipids
long: br{vowel}{stem} st{vowel}{stem} kinase (BSK) | cl{vowel}{stem} dr{vowel}{stem} receptor (CDR)
long: fl{vowel}{stem} gr{vowel}{stem} ligase (FGL) | pr{vowel}{stem} tr{vowel}{stem} channel (PTC)
setting: in {tissue} {cell} from {host} with {disease} | in {host} treated with {drug} | in {host} lacking {name}
setting: in {stem}-positive {tissue} {cell} after {drug} withdrawal | compared with {stem}-treated {tissue} {cell}
finding: {drug} cleared {11-97}.{1-9}% of {stem}-positive {tissue} {cell} {setting}.
finding: Mutations of {stem} were found in {3-89}% of {host} whose {disease} relapsed {setting}.
finding: {name} {amount} differed {2-40}.{1-9}-fold {setting}.
finding: {name} {amount} was {adverb} {changed} {setting}.
finding: {name} {affected} {stem}-driven {amount} {setting}.
finding: The {class} {gene} bound {stem} and controlled {process} {setting}.
finding: Loss of {gene} altered {stem}-dependent {process} {setting}.
finding: Carriers of {stem} had {disease} with a {ratio} of {1-8}.{10-99} {setting}.
finding: {name} bound {12-990} {counted} {setting}.
finding: {drug} blocked {stem} uptake with an IC50 of {2-99}.{1-9} {unit} {setting}.
finding: {name} had a half-life of {3-90}.{1-9} {time} {setting}.
finding: {species} produced {name} that dissolved {stem} deposits {setting}.
finding: {name} entered {line} cells through {stem} pores and caused {process} {setting}.
finding: {name} signalling ceased with the {stem} inhibitor {drug} {setting}.
finding: {name}, a {tissue} {class} with {stem} domains, controlled {process} {setting}.
finding: {disease} spread through three {tissue} {members} ({name}, {name} and {name}) {setting}.
finding: {long} sustained {process} {setting}.
"""
_SLOT = re.compile(r"\{([a-z]+|\d+-\d+)\}")


def _read(grammar: str) -> dict[str, list[str]]:
    forms: dict[str, list[str]] = {}
    for line in grammar.strip().splitlines():
        slot, _, several = line.partition(": ")
        forms.setdefault(slot, []).extend(several.split(" | "))
    return forms


_FORMS = _read(_GRAMMAR)


@dataclass(frozen=True, slots=True)
class Grammar:
    """The same generator state gives the same words."""

    rng: np.random.Generator

    def text(self, form: str) -> str:
        """With every slot filled, from left to right, and the first letter large."""
        filled = self._filled(form)
        return filled[:1].upper() + filled[1:]

    def _filled(self, form: str) -> str:
        return _SLOT.sub(lambda slot: self._drawn(slot[1]), form) if "{" in form else form

    def _drawn(self, slot: str) -> str:
        if slot in _FORMS:
            forms = _FORMS[slot]
            return self._filled(forms[int(self.rng.random() * len(forms))])
        low, high = map(int, slot.split("-"))
        return str(low + int(self.rng.random() * (high + 1 - low)))
