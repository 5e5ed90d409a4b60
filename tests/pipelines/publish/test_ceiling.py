"""An audience's file holds nothing above its ceiling, and nothing without a marking: not hidden, absent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.errors import CheckFailedError
from pipelines.publish import Audience, publish
from tests.pipelines.publish.worlds import LINK_THRESHOLD, NIGHT, SERVICES, World, insert, small_world

CANARY = "QZXCANARY"


def publish_to(ceiling: str, world: World, folder: Path, **values: Any) -> Path:
    audience = Audience(name="readers", title="Some readers", ceiling=ceiling)  # type: ignore[arg-type]
    return world.publish(folder, audience=audience, **values).path


def everything_in(path: Path) -> str:
    """Return every value of every table of the file as one text."""
    with duckdb.connect(str(path), read_only=True) as con:
        tables = con.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'linked'").fetchall()
        return "\n".join(str(con.execute(f"FROM linked.{name}").fetchall()) for (name,) in tables)


@pytest.mark.parametrize(
    ("ceiling", "visible"),
    [
        ("OFFICIAL", ["OFFICIAL"]),
        ("OFFICIAL-SENSITIVE", ["OFFICIAL", "OFFICIAL-SENSITIVE"]),
        ("SECRET", ["OFFICIAL", "OFFICIAL-SENSITIVE", "SECRET"]),
        ("TOP SECRET", ["OFFICIAL", "OFFICIAL-SENSITIVE", "SECRET", "TOP SECRET"]),
    ],
)
def test_only_markings_up_to_the_ceiling_are_published(tmp_path: Path, ceiling: str, visible: list[str]) -> None:
    world = World()
    world.record("nomis:1", "A B", subject="S00000001A")
    for number, marking in enumerate(["OFFICIAL", "OFFICIAL-SENSITIVE", "SECRET", "TOP SECRET", None, "COSMIC"]):
        world.item(f"i{number}", "nomis:1", f"kind{number}", marking, value=str(marking))
        world.gap(f"g{number}", "S00000001A", marking)
    path = publish_to(ceiling, world, tmp_path)
    with duckdb.connect(str(path), read_only=True) as con:
        assert con.execute("SELECT marking FROM linked.information").fetchall() == [(m,) for m in visible]
        assert con.execute("SELECT marking FROM linked.information_gap").fetchall() == [(m,) for m in visible]
        kinds = con.execute("SELECT kinds, item_count FROM linked.coverage WHERE source_system = 'nomis'").fetchone()
        assert kinds == ([f"kind{number}" for number in range(len(visible))], len(visible))


@pytest.mark.parametrize("marking", ["SECRET", None])
def test_a_value_above_the_ceiling_is_nowhere_in_the_file(tmp_path: Path, marking: str | None) -> None:
    world = small_world()
    world.record(
        "nomis:A7777BC", "Some Body", f"Other {CANARY}", subject="S00000005F", born=["1990-03-04", "1977-07-07"],
        identifiers=[("pnc", CANARY), ("cro", "1/90A")],
        addresses=[(f"2 {CANARY} Road", "N11AA"), ("3 Plain Road", "N1")],
    )  # fmt: skip
    world.item("s1", "nomis:A7777BC", "name", marking, value=f"Other {CANARY}")
    world.item("s2", "nomis:A7777BC", "identifier", marking, code="pnc", value=CANARY)
    world.item("s3", "nomis:A7777BC", "address", marking, code="N11AA", value=f"2 {CANARY} Road")
    world.item("s4", "nomis:A7777BC", "report", marking, value=CANARY)
    world.item("v1", "nomis:A7777BC", "identifier", "OFFICIAL", code="cro", value="1/90A")
    world.item("v2", "nomis:A7777BC", "address", "OFFICIAL", code="N1", value="3 Plain Road")
    world.gap("secret", "S00000005F", marking, sentence=CANARY, evidence=f'["{CANARY}"]')
    path = publish_to("OFFICIAL-SENSITIVE", world, tmp_path)
    text = everything_in(path)
    assert CANARY not in text
    assert "1977" not in text, "an alias above the ceiling keeps its date of birth too"
    assert "1/90A" in text
    assert "3 Plain Road" in text
    assert CANARY.encode() not in path.read_bytes()


def test_what_a_visible_item_says_too_stays(tmp_path: Path) -> None:
    world = World()
    world.record("nomis:1", "A B", subject="S00000001A", addresses=[("1 High Street", "N1")])
    world.item("i1", "nomis:1", "address", "SECRET", code="N1", value="1 High Street")
    world.item("i2", "nomis:1", "address", "OFFICIAL", code="N1", value="1 High Street")
    assert "1 High Street" in everything_in(publish_to("OFFICIAL", world, tmp_path))


def test_the_primary_name_of_a_record_is_its_own_and_stays(tmp_path: Path) -> None:
    world = World()
    world.record("nomis:1", "Amina Yusuf", subject="S00000001A", born="1990-02-03")
    world.item("i1", "nomis:1", "name", "SECRET", value="Amina Yusuf")
    path = publish_to("OFFICIAL", world, tmp_path)
    with duckdb.connect(str(path), read_only=True) as con:
        assert con.execute("SELECT display_name FROM linked.subject").fetchall() == [("Amina Yusuf",)]


@pytest.mark.parametrize("marking", ["SECRET", None])
def test_a_system_whose_records_are_above_the_ceiling_is_absent_whole(tmp_path: Path, marking: str | None) -> None:
    world = small_world()
    world.record("ctnm:C1", f"{CANARY} Rahman", subject="S00000001A", identifiers=[("pnc", CANARY)])
    world.record("ctnm:C2", f"Only {CANARY}", subject="S00000009L")
    world.edge("ctnm:C1", "nomis:A1234BC", 5.0)
    world.item("i9", "ctnm:C1", "case", "OFFICIAL", value=CANARY)
    world.gap("near", "S00000001A", "OFFICIAL", near_miss_record="ctnm:C2")
    world.gap("held", "S00000009L", "OFFICIAL")
    looked_in = '{"records": ["nomis:A1234BC"], "items": [], "searched": ["ctnm:C1", "pnc:81/34U"]}'
    world.gap("searched", "S00000001A", "OFFICIAL", evidence=looked_in)
    insert(world.con, "linkage.run", run_id="r", inputs='{"ctnm": "load of ctnm", "pnc": "load of pnc"}')
    world.event("created", [], ["S00000009L"])
    world.event("merged", ["S00000001A", "S00000009L"], ["S00000001A"])
    world.con.execute("UPDATE linkage.membership SET wide_subject_id = 'S00000009L' WHERE record_key = 'nomis:A1234BC'")
    # Its other records are held together by edges of their own.
    world.con.execute("UPDATE linkage.edge SET match_weight = match_weight + 15 WHERE match_weight > 7")
    markings = {"ndelius": "OFFICIAL", "nomis": "OFFICIAL", "pnc": "OFFICIAL-SENSITIVE", "ctnm": marking}
    services = {"ctnm": "police", "ndelius": "probation", "nomis": "prison", "pnc": "police"}
    path = publish_to("OFFICIAL-SENSITIVE", world, tmp_path, services=services, record_markings=markings)
    text = everything_in(path)
    assert CANARY not in text
    assert "ctnm" not in text
    assert "S00000009L" not in text
    with duckdb.connect(str(path), read_only=True) as con:
        subject = con.execute("SELECT record_count, weakest_link_weight FROM linked.subject LIMIT 1").fetchone()
        assert subject == (3, 24.0)
        assert con.execute("SELECT gap_id FROM linked.information_gap ORDER BY 1").fetchall() == [
            ("g1",),
            ("searched",),
        ]
        evidence = con.execute("SELECT evidence FROM linked.information_gap WHERE gap_id = 'searched'").fetchone()
        assert json.loads(evidence[0]) == {  # type: ignore[index]
            "records": ["nomis:A1234BC"], "items": [], "searched": ["pnc:81/34U"],
        }  # fmt: skip
        assert con.execute("SELECT inputs FROM linked.run").fetchall() == [('{"pnc":"load of pnc"}',)]


def test_what_is_withheld_is_counted(tmp_path: Path) -> None:
    world = small_world()
    world.item("i8", "nomis:A1234BC", "report", "SECRET")
    world.item("i9", "nomis:A1234BC", "report", None)
    world.gap("g9", "S00000001A", "SECRET")
    insert(world.con, "linkage.run", run_id="r", as_of=NIGHT)
    assert world.publish(tmp_path).withheld == {"information": 2, "information_gap": 1}


def test_a_hidden_item_takes_no_visible_date_of_birth_with_it(tmp_path: Path) -> None:
    world = World()
    born = ["1990-05-17", "1971-01-02", "1982-03-04"]
    world.record("nomis:1", "A B", "C D", "E F", subject="S00000001A", born=born)
    world.item("i1", "nomis:1", "name", "OFFICIAL", value="C D", item_date="1971-01-02")
    world.item("i2", "nomis:1", "name", "SECRET", value="E F", item_date="1982-03-04")
    world.item("i3", "nomis:1", "birth_date", "SECRET", item_date="1990-05-17")
    path = publish_to("OFFICIAL", world, tmp_path)
    with duckdb.connect(str(path), read_only=True) as con:
        found = con.execute(
            "SELECT birth_date::VARCHAR, [d.birth_date::VARCHAR FOR d IN birth_dates] FROM linked.subject"
        )
        assert found.fetchall() == [("1990-05-17", ["1971-01-02", "1990-05-17"])]


def test_a_run_names_no_hidden_system_and_counts_what_is_seen(tmp_path: Path) -> None:
    world = small_world()
    world.item("i9", "nomis:A1234BC", "report", "SECRET")
    insert(
        world.con, "linkage.run", run_id="r", inputs='{"ctnm": "l1", "pnc": "l2"}',
        timings='{"nominal/ctnm": 2.5, "nominal/pnc": 1.5, "gap/finding": 1.0}',
        counts='{"records": 90, "records@readers": 6, "records@others": 7}',
    )  # fmt: skip
    markings = {"ndelius": "OFFICIAL", "nomis": "OFFICIAL", "pnc": "OFFICIAL", "ctnm": "SECRET"}
    path = publish_to("OFFICIAL", world, tmp_path, record_markings=markings)
    with duckdb.connect(str(path), read_only=True) as con:
        (run,) = con.execute("SELECT inputs, timings, counts FROM linked.run").fetchall()
    assert [json.loads(text) for text in run] == [
        {"pnc": "l2"}, {"nominal/pnc": 1.5, "gap/finding": 1.0}, {"records": 6},
    ]  # fmt: skip


def test_what_subjects_were_not_resolved_for_is_not_published(tmp_path: Path) -> None:
    world = World()
    world.record("nomis:1", "A B", subject="S00000001A", identifiers=[("pnc", CANARY)])
    world.item("i1", "nomis:1", "identifier", "OFFICIAL", code="pnc", value=CANARY)
    publish_to("OFFICIAL", world, tmp_path)
    world.con.execute("UPDATE nominal.information_item SET marking = 'SECRET'")
    audience = Audience(name="readers", title="Some readers", ceiling="OFFICIAL")
    with pytest.raises(CheckFailedError, match="is not what its subjects were resolved from"):
        publish(
            world.con, audience=audience, folder=tmp_path, as_of=NIGHT, run_id="later", services=SERVICES,
            link_threshold=LINK_THRESHOLD, kept=3,
        )  # fmt: skip
