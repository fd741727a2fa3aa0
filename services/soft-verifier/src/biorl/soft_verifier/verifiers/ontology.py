"""`ontology`: what a rationale says of the genes that it is asked about, against their annotation.

Prior knowledge as a verifier (rbio's RLPK), over the graph of terms instead of by overlap of strings: a rationale is
credited for true and telling statements about the right gene (domain/ontology/knowledge.py). It says nothing of the
answer, so it belongs beside a primary part, not in its place. `ontology-rouge` and `ontology-keywords` are rbio's own
forms, for comparison.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from biorl.answers.extraction import Extraction
from biorl.genes.functions import Functions
from biorl.questions.question import GeneClassClaim, PerturbationClaim, Question
from biorl.soft_verifier.domain.belief import Array, Artifact, Status, Trained, Verdict, packed_text
from biorl.soft_verifier.domain.naming import packed_symbols, unpacked_symbols
from biorl.soft_verifier.domain.ontology.knowledge import ENOUGH, Knowledge, shares
from biorl.soft_verifier.domain.ontology.overlap import keyword_share, rouge_l
from biorl.soft_verifier.domain.ontology.statements import statements
from biorl.soft_verifier.domain.ontology.term_names import TermNames
from biorl.soft_verifier.domain.ontology.words import MAX_TEXT, stems


class Ontology:
    tasks = ("*",)
    reads_rationale = True

    def __init__(self, artifact: Artifact) -> None:
        self._organism = artifact.card.get("organism", "")
        self._symbols = unpacked_symbols(artifact)
        self._known = self._symbols.official | frozenset(self._symbols.redirects.values())
        self._names = artifact.text("terms.names")
        self._knowledge = _knowledge(artifact)
        self._index = TermNames.of(self._names)

    @classmethod
    def train_on_functions(cls, functions: Functions) -> Trained:
        """Of equal input, equal arrays."""
        arrays, num_terms = _packed(functions)
        card = {
            "organism": functions.organism,
            "num_genes": len(functions.terms),
            "num_terms": num_terms,
            "limits": _limits(),
        }
        return Trained(arrays | packed_symbols(functions.symbols, functions.terms), card)

    def judge(self, question: Question, answers: Sequence[Extraction]) -> list[Verdict]:
        genes = self._asked(question)
        if isinstance(genes, str):
            return [Verdict.without_score(Status.ABSTAINED, genes)] * len(answers)
        return [self._verdict(genes, answer) for answer in answers]

    def _verdict(self, genes: Sequence[str], answer: Extraction) -> Verdict:
        score = self.credit(answer.rationale, genes)
        return Verdict(Status.SCORED, score, reason="" if score else "nothing_true_said", answer=answer.answer or "")

    def credit(self, rationale: str, genes: Sequence[str]) -> float:
        """In [0, 1]: mean over the genes, which are annotated."""
        told = statements(rationale, genes, self._gene, self._index)
        return float(np.mean([self._knowledge.credit(gene, told.get(gene, ())) for gene in genes]))

    def _asked(self, question: Question) -> list[str] | str:
        """Annotated genes of the question's claim; or the reason why there are none."""
        match question.claim:
            case PerturbationClaim(perturbed, readout, context, _):
                named, organism = [*perturbed, readout], context.organism
            case GeneClassClaim(gene, _, organism):
                named = [gene]
            case _:
                return "claim_not_covered"
        if self._organism not in {"", organism}:
            return "organism_not_covered"
        genes = list(dict.fromkeys(self._symbols.normalise(name) for name in named))
        known = [gene for gene in genes if gene in self._knowledge.annotated]
        return known or "gene_not_annotated"

    def _gene(self, word: str) -> str | None:
        """The gene that a word of a text means. Lower-case words such as "was" or "set" mean none."""
        if not any(letter.isupper() or letter.isdigit() for letter in word[1:]) and len(word) > 1:
            return None
        found = self._symbols.normalise(word)
        return found if found in self._known else None


class OntologyRouge(Ontology):
    """F1 of the longest common subsequence of the rationale and the names of the gene's terms."""

    def credit(self, rationale: str, genes: Sequence[str]) -> float:
        said = stems(rationale[:MAX_TEXT])
        return float(np.mean([rouge_l(said, self._words(gene)) for gene in genes]))

    def _words(self, gene: str) -> list[str]:
        return [word for term in self._knowledge.annotated[gene] for word in stems(self._names[term])]


class OntologyKeywords(OntologyRouge):
    """Share of the words of the gene's terms that the rationale has."""

    def credit(self, rationale: str, genes: Sequence[str]) -> float:
        said = stems(rationale[:MAX_TEXT])
        return float(np.mean([keyword_share(said, self._words(gene)) for gene in genes]))


def _packed(functions: Functions) -> tuple[dict[str, Array], int]:
    direct = {term for terms in functions.terms.values() for term in terms}
    terms = sorted({*functions.names, *functions.ontology.parents, *direct})
    place = {term: at for at, term in enumerate(terms)}
    edges = [
        (place[term], place[parent])
        for term in terms
        for parent in sorted(functions.ontology.parents.get(term, ()))
        if parent in place
    ]
    genes = sorted(functions.terms)
    annotated = [(row, place[term]) for row, gene in enumerate(genes) for term in sorted(functions.terms[gene])]
    arrays: dict[str, Array] = {
        "terms.ids": packed_text(terms),
        "terms.names": packed_text([functions.names.get(term, term) for term in terms]),
        "terms.edges": np.array(edges, dtype=np.int32).reshape(-1, 2),
        "genes": packed_text(genes),
        "annotated": np.array(annotated, dtype=np.int32).reshape(-1, 2),
    }
    arrays["terms.share"] = shares(*_tables(arrays, len(terms), genes))
    return arrays, len(terms)


def _tables(
    arrays: Mapping[str, Array], num_terms: int, genes: Sequence[str]
) -> tuple[list[list[int]], dict[str, list[int]]]:
    parents: list[list[int]] = [[] for _ in range(num_terms)]
    for term, parent in arrays["terms.edges"].tolist():
        parents[term].append(parent)
    annotated: dict[str, list[int]] = {gene: [] for gene in genes}
    for row, term in arrays["annotated"].tolist():
        annotated[genes[row]].append(term)
    return parents, annotated


def _knowledge(artifact: Artifact) -> Knowledge:
    share = artifact.arrays["terms.share"]
    return Knowledge(*_tables(artifact.arrays, len(share), artifact.text("genes")), share)


def _limits() -> dict[str, Any]:
    return {
        "reads": f"the first {MAX_TEXT} characters of a rationale, in English",
        "enough": ENOUGH,
        "credits": "order rationales; they are no probabilities, and no measurement calibrates them",
        "statements": "names of terms, said of a gene by its symbol; annotation that is missing counts as untrue",
    }
