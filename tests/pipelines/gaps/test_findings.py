"""How findings live from night to night."""

from datetime import timedelta

import pytest

from pipelines.errors import ConfigurationError
from pipelines.gaps import SystemInfo, find_gaps
from tests.pipelines.gaps.world import AS_OF, RISK, RULES, everything, fill, gaps, run, systems, warehouse

OPEN = {"subjects": {"S1": {"nomis A1": {"holds": ["alert XTACT since 2026-02-27"]}}}}
ANSWERED = {
    "subjects": {
        "S1": {"nomis A1": {"holds": ["alert XTACT since 2026-02-27"]}, "ndelius X1": {"holds": ["registration RTAO"]}}
    }
}
BUSY = {
    "subjects": {
        "S1": {
            "nomis A1": {"holds": ["alert XTACT since 2025-02-27", "alert P101", "release_date on 2026-03-20"]},
            "ndelius X1": {
                "aliases": ["ABU SALIM", "TARIQ AZIZ"],
                "holds": ["registration MAPP level M2 category M4", "address M11AA", "release_date on 2026-05-20"],
            },
            "ctnm C1": {"born": ["1990-05-18"]},
        },
        "S2": {"visor V2": {}, "ndelius X2": {"holds": ["registration RTAO"]}},
    },
    "edges": ["nomis A1 ~ ndelius X2 at 0.62", "nomis A1 ~ visor V2 at 0.61"],
}
NEXT_NIGHT = AS_OF + timedelta(days=1)


def test_a_second_run_on_the_same_data_changes_no_row() -> None:
    with warehouse(BUSY) as con:
        first = run(con)
        before = everything(con)
        second = run(con)
        assert everything(con) == before
    assert first.opened == first.open > 5
    assert (second.opened, second.reopened, second.changed, second.closed) == (0, 0, 0, 0)
    assert second.open == first.open


def test_the_order_of_rows_and_the_number_of_threads_change_nothing() -> None:
    with warehouse(BUSY) as con:
        run(con)
        before = everything(con)
    with warehouse(BUSY) as con:
        con.execute("SET threads = 1")
        for table in ("nominal.record", "nominal.information_item", "linkage.edge", "linkage.membership"):
            con.execute(f"CREATE TEMP TABLE turned AS FROM {table} ORDER BY ALL DESC")
            con.execute(f"DELETE FROM {table}")
            con.execute(f"INSERT INTO {table} FROM turned")
            con.execute("DROP TABLE turned")
        run(con)
        assert everything(con) == before


def test_a_gap_that_is_answered_closes_and_keeps_when_it_was_first_seen() -> None:
    with warehouse(OPEN) as con:
        run(con)
        fill(con, ANSWERED)
        counts = run(con, as_of=NEXT_NIGHT)
        assert counts.closed == 1
        assert gaps(con, "rule_id", status="open") == []
        assert gaps(con, "rule_id", "first_seen", "last_seen", status="closed") == [("G02", AS_OF, NEXT_NIGHT)]


def test_a_gap_that_comes_back_reopens_under_its_own_id() -> None:
    with warehouse(OPEN) as con:
        run(con)
        [gap_id] = gaps(con, "gap_id")
        fill(con, ANSWERED)
        run(con, as_of=NEXT_NIGHT)
        fill(con, OPEN)
        later = NEXT_NIGHT + timedelta(days=1)
        counts = run(con, as_of=later)
        assert (counts.opened, counts.reopened) == (0, 1)
        assert gaps(con, "gap_id", "first_seen", "last_seen") == [(gap_id, AS_OF, later)]


def test_a_gap_found_again_the_next_night_keeps_its_row() -> None:
    with warehouse(OPEN) as con:
        run(con)
        before = everything(con)
        run(con, as_of=NEXT_NIGHT)
        assert everything(con) == before


def test_a_new_cause_changes_the_gap_in_place() -> None:
    with warehouse(OPEN) as con:
        run(con)
        [before] = gaps(con, "gap_id")
        counts = run(con, stale=("ndelius",))
        assert counts.changed == 1
        assert gaps(con, "gap_id", "cause", "first_seen") == [(before, "feed_stale", AS_OF)]


def test_a_rule_taken_away_closes_its_gaps_and_leaves_the_list_of_rules() -> None:
    with warehouse(OPEN) as con:
        run(con)
        counts = run(con, tuple(rule for rule in RULES if rule.spec.id != "G02"))
        assert counts.closed == 1
        ids = [rule_id for (rule_id,) in con.execute("SELECT rule_id FROM gap.rule ORDER BY 1").fetchall()]
        assert ids == ["G01", "G03", "G06", "G08", "G18", "G21", "G30"]


def test_a_rule_about_a_system_the_deployment_does_not_have_is_not_in_force() -> None:
    with warehouse({"subjects": {"S1": {"ndelius X1": {"holds": ["registration MAPP category M4"]}}}}) as con:
        have = {name: info for name, info in systems().items() if name != "visor"}
        counts = find_gaps(con, RULES, as_of=AS_OF, systems=have, risk=RISK)
        assert counts.not_in_force == ("G08",)
        assert "G08" not in counts.by_rule
        assert gaps(con, "rule_id") == []


def test_a_deployment_of_other_systems_has_no_such_gaps() -> None:
    own = {"library": SystemInfo("Library", AS_OF, timedelta(hours=36))}
    with warehouse({"subjects": {"S1": {"library 1": {}}}}) as con:
        counts = find_gaps(con, RULES, as_of=AS_OF, systems=own, risk=RISK)
    assert counts.open == 0
    assert counts.not_in_force == ("G01", "G02", "G03", "G06", "G08", "G18", "G21")


def test_an_empty_warehouse_has_no_gaps() -> None:
    with warehouse({"subjects": {}}) as con:
        assert run(con).open == 0


def test_counts_agree_with_the_table() -> None:
    with warehouse(BUSY) as con:
        counts = run(con)
        for column, counted in (("severity", counts.by_severity), ("cause", counts.by_cause)):
            rows = con.execute(f"SELECT {column}, count(*) FROM gap.finding GROUP BY 1 ORDER BY 1").fetchall()
            assert dict(rows) == dict(counted)
        assert sum(counts.by_rule.values()) == counts.open


def test_nothing_temporary_is_left_behind() -> None:
    with warehouse(BUSY) as con:
        run(con)
        left = con.execute("""
            SELECT table_name FROM duckdb_tables() WHERE temporary
            UNION ALL SELECT view_name FROM duckdb_views() WHERE temporary AND NOT internal
            UNION ALL SELECT function_name FROM duckdb_functions() WHERE database_name = 'temp' AND NOT internal
        """).fetchall()
    assert left == []


def test_a_failing_run_leaves_the_findings_as_they_were() -> None:
    broken = next(rule for rule in RULES if rule.spec.id == "G30")
    wrong = type(broken)(
        broken.file,
        broken.spec.model_copy(update={"held_by": ("nomis",)}),
        broken.gaps,
        broken.answers,
    )
    with warehouse(BUSY) as con:
        run(con)
        before = everything(con)
        con.begin()
        with pytest.raises(
            ConfigurationError, match=r"G30.yaml, line \d+: the field `held_by` is wrong: its SQL yields"
        ):
            find_gaps(con, [wrong], as_of=NEXT_NIGHT, systems=systems(), risk=RISK)
        con.rollback()
        assert everything(con) == before
