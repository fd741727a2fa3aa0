"""`biorl simulate`: the files of a simulated organism, or papers by the thousand."""

from pathlib import Path
from typing import Annotated

import typer

from biorl.standalone.commands.terminal import out
from biorl.standalone.errors import BadRequestError


def simulate(
    into: Annotated[Path, typer.Option("--out", help="Folder to write into; made when it is missing.")],
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same bytes.")] = 0,
    *,
    tiny: Annotated[bool, typer.Option("--tiny", help="A small one, for tests.")] = False,
    papers: Annotated[
        int, typer.Option("--papers", min=0, help="Only so many papers of made-up findings, to try out scale with.")
    ] = 0,
) -> None:
    """Write a simulated organism: its screen, annotation, genes, papers, and the truth about it."""
    from biorl.standalone.simulation.literature import write_literature  # noqa: PLC0415 - numpy only when needed
    from biorl.standalone.simulation.network import TINY, Size  # noqa: PLC0415
    from biorl.standalone.simulation.organism import simulate as simulated  # noqa: PLC0415
    from biorl.standalone.simulation.organism import write_organism  # noqa: PLC0415

    if into.exists() and not into.is_dir():
        msg = f"{into} is a file; give a folder with --out"
        raise BadRequestError(msg)
    if papers:
        size = sum(path.stat().st_size for path in write_literature(seed, papers, into))
        out.print(f"{papers} papers, {size / 1e6:.0f} MB, in {into}")
        return
    for path, digest in write_organism(simulated(seed, TINY if tiny else Size()), into).items():
        out.print(f"{digest[:12]}  {into / path}")
