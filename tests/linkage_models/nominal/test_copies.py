"""Records that say the same: each linked to one that stands for them, whether they came at once or night by night."""

from __future__ import annotations

from itertools import permutations

import pytest

from linkage_models.nominal import score_otherwise
from linkage_models.nominal.score import copies
from linkage_models.relations import Temporaries
from linkage_models.resolve import Thresholds, partition
from tests.linkage_models.nominal.builders import DECISION, Given, Warehouse, shipped_bundle

MOST = 4


@pytest.fixture(autouse=True)
def _few_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "MOST_ALIKE", MOST)
    monkeypatch.setattr(copies, "MOST_NAMESAKES", 2 * MOST)


def alike(records: int, system: str = "pnc", first: int = 0) -> dict[str, Given]:
    """Return records of one name, date of birth and PNCID."""
    return {
        f"{system}:{number:05}": {"name": "Brian Featherstone", "born": "1990-09-14", "pnc": "81/34U"}
        for number in range(first, first + records)
    }


OTHERS: dict[str, Given] = {
    "nomis:1": {"name": "Bryan Featherstone", "born": "1990-09-14", "pnc": "81/34U"},
    "nomis:2": {"name": "Anna Person", "born": "1980-01-02"},
}


def clusters(warehouse: Warehouse) -> dict[str, str]:
    """Return each record's cluster."""
    warehouse.con.execute(
        "CREATE TABLE IF NOT EXISTS flag (record_key VARCHAR, flag VARCHAR);"
        + DECISION.replace("CREATE TABLE", "CREATE TABLE IF NOT EXISTS")
    )
    thresholds = Thresholds.of(shipped_bundle().thresholds)
    partition(
        warehouse.con, records="record", edges="edge", decisions="decision", thresholds=thresholds, into="clustered",
        flags="flag",
    )  # fmt: skip
    return dict(warehouse.con.execute("SELECT record_key, cluster FROM clustered").fetchall())


def test_a_few_records_alike_are_compared_one_by_one() -> None:
    warehouse = Warehouse(alike(MOST))
    warehouse.score()
    assert len(warehouse.edges()) == MOST * (MOST - 1) / 2


def test_many_records_alike_are_one_subject_at_a_cost_that_grows_as_they_do() -> None:
    warehouse = Warehouse(alike(200) | alike(150, "rms") | OTHERS)
    counts = warehouse.score()
    assert counts.pairs == 199 + 149 + 3  # each with its original; the originals and `nomis:1` with each other
    assert counts.blocks_capped == 0
    found = clusters(warehouse)
    assert {cluster for key, cluster in found.items() if key != "nomis:2"} == {"nomis:1"}
    compared = Warehouse(alike(MOST) | OTHERS)
    compared.score()
    evidence = compared.edges()["pnc:00000", "pnc:00001"].evidence
    assert warehouse.edges()["pnc:00000", "pnc:00199"].evidence == evidence


def test_records_that_differ_in_one_value_are_no_copies() -> None:
    records = alike(MOST + 1)
    records["pnc:00002"] = records["pnc:00002"] | {"born": ["1990-09-14", "1990-09-15"]}
    warehouse = Warehouse(records)
    assert warehouse.score().pairs == (MOST + 1) * MOST / 2


def test_a_ruling_takes_one_copy_out_and_leaves_the_others() -> None:
    warehouse = Warehouse(alike(30))
    warehouse.score()
    clusters(warehouse)
    warehouse.con.execute(
        "INSERT INTO decision (decision_id, record_a, record_b, verdict, decided_at) "
        "VALUES ('d', 'pnc:00000', 'pnc:00007', 'different', TIMESTAMP '2026-03-01')"
    )
    found = clusters(warehouse)
    assert found.pop("pnc:00007") == "pnc:00007"
    assert set(found.values()) == {"pnc:00000"}


