"""Files in, papers and effects out: the `Reader` port, and the way to read without a service, a bus or a ledger.

for effects in read_effects(PerturbqaSource(path=folder, cell_lines=("K562",))): ...
for document in read_documents(JatsSource(path=folder)): ...
"""

import logging
from collections.abc import Iterator, Sequence

from biorl.ingester.adapters.files import base_name, digest_of, find
from biorl.ingester.adapters.jats import read_jats
from biorl.ingester.adapters.pmc import is_catalogued, pmc_units, read_pmc
from biorl.ingester.adapters.pubmed import read_pubmed
from biorl.ingester.domain.admission import Policy, Refusal, Submission, admit
from biorl.ingester.domain.document import Document
from biorl.ingester.domain.effects import PerturbationEffects
from biorl.ingester.domain.sources import (
    EffectSource,
    EffectTableSource,
    GeneClassSource,
    JatsSource,
    LabelSource,
    MoleculeSource,
    PaperSource,
    PerturbqaSource,
    PubmedSource,
    Source,
    Unit,
)
from biorl.ingester.domain.subjects import LabelledSubject
from biorl.ingester.ports import Item, Unreadable, UnreadableError

logger = logging.getLogger(__name__)

_XML = ("*.xml", "*.nxml", "*.xml.gz", "*.nxml.gz")
_TEXT_TABLES = ("*.csv", "*.tsv", "*.csv.gz", "*.tsv.gz")
_TABLES = (*_TEXT_TABLES, "*.parquet")
_PATTERNS = {"jats": _XML, "pubmed": _XML, "effect_table": _TABLES, "h5ad": ("*.h5ad",), "molecules": _TEXT_TABLES}


class FileReader:
    """The `Reader` port over local files; heavy libraries are imported when a source needs them."""

    def units(self, source: Source) -> Sequence[Unit]:
        if isinstance(source, PerturbqaSource):
            from biorl.ingester.adapters.perturbqa import find_lines  # noqa: PLC0415 - pandas

            return find_lines(source)
        if isinstance(source, GeneClassSource):
            from biorl.ingester.adapters.gene_classes import find_classes  # noqa: PLC0415 - pandas

            return find_classes(source)
        name = source.name or base_name(source.path)
        found = find(source.path, _PATTERNS[source.type])
        if isinstance(source, JatsSource):
            return pmc_units(name, source.path, found)
        return [Unit(f"{name}/{below}", (path,)) for below, path in found]

    def digest(self, unit: Unit) -> str:
        return digest_of(unit.paths)

    def read(self, source: Source, unit: Unit) -> Iterator[Item]:
        if isinstance(source, JatsSource) and is_catalogued(unit):
            return read_pmc(unit)
        if isinstance(source, JatsSource):
            return read_jats(unit.paths[0], unit.name, self.digest(unit))
        if isinstance(source, PubmedSource):
            return read_pubmed(unit.paths[0], unit.name, self.digest(unit))
        if isinstance(source, MoleculeSource | GeneClassSource):
            return _labels(source, unit)
        return _effects(source, unit)


def _effects(source: EffectSource, unit: Unit) -> Iterator[PerturbationEffects]:
    if isinstance(source, PerturbqaSource):
        from biorl.ingester.adapters.perturbqa import read_line  # noqa: PLC0415 - pandas

        yield from read_line(source, unit)
    elif isinstance(source, EffectTableSource):
        from biorl.ingester.adapters.effect_table import read_effect_table  # noqa: PLC0415 - pandas

        yield from read_effect_table(source, unit)
    else:
        from biorl.ingester.adapters.screens import read_screen  # noqa: PLC0415 - scipy, scanpy

        yield from read_screen(source, unit)


def _labels(source: LabelSource, unit: Unit) -> Iterator[LabelledSubject | Unreadable]:
    if isinstance(source, MoleculeSource):
        from biorl.ingester.adapters.molecules import read_molecules  # noqa: PLC0415 - pandas

        yield from read_molecules(source, unit)
    else:
        from biorl.ingester.adapters.gene_classes import read_gene_class  # noqa: PLC0415 - pandas

        yield from read_gene_class(source, unit)


def read_labels(source: LabelSource) -> Iterator[LabelledSubject]:
    """Everything readable that the source holds now, in a fixed order; what is not is counted in the log.

    Raises UnreadableError and VanishedError for a file as a whole.
    """
    for unit in FileReader().units(source):
        yield from _readable(source, unit)


def read_tables(source: MoleculeSource) -> Iterator[LabelledSubject]:
    """As `read_labels`, passing over files that are no tables of molecules: a warning says which could not be read."""
    from biorl.ingester.adapters.molecules import OtherTableError  # noqa: PLC0415 - pandas

    for unit in FileReader().units(source):
        try:
            yield from _readable(source, unit)
        except OtherTableError as error:
            logger.info("%s is passed over: %s", unit.name, error)
        except UnreadableError as error:
            logger.warning("%s is passed over: %s", unit.name, error)


def _readable(source: LabelSource, unit: Unit) -> Iterator[LabelledSubject]:
    unreadable: list[Unreadable] = []
    for item in _labels(source, unit):
        if isinstance(item, Unreadable):
            unreadable.append(item)
        else:
            yield item
    if unreadable:
        first, where = unreadable[0], unreadable[0].id.removeprefix(unit.name)
        logger.warning("%s: %d left out, such as %s: %s", unit.name, len(unreadable), where, first.reason)


def read_effects(source: EffectSource) -> Iterator[PerturbationEffects]:
    """Everything that the source holds now, in a fixed order. Raises UnreadableError and VanishedError."""
    for unit in FileReader().units(source):
        yield from _effects(source, unit)


def read_documents(source: PaperSource, policy: Policy | None = None) -> Iterator[Document]:
    """The papers that the policy admits; the others are logged. Raises UnreadableError and VanishedError.

    Notices and retraction lists need a ledger: here only what a paper says of itself counts.
    """
    reader = FileReader()
    for unit in reader.units(source):
        for item in reader.read(source, unit):
            verdict = admit(item, policy or Policy(), source.licence) if isinstance(item, Submission) else item
            if isinstance(verdict, Document):
                yield verdict
            elif isinstance(verdict, Refusal):
                logger.info("%s refused: %s %s", unit.name, verdict.code, verdict.detail)
