"""How reliable the links behind a gap are: the weakest link of the strongest tree that joins its records."""

from __future__ import annotations

from linkage_models.relations import Temporaries, statement
from linkage_models.resolve.spanning import keep_strongest_tree


def measure(own: Temporaries) -> None:
    """Make `link_confidence` (gap_id, probability) for the gaps whose records come from more than one source system.

    A gap rests on the records that hold the information and on the subject's records in the system it was looked for
    in. A gap inside one system, or one that rests on a single record, needs no link and gets no row. If neither edge
    nor decision joins the records, nothing says that they are of one person, and the confidence is 0.
    """
    own.table("gap_rests_on", statement(__file__, "strongest_tree/rests_on"))
    own.table("gap_link", statement(__file__, "strongest_tree/link"))
    keep_strongest_tree(own, "gap_tree", "gap_link")
    own.table("link_confidence", statement(__file__, "strongest_tree/weakest"))
    own.drop("gap_rests_on", "gap_link", "gap_tree")
