"""What a source says of itself: deletions, merges, codes, and how a load differs from those before it."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pipelines.canonical import touched
from pipelines.canonical.applied import Applied
from pipelines.canonical.apply import apply_latest
from pipelines.canonical.counts import BALANCE, QUALITY
from pipelines.errors import ConfigurationError
from pipelines.landing.land import land
from pipelines.landing.manifest import loads
from pipelines.settings import Settings
from pipelines.source import SourceSpec
from pipelines.warehouse.database import writer

BEGAN = datetime(2026, 3, 1, 2, tzinfo=UTC)
NOMINALS = ("ref", "surname", "forename", "born", "sex", "eth", "gone")
ALERTS = ("alert", "ref", "code", "since", "until")
MERGES = ("old", "new")


class Toy:
    """A small CSV source of persons, alerts and merges in a home of its own; each delivery is a night."""

    def __init__(self, folder: Path, **changed: Any) -> None:  # any field of the YAML
        self.home = folder
        self.night = 0
        self.spec = SourceSpec.model_validate(SOURCE | changed)
        yaml = f"attributes:\n  record:\n    forenames: {self.spec.record.forenames}\n"
        (folder / "toy.yaml").write_text(yaml, encoding="utf-8")

    def settings(self) -> Settings:
        as_of = BEGAN + timedelta(days=self.night)
        return Settings(home=self.home, inbox=self.home / "inbox", as_of=as_of)

    def deliver(
        self,
        nominals: Sequence[tuple[str, ...]],
        alerts: Sequence[tuple[str, ...]] = (),
        merges: Sequence[tuple[str, ...]] = (),
    ) -> Applied:
        self.night += 1
        inbox = self.home / "inbox"
        inbox.mkdir(parents=True, exist_ok=True)
        for name, header, rows in (
            ("nominals", NOMINALS, nominals), ("alerts", ALERTS, alerts), ("merges", MERGES, merges)
        ):  # fmt: skip
            with (inbox / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
                csv.writer(file).writerows([header, *(row + ("",) * (len(header) - len(row)) for row in rows)])
        return self.apply()

    def apply(self) -> Applied:
        settings = self.settings()
        land("toy", self.spec.extract, settings)
        with writer(settings) as con:
            return apply_latest(con, self.spec, self.home / "toy.yaml", settings.landing, settings.now())

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        with writer(self.settings()) as con:
            return con.execute(sql).fetchall()

    def records(self) -> list[str]:
        return [one for (one,) in self.ask("SELECT source_record_id FROM nominal.record ORDER BY ALL")]


SOURCE: dict[str, Any] = {
    "system": "toy", "title": "Toy", "description": "A toy.", "service": "police", "owner": "team:toy",
    "marking": "OFFICIAL", "originator": "Toy force", "max_quarantine_share": 1.0, "max_deleted_share": 1.0,
    "max_completeness_drop": 1.0, "date_format": ["%d/%m/%Y", "%Y%m%d"],
    "code_lists": {"ethnic": {1: "W1", "2": "W2"}, "warning": {"V": "VI", "W": "WE"}},
    "extract": {
        "format": "csv",
        "resources": {
            "nominals": {"path": "nominals.csv", "deleted": "gone = 'Y'"}, "alerts": "alerts.csv",
            "merges": "merges.csv",
        },
    },
    "record": {
        "from": "nominals", "key": "ref", "surname": "surname", "forenames": "forename", "birth_date": "born",
        "sex": "sex", "ethnicity": "eth", "code_lists": {"ethnicity": "ethnic"},
    },
    "items": [
        {"kind": "alert", "from": "alerts", "key": "ref", "id": "alert", "code": "code", "code_list": "warning",
         "from_date": "since", "to_date": "until"},
        {"kind": "merge", "from": "merges", "key": "new", "value": "old"},
    ],
}  # fmt: skip


def person(ref: str, **changed: str) -> tuple[str, ...]:
    row = {"surname": f"Name{ref}", "forename": "Ann", "born": "01/02/1980", "sex": "F", "eth": "1", "gone": ""}
    return (ref, *(row | changed).values())


def balanced(applied: Applied) -> bool:
    return all(read == taken + held + gone for read, taken, held, gone in applied.balances.values())


def test_a_tombstone_deletes_its_record_and_is_counted(tmp_path: Path) -> None:
    toy = Toy(tmp_path)
    toy.deliver([person("A"), person("B")])
    assert toy.records() == ["A", "B"]
    applied = toy.deliver([person("A"), person("B", gone="Y")], alerts=[("1", "B", "V")])
    assert toy.records() == ["A"]
    assert applied.balances["nominals"] == (2, 1, 0, 1)
    assert applied.reasons == {"unknown_record": 1}
    assert balanced(applied)


def test_what_is_said_of_a_merged_record_is_said_of_the_one_that_is_left(tmp_path: Path) -> None:
    toy = Toy(tmp_path)
    persons = [person("A"), person("B"), person("C"), person("D")]
    alerts = [("1", "A", "V", "01/01/2024"), ("2", "B", "W", ""), ("3", "D", "V", "")]
    toy.deliver(persons, alerts)
    # A went into B, and B into C, which the source may tell in any order and while it still holds all three.
    applied = toy.deliver(persons, alerts, [("B", "C"), ("A", "B")])
    assert toy.records() == ["C", "D"]
    held = toy.ask("SELECT record_key, source_item_id FROM (SELECT record_key, code AS source_item_id FROM "
                   "nominal.information_item WHERE kind = 'alert') ORDER BY ALL")  # fmt: skip
    assert held == [("toy:C", "VI"), ("toy:C", "WE"), ("toy:D", "VI")]
    assert toy.ask("SELECT merged_key, surviving_key FROM nominal.merge ORDER BY ALL") == [
        ("toy:A", "toy:C"), ("toy:B", "toy:C")
    ]  # fmt: skip
    assert applied.balances["nominals"] == (4, 2, 0, 2)
    assert balanced(applied)


@pytest.mark.parametrize(
    ("merges", "reasons"),
    [
        ([("A", "B"), ("B", "A")], {"merge_cycle": 2}),
        ([("A", "A")], {"merge_cycle": 1}),
        ([("A", "B"), ("B", "C"), ("C", "B")], {"merge_cycle": 3}),
        ([("A", "X")], {"unknown_record": 1}),
        ([("A", "B"), ("A", "C")], {"merge_conflict": 2}),
        ([("A", "")], {"missing_key": 1}),
        ([("", "A")], {"no_value": 1}),
    ],
)
def test_a_merge_that_tells_nothing_is_quarantined_and_every_record_stays(
    merges: list[tuple[str, ...]], reasons: dict[str, int], tmp_path: Path
) -> None:
    toy = Toy(tmp_path)
    applied = toy.deliver([person("A"), person("B"), person("C")], [("1", "A", "V")], merges)
    assert toy.records() == ["A", "B", "C"]
    assert applied.reasons == reasons
    assert toy.ask("SELECT count(*) FROM nominal.information_item WHERE kind = 'alert'") == [(1,)]
    assert toy.ask("FROM nominal.merge") == []
    assert balanced(applied)


def test_a_merge_of_a_record_that_was_never_delivered_is_kept_for_the_history_of_its_subject(tmp_path: Path) -> None:
    toy = Toy(tmp_path)
    applied = toy.deliver([person("B")], merges=[("A", "B")])
    assert applied.reasons == {}
    assert toy.ask("SELECT merged_key, surviving_key FROM nominal.merge") == [("toy:A", "toy:B")]


PEOPLE = st.sampled_from("ABCDEFG")


@given(merges=st.lists(st.tuples(PEOPLE, PEOPLE), max_size=8), persons=st.sets(PEOPLE, min_size=1))
@hypothesis_settings(max_examples=12, suppress_health_check=list(HealthCheck))
def test_merges_end_where_a_walk_by_hand_ends(
    tmp_path_factory: pytest.TempPathFactory, merges: list[tuple[str, str]], persons: set[str]
) -> None:
    toy = Toy(tmp_path_factory.mktemp("merges"))
    applied = toy.deliver([person(ref) for ref in sorted(persons)], merges=list(merges))
    onward: dict[str, set[str]] = {}
    for old, new in merges:
        onward.setdefault(old, set()).add(new)

    def ends(ref: str, path: tuple[str, ...]) -> set[str | None]:
        if ref in path:
            return {None}
        return set().union(*(ends(new, (*path, ref)) for new in onward[ref])) if ref in onward else {ref}

    merged = {old for old in onward if len(found := ends(old, ())) == 1 and found <= persons}
    assert toy.records() == sorted(persons - merged)
    assert balanced(applied)


ROWS = st.lists(
    st.builds(
        lambda ref, surname, born, eth, gone: (ref, surname, "Ann", born, "F", eth, gone),
        st.sampled_from(["A", "B", "C", "D", "E", ""]), st.sampled_from(["Smith", "Jones", ""]),
        st.sampled_from(["01/02/1980", "nonsense", ""]), st.sampled_from(["1", "9"]), st.sampled_from(["", "", "Y"]),
    ),
    max_size=6,
)  # fmt: skip
HELD = st.lists(
    st.tuples(
        st.sampled_from(["1", "2", "3"]), st.sampled_from(["A", "B", "F", ""]), st.sampled_from(["V", "Z", ""]),
        st.just("01/01/2026"), st.sampled_from(["", "02/03/2026", "04/03/2026", "05/03/2026"]),
    ),
    max_size=5,
)  # fmt: skip
DELIVERY = st.tuples(ROWS, HELD, st.lists(st.tuples(PEOPLE, PEOPLE), max_size=2))
SETTLED = [person("Z"), person("Y", born="nonsense", eth="9"), person("Y"), person("", surname="Nobody")]
SETTLED_ALERTS = [("7", "Z", ""), ("8", "X", "V"), ("9", "Y", "V", "01/01/2026", "03/03/2026"), ("9", "", "V")]
"""In every delivery: a person and one twice, rows that go to quarantine each night, and an alert that runs out."""


@given(common=DELIVERY, deliveries=st.lists(DELIVERY, min_size=2, max_size=3))
@hypothesis_settings(max_examples=10, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate])
def test_staging_what_was_touched_gives_what_staging_everything_gives(
    tmp_path_factory: pytest.TempPathFactory,
    common: tuple[list[tuple[str, ...]], list[tuple[str, ...]], list[tuple[str, str]]],
    deliveries: list[tuple[list[tuple[str, ...]], list[tuple[str, ...]], list[tuple[str, str]]]],
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(touched, "WORTH_IT", 1_000.0)
        nightly, whole = Toy(tmp_path_factory.mktemp("nightly")), Toy(tmp_path_factory.mktemp("whole"))
        for changing in deliveries:
            # What no delivery changes is there too: it is what must not be staged again, nor forgotten.
            delivery = (
                [*SETTLED, *common[0], *changing[0]], [*SETTLED_ALERTS, *common[1], *changing[1]],
                [*common[2], *changing[2]],
            )  # fmt: skip
            assert balanced(nightly.deliver(*delivery))
        whole.night = nightly.night - 1
        whole.deliver(*delivery)
    assert contents_of(nightly) == contents_of(whole)


def contents_of(toy: Toy) -> list[list[tuple[Any, ...]]]:
    """Return all that is held, but for when and in which rows it came."""
    latest = "load_id = (SELECT arg_max(load_id, split_part(load_id, '-', 2)) FROM nominal.load)"
    questions = (
        "SELECT * EXCLUDE (load_id, landed_row) FROM nominal.record ORDER BY ALL",
        "SELECT * EXCLUDE (load_id, first_load_id, landed_row) FROM nominal.information_item ORDER BY ALL",
        f"SELECT * EXCLUDE (load_id) FROM nominal.quarantine WHERE {latest} ORDER BY ALL",
        "FROM nominal.merge ORDER BY ALL",
        f"SELECT * EXCLUDE (load_id) FROM nominal.profile WHERE {latest} ORDER BY ALL",
        f"SELECT resource, {', '.join((*BALANCE, *QUALITY))} FROM nominal.load WHERE {latest} ORDER BY ALL",
    )
    return [toy.ask(question) for question in questions]


def test_a_night_stages_only_the_records_it_touches(tmp_path: Path) -> None:
    toy = Toy(tmp_path)
    people = [person(str(number)) for number in range(100)]
    toy.deliver(people)
    people[7] = person("7", surname="Other")
    applied = toy.deliver(people)
    assert (applied.records_changed, applied.balances["nominals"]) == (1, (100, 100, 0, 0))
    with writer(toy.settings()) as con:
        source = toy.home / "landing" / "toy"
        before, now = loads(source)
        with touched.Touched(con, toy.spec, source) as differing:
            assert differing.find(before, now)
            assert con.execute("FROM touched").fetchall() == [("7",)]


def test_codes_are_mapped_and_those_a_list_lacks_are_kept_and_counted(tmp_path: Path) -> None:
    toy = Toy(tmp_path)
    applied = toy.deliver(
        [person("A"), person("B", eth="2"), person("C", eth="9"), person("D", eth="")],
        [("1", "A", "V"), ("2", "A", "Z"), ("3", "A", "")],
    )
    assert [code for (code,) in toy.ask("SELECT ethnicity FROM nominal.record ORDER BY record_key")] == [
        "W1", "W2", "9", None
    ]  # fmt: skip
    codes = toy.ask("SELECT code FROM nominal.information_item WHERE kind = 'alert' ORDER BY ALL")
    assert codes == [("VI",), ("Z",)]
    assert applied.quality.unmapped_codes == 2
    assert toy.ask("SELECT DISTINCT unmapped_codes FROM nominal.load") == [(2,)]


def test_a_date_is_read_by_the_first_of_the_formats_that_fits(tmp_path: Path) -> None:
    toy = Toy(tmp_path)
    applied = toy.deliver([person("A"), person("B", born="19800201"), person("C", born="1980-02-01"),
                           person("D", born="31/02/1980")])  # fmt: skip
    born = [str(one) for (one,) in toy.ask("SELECT birth_dates[1]::VARCHAR FROM nominal.record ORDER BY record_key")]
    assert born == ["1980-02-01", "1980-02-01", "1980-02-01", "None"]
    assert applied.quality.unreadable_dates == 1


def test_a_field_that_empties_is_noticed_and_one_that_falls_too_far_refuses_the_load(tmp_path: Path) -> None:
    toy = Toy(tmp_path, max_completeness_drop=0.3)
    people = [person(str(number)) for number in range(20)]
    assert toy.deliver(people).drift.completeness == ()
    some = [person(str(number), **({"sex": ""} if number < 4 else {})) for number in range(20)]
    noticed = toy.deliver(some)
    assert noticed.refused is None
    (fallen,) = noticed.drift.completeness
    assert (fallen.field, fallen.share, fallen.usual) == ("sex", 0.8, 1.0)
    most = [person(str(number), **({"sex": ""} if number < 15 else {})) for number in range(20)]
    refused = toy.deliver(most)
    assert refused.refused == "25% of the nominal records have `sex` where 90% had"
    assert toy.ask("SELECT count(sex) FROM nominal.record") == [(16,)]
    assert toy.ask("SELECT state, problem FROM nominal.feed") == [("refused", refused.refused)]
    # It is told again for as long as nothing better is delivered, and no longer.
    assert toy.apply().refused == refused.refused
    assert toy.deliver(people).refused is None
    assert toy.ask("SELECT state, problem FROM nominal.feed") == [("current", None)]


def test_new_and_vanished_codes_and_columns_are_counted(tmp_path: Path) -> None:
    toy = Toy(tmp_path)
    people = [person(str(number)) for number in range(30)]
    toy.deliver(people, [(str(number), str(number), "V") for number in range(30)])
    changed = toy.deliver(people, [(str(number), str(number), "NEW") for number in range(30)])
    assert (changed.drift.new_codes, changed.drift.vanished_codes) == (1, 1)
    assert changed.drift.columns == {}
    inbox = tmp_path / "inbox" / "nominals.csv"
    inbox.write_text(inbox.read_text(encoding="utf-8").replace("forename", "first_name", 1), encoding="utf-8")
    toy.night += 1
    # The mapping does not fit any more: the load before stays in force.
    refused = toy.apply()
    assert "there is no column `forename`;" in str(refused.refused)
    assert len(toy.records()) == 30


def test_a_source_with_more_or_fewer_records_than_expected_is_refused(tmp_path: Path) -> None:
    toy = Toy(tmp_path, expected_records=[2, 3])
    assert toy.deliver([person("A"), person("B")]).refused is None
    few, many = toy.deliver([person("A")]), toy.deliver([person(ref) for ref in "ABCD"])
    assert few.refused == "it holds 1 nominal record where 2 to 3 are expected"
    assert many.refused == "it holds 4 nominal records where 2 to 3 are expected"
    assert toy.records() == ["A", "B"]


def test_a_code_list_that_does_not_exist_is_named() -> None:
    with pytest.raises(ValueError, match="there is no code list `colour` under `code_lists`"):
        SourceSpec.model_validate(SOURCE | {"record": SOURCE["record"] | {"code_lists": {"sex": "colour"}}})


def test_a_mapping_that_does_not_fit_the_first_load_is_an_error(tmp_path: Path) -> None:
    toy = Toy(tmp_path, record=SOURCE["record"] | {"forenames": "first_name"})
    with pytest.raises(ConfigurationError, match=r"toy\.yaml, line 3: the field `record\.forenames` does not fit"):
        toy.deliver([person("A")])
