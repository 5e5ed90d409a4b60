"""The accounts: the subjects that follow from what each audience sees, where hidden data could decide otherwise.

An account covers the records that are hidden or seen less of, and all that links, old and new, connect with them. Their
pairs are scored again on what is seen, and they are clustered by that alone. Ids and history follow from there, night
after night, so a record that was once covered stays so.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Self

from linkage_models import nominal, resolve
from linkage_models.relations import EDGE, REVIEW_FLAG, Temporaries, single_value, statement
from pipelines.visible.world import World, visible_world

if TYPE_CHECKING:
    import duckdb

    from pipelines.visible.sight import AudienceSight

RESERVED = "account_reserved"
"""The table, once `prepare` has made it, of records that are to have an id in store: see `resolve.assign_subjects`."""

ISSUED = "account_issued_before"
"""The relation, made with it, of the ids that accounts have given."""

_AUDIENCE = "audience VARCHAR NOT NULL, "

_KEPT = {
    "record": "account_record",
    "edge": "account_edge",
    "membership": "account_membership",
    "review_flag": "account_flag",
    "subject_event": "account_event",
}
"""Each table of the schema `audience` that holds accounts, and the working table that it is filled from."""


class Accounts:
    """The accounts of some audiences on the way from one night to the next; leaving the `with` block drops the tables.

    The order is `partition`, outside a transaction; then, in the one that resolves subjects for everybody, `prepare`
    before ids are given there and `assign` after.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, sights: Iterable[AudienceSight], bundle: nominal.Bundle) -> None:
        """Hold nothing yet.

        Args:
            con: the warehouse.
            sights: what each audience may see.
            bundle: the model that scored everybody's edges.
        """
        self._con, self._sights, self._bundle = con, tuple(sights), bundle
        self._own = Temporaries(con)
        self._thresholds = resolve.Thresholds.of(bundle.thresholds)
        self.counts: dict[str, int] = {}

    def __enter__(self) -> Self:
        """Make the working tables."""
        own = self._own
        own.empty("account_record", f"{_AUDIENCE} record_key VARCHAR, as_seen VARCHAR")
        own.empty("account_edge", _AUDIENCE + EDGE.definition)
        own.empty("account_flag", _AUDIENCE + REVIEW_FLAG.definition)
        own.empty(
            "account_part",
            f"{_AUDIENCE} record_key VARCHAR, cluster VARCHAR, strict_cluster VARCHAR, wide_cluster VARCHAR",
        )
        own.empty("account_hidden_subject", f"{_AUDIENCE} subject_id VARCHAR")
        return self

    def __exit__(self, *raised: object) -> None:
        """Drop them."""
        self._own.__exit__(*raised)

    def partition(self) -> None:
        """Score and cluster again, for each audience, what its account covers."""
        for sight in self._sights:
            with visible_world(self._con, sight) as world, world.inside():
                if single_value(self._con, "SELECT EXISTS (FROM sight.as_seen) OR EXISTS (FROM sight.covered)"):
                    self._partition(world)

    def prepare(self) -> None:
        """Take over what the records that enter an account were before, and say which of its clusters are new."""
        own = self._own
        own.table("account_entering", statement(__file__, "account/entering"))
        own.table("account_subject", statement(__file__, "account/subject"))
        own.table("account_taken", statement(__file__, "account/taken"))
        own.table("account_stay", "FROM account_taken UNION ALL BY NAME FROM audience.membership")
        own.table("account_told", statement(__file__, "account/told", ("of_event", "hidden", "shown")))
        own.table(RESERVED, statement(__file__, "account/reserved"))
        own.view(ISSUED, statement(__file__, "account/issued_before"))

    def assign(self, *, at: datetime, run_id: str) -> None:
        """Give the clusters of each account their ids, and write the accounts.

        Args:
            at: when new memberships begin.
            run_id: the run.
        """
        con, own = self._con, self._own
        highest = single_value(con, "SELECT coalesce(max(event_id), 0) FROM linkage.subject_event")
        covered = con.execute("SELECT DISTINCT audience FROM account_record ORDER BY audience").fetchall()
        for (audience,) in covered:
            only = {"audience": audience}
            for name, held in (("membership", "stay"), ("event", "told"), ("one", "part")):
                own.table(
                    f"account_{name}",
                    f"SELECT * EXCLUDE (audience) FROM account_{held} WHERE audience = $audience",
                    only,
                )
            own.view("account_issued", statement(__file__, "account/issued"))
            before = single_value(con, "SELECT coalesce(max(event_id), 0) FROM account_event")
            assigned = resolve.assign_subjects(
                con,
                partition="account_one",
                membership="account_membership",
                events="account_event",
                merges="nominal.merge",
                at=at,
                run_id=run_id,
                reserved=RESERVED,
                issued_elsewhere="account_issued",
            )
            con.execute(
                "UPDATE account_event SET event_id = event_id + $more WHERE event_id > $before",
                {"more": max(0, highest - before), "before": before},
            )
            self._write(audience)
            self.counts[audience] = assigned.subjects

    def _partition(self, world: World) -> None:
        con, audience = self._con, {"audience": world.sight.audience}
        with Temporaries(con) as own:
            nominal.score_otherwise(
                own,
                records="nominal.record",
                changed="sight.seen_less",
                scored="everything_linkage.scored",
                capped="everything_linkage.capped_block",
                bundle=self._bundle,
                edges="account_scored",
                rescored="account_rescored",
            )
            self._reach(own)
            own.table(
                "account_member", "SELECT record_key FROM nominal.record SEMI JOIN account_reached USING (record_key)"
            )
            own.table("account_pair", statement(__file__, "account/pair"))
            own.view("account_seen", "FROM nominal.record SEMI JOIN account_member USING (record_key)")
            con.execute(f"CREATE TABLE sight.flag ({REVIEW_FLAG.definition})")
            resolve.partition(
                con,
                records="account_seen",
                edges="account_pair",
                decisions="linkage.decision",
                thresholds=self._thresholds,
                into="sight.part",
                flags="sight.flag",
            )
            for name, query in (
                ("record", "account_reached LEFT JOIN sight.as_seen USING (record_key)"),
                ("edge", "account_pair"),
                ("part", "sight.part"),
                ("flag", "sight.flag"),
                ("hidden_subject", "sight.hidden_subject"),
            ):
                con.execute(
                    f"INSERT INTO account_{name} BY NAME SELECT $audience AS audience, * FROM {query}", audience
                )

    def _reach(self, own: Temporaries) -> None:
        """Make `account_reached`: the records that the account covers, reached step by step from those that make it."""
        own.table("account_reached", statement(__file__, "account/reached"))
        own.table("account_frontier", "FROM account_reached")
        wide = {"wide": self._thresholds.wide}
        while True:
            own.table("account_next", statement(__file__, "account/next"), wide)
            if not single_value(own.con, "INSERT INTO account_reached FROM account_next"):
                break
            own.table("account_frontier", "FROM account_next")

    def _write(self, audience: str) -> None:
        con, only = self._con, {"audience": audience}
        for table, held in _KEPT.items():
            con.execute(f"DELETE FROM audience.{table} WHERE audience = $audience", only)
            whole = held in {"account_membership", "account_event"}
            rows = (
                f"SELECT $audience AS audience, * FROM {held}" if whole else f"FROM {held} WHERE audience = $audience"
            )
            con.execute(f"INSERT INTO audience.{table} BY NAME SELECT * FROM ({rows}) ORDER BY ALL", only)
