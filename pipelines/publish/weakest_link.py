"""The weakest link of each subject: the lowest weight on the strongest tree of its links.

It is the weight a subject hangs by: raise the linking threshold above it and the subject falls apart. A link that a
person decided has no weight and is never the weakest.
"""

from __future__ import annotations

from linkage_models.relations import Temporaries, relation, statement
from linkage_models.resolve.spanning import keep_strongest_tree

FEWEST_IN_A_CIRCLE = 3
"""Fewer links cannot form a circle, so they are the tree: most subjects end here."""


def find_weakest_links(own: Temporaries, *, link: str) -> None:
    """Make the temporary table `publish_weakest_link` (subject_id, match_weight) of every subject that has a link.

    Args:
        own: keeps the table, on a connection that sees the relation.
        link: relation shaped as `linked.link`.
    """
    own.view("publish_link", f"FROM {relation(link)}")
    own.table("publish_inside", statement(__file__, "strongest_tree/inside"))
    own.view("publish_few", f"FROM publish_inside WHERE links < {FEWEST_IN_A_CIRCLE}")
    own.view("publish_many", f"FROM publish_inside WHERE links >= {FEWEST_IN_A_CIRCLE}")
    keep_strongest_tree(own, "publish_tree", "publish_many")
    own.table("publish_weakest_link", statement(__file__, "strongest_tree/weakest"))
    own.drop("publish_link", "publish_inside", "publish_few", "publish_many", "publish_tree")
