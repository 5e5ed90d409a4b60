"""A gap is marked from all that it rests on, on every night, whether it is open or closed."""

from __future__ import annotations

from datetime import timedelta

import duckdb

from tests.pipelines.gaps.world import AS_OF, run, warehouse

NEXT_NIGHT = AS_OF + timedelta(days=1)

RISK_IN_SECRET = {
    "subjects": {
        "S1": {
            "nomis A1": {"born": ["1990-05-17", "1991-01-01"], "holds": ["alert XTACT since 2025-03-03 marked SECRET"]},
            "ndelius X1": None,
        }
    }
}
ALERT = {"subjects": {"S1": {"nomis A1": {"holds": ["alert XTACT since 2025-03-03"]}, "ndelius X1": None}}}


def marked(con: duckdb.DuckDBPyConnection, rule: str) -> list[tuple[str, str | None]]:
    return con.execute("SELECT status, marking FROM gap.finding WHERE rule_id = ? ORDER BY ALL", [rule]).fetchall()


def test_a_gap_of_a_risk_subject_is_marked_as_what_makes_it_one() -> None:
    with warehouse(RISK_IN_SECRET) as con:
        run(con)
        assert marked(con, "G30") == [("open", "SECRET")]


def test_a_closed_gap_takes_the_marking_that_its_items_get_later() -> None:
    with warehouse(ALERT) as con:
        run(con)
        assert marked(con, "G02") == [("open", "OFFICIAL-SENSITIVE")]
        con.execute("UPDATE nominal.information_item SET active = false WHERE code = 'XTACT'")
        run(con, as_of=NEXT_NIGHT)
        assert marked(con, "G02") == [("closed", "OFFICIAL-SENSITIVE")]
        con.execute("UPDATE nominal.information_item SET marking = 'SECRET' WHERE code = 'XTACT'")
        run(con, as_of=NEXT_NIGHT + timedelta(days=1))
        assert marked(con, "G02") == [("closed", "SECRET")]
        con.execute("DELETE FROM nominal.information_item WHERE code = 'XTACT'")
        run(con, as_of=NEXT_NIGHT + timedelta(days=2))
        assert marked(con, "G02") == [("closed", None)], "an item that is missing means deny"


def test_a_closed_gap_does_not_tell_that_records_were_one_person_once() -> None:
    with warehouse(ALERT) as con:
        run(con)
        con.execute("UPDATE nominal.information_item SET active = false WHERE code = 'XTACT'")
        run(con, as_of=NEXT_NIGHT)
        con.execute("UPDATE linkage.membership SET subject_id = 'S2' WHERE record_key LIKE 'ndelius%'")
        run(con, as_of=NEXT_NIGHT + timedelta(days=1))
        assert marked(con, "G02") == [("closed", None)]
