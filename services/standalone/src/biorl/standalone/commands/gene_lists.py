"""`--genes long-range-tf=long.txt,short.txt`: lists of genes of a class, as people have them.

Names one a line, or a column of a table (`labels.csv:long`). Ensembl ids need a third file that says what they are
called (`ensembl_id` and `gene_name`, such as Geneformer's gene_info_table.csv).
"""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from biorl.standalone.errors import BadRequestError

if TYPE_CHECKING:
    from biorl.ingester.domain.sources import GeneClassSource
    from biorl.ingester.domain.subjects import LabelledSubject

FORM = "CLASS=MEMBERS,OTHERS or CLASS=MEMBERS,OTHERS,NAMES"
_ENSEMBL = re.compile(r"ENS[A-Z]*G\d{11}(\.\d+)?")


def read_gene_lists(written: str) -> "list[LabelledSubject]":
    """Every gene with its answer. Raises BadRequestError, which says what is wrong with the option or its files."""
    from biorl.ingester.adapters.readers import read_labels  # noqa: PLC0415 - heavy
    from biorl.ingester.ports import UnreadableError, VanishedError  # noqa: PLC0415

    try:
        subjects = list(read_labels(_source(written)))
    except (UnreadableError, VanishedError) as error:
        msg = f"--genes {written}: {error}"
        raise BadRequestError(msg) from error
    unnamed = [name for subject in subjects if _ENSEMBL.fullmatch(name := getattr(subject.subject, "name", ""))]
    if 2 * len(unnamed) > len(subjects):
        msg = (
            f"--genes {written}: {len(unnamed)} of {len(subjects)} genes are Ensembl ids without a name, such as "
            f"{unnamed[0]}; give a CSV with ensembl_id and gene_name as a third file"
        )
        raise BadRequestError(msg)
    return subjects


def _source(written: str) -> "GeneClassSource":
    from biorl.ingester.domain.sources import GeneClassSource  # noqa: PLC0415

    name, _, rest = written.partition("=")
    files = [file.strip() for file in rest.split(",")]
    if not name.strip() or len(files) not in {2, 3} or not all(files):
        msg = f"--genes {written}: write {FORM}"
        raise BadRequestError(msg)
    for file in files:
        if not Path(path := file.partition(":")[0]).is_file():
            msg = f"--genes {written}: there is no file {path}"
            raise BadRequestError(msg)
    members, others, *names = files
    dataset = Path(members.partition(":")[0]).name
    return GeneClassSource(
        path=Path(),
        gene_class=name.strip(),
        members=members,
        others=others,
        names="".join(names),
        dataset=dataset,
    )