def namesakes(records: int, first: int = 0) -> dict[str, Given]:
    """Return records of one name and date of birth, each with a number of its own; every fifth shares a telephone."""
    return {
        f"pnc:n{number:04}": {"name": "Aino Karhu", "born": "1985-03-04", "noms": f"A{number:04}BC"}
        | ({} if number % 5 else {"phone": "07700900123"})
        for number in range(first, first + records)
    }


def test_many_namesakes_are_compared_with_one_and_by_what_else_they_share() -> None:
    found = namesakes(101)
    other: dict[str, Given] = {"nomis:1": {"name": "Aino Karhu", "born": "1985-03-04", "noms": "A0077BC"}}
    warehouse = Warehouse(found | other)
    counts = warehouse.score()
    sharing = 21 * 20 // 2
    # Each with the first; those of one telephone; the other record with the first, and with that of its number.
    assert counts.pairs == 100 + sharing - 20 + 2
    assert counts.blocks_capped == 0
    assert ("nomis:1", "pnc:n0077") in warehouse.edges()


CROWDS: dict[str, dict[str, Given]] = {
    "few": alike(MOST),
    "many": alike(3 * MOST),
    "others": alike(3 * MOST, first=MOST),
    "namesakes": namesakes(5 * MOST),
    "other namesakes": namesakes(5 * MOST, first=3) | alike(2 * MOST),
    "two systems": alike(3 * MOST, first=2) | alike(2 * MOST, "rms"),
}


@pytest.mark.parametrize(("first", "then"), list(permutations(CROWDS, 2)))
def test_copies_that_come_and_go_leave_what_scoring_everything_leaves(first: str, then: str) -> None:
    others: dict[str, Given] = {
        f"ndelius:{number}": {"name": f"Other{chr(65 + number % 26)} Person", "born": f"1980-01-{number % 28 + 1:02}"}
        for number in range(60)
    }
    before, after = (CROWDS[name] | OTHERS | others for name in (first, then))
    warehouse = Warehouse(before)
    warehouse.score()
    warehouse.remove(*(set(before) - set(after)))
    warehouse.put({key: given for key, given in after.items() if key not in before})
    warehouse.score()
    fresh = Warehouse(after)
    fresh.score()
    assert warehouse.edges() == fresh.edges()
    assert warehouse.con.execute("FROM scored ORDER BY ALL").fetchall() == (
        fresh.con.execute("FROM scored ORDER BY ALL").fetchall()
    )


@pytest.mark.parametrize(
    "hidden",
    [("pnc:00000",), tuple(f"pnc:{number:05}" for number in range(2 * MOST)), ("pnc:n0000",), ("nomis:1",)],
    ids=["the original of copies", "so many that no crowd is left", "the original of namesakes", "another record"],
)
def test_whoever_does_not_see_some_of_a_crowd_gets_the_edges_of_what_they_see(hidden: tuple[str, ...]) -> None:
    everything = alike(3 * MOST) | namesakes(5 * MOST) | OTHERS
    warehouse = Warehouse(everything)
    warehouse.score()
    con = warehouse.con
    con.execute("CREATE TABLE shown AS FROM record WHERE NOT list_contains($hidden, record_key)", {"hidden": [*hidden]})
    con.execute("CREATE TABLE seen_less AS FROM shown SELECT record_key WHERE false")
    with Temporaries(con) as own:
        score_otherwise(
            own, records="shown", changed="seen_less", scored="scored", capped="capped_block",
            bundle=shipped_bundle(), edges="again", rescored="anew",
        )  # fmt: skip
        con.execute("DELETE FROM edge WHERE record_l IN (FROM anew) OR record_r IN (FROM anew)")
        con.execute(
            "DELETE FROM edge WHERE list_contains($hidden, record_l) OR list_contains($hidden, record_r)",
            {"hidden": [*hidden]},
        )
        con.execute("INSERT INTO edge BY NAME FROM again")
    fresh = Warehouse({key: given for key, given in everything.items() if key not in hidden})
    fresh.score()
    assert warehouse.edges() == fresh.edges()
