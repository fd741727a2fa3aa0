"""How questions about classes of genes read.

The classes with words of their own are those of Geneformer's gene classification: dosage sensitivity of transcription
factors, bivalent chromatin in embryonic stem cells, range of transcription factors. A class without words is asked
about by its name.
"""

_BIVALENT = (
    "Is the promoter of the {organism}gene {gene} bivalent in embryonic stem cells , marked by both H3K4me3 and "
)
_ASKED = {
    "dosage-sensitive": "Is the {organism}transcription factor gene {gene} dosage-sensitive , so that one copy more or "
    "less does harm ?",
    "bivalent-not-unmethylated": _BIVALENT + "H3K27me3 , rather than methylated at neither ?",
    "bivalent-not-lys4-only": _BIVALENT + "H3K27me3 , rather than by H3K4me3 alone ?",
    "long-range-tf": "Does the {organism}transcription factor {gene} regulate its targets over a long genomic range "
    "rather than a short one ?",
}
_ORGANISMS = {"NCBITaxon:9606": "human ", "NCBITaxon:10090": "mouse "}


def asked_of_gene(gene: str, gene_class: str, organism: str) -> str:
    words = _ASKED.get(gene_class, f"Does the {{organism}}gene {{gene}} belong to the class {gene_class} ?")
    return words.format(gene=gene, organism=_ORGANISMS.get(organism, "")) + " Answer yes or no ."
