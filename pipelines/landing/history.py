"""The history of a source's loads, as its next landing finds it: what it goes on from, and what was lost of it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from linkage_models.words import counted
from pipelines.errors import SourceError
from pipelines.landing.manifest import folders, loads, order_of
from pipelines.source.extract import Rest, Sql, file_sets

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.landing.manifest import Load
    from pipelines.source.extract import ExtractSpec

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class History:
    """The loads of a source before a landing.

    Attributes:
        latest: the newest load that lies whole in the landing; None where none does.
        number: the greatest running number that a load of the source ever bore, here or in the warehouse; 0 for none.
        lost: whether the load of that number is not `latest`, so that what was delivered since `latest` must be read
            anew.
    """

    latest: Load | None
    number: int
    lost: bool


def history(folder: Path, spec: ExtractSpec, applied: int, *, accept_loss: bool) -> History:
    """Return the history of a source's loads, and warn of those that are damaged.

    Args:
        folder: the source's landing.
        spec: how the source is read.
        applied: the greatest running number of a load of the source that the warehouse knows of; 0 for none.
        accept_loss: whether to go on where a load is lost that the source may not deliver again.

    Raises:
        SourceError: such a load is lost; names it, and the choice there is.
        FormatError: a load is of a format that only a later version of Conjoin knows.
    """
    whole, named, system = loads(folder), folders(folder), folder.name
    if damaged := sorted({path.name for path in named} - {load.load_id for load in whole}):
        are = counted(len(damaged), "load is", "loads are")
        _LOG.warning("%s: %s damaged and passed over: %s", system, are, ", ".join(damaged))
    latest = whole[-1] if whole else None
    number = max([applied, *(order_of(path.name)[0] for path in named)])
    lost = number > (order_of(latest.load_id)[0] if latest else 0)
    if lost and not accept_loss and not _is_given_again(spec):
        raise SourceError(
            f"{system}: load number {number} is lost from {folder}, and what its files of changes held may not be"
            " delivered again; restore it from a backup, or have every file of the source delivered again and run"
            " `conjoin run --accept-loss`."
        )
    return History(latest, number, lost)


def _is_given_again(spec: ExtractSpec) -> bool:
    """Return whether a source gives all that it ever gave: files that hold changes may be gone since they were read."""
    return isinstance(spec, Sql | Rest) or all(file_set.load == "snapshot" for file_set in file_sets(spec))
