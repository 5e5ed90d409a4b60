"""Landed rows become records and items, or go to quarantine with a reason: design invariant 1."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pipelines.deployment import Source
from pipelines.errors import ConfigurationError
from pipelines.settings import Settings
from pipelines.source import SourceSpec
from pipelines.yaml_file import read_yaml
from tests.pipelines import shipped, tiny


def nomis(settings: Settings, **rows: list[list[Any]]) -> None:
    """Deliver NOMIS with the rows of some tables replaced."""
    tables = copy.deepcopy(tiny.NOMIS)
    for table, replaced in rows.items():
        tables[table] = (tables[table][0], replaced)
    tiny.write_database(settings.deliveries / "nomis" / "nomis.sqlite", tables)


def offender(key: str | None, surname: str = "SMITH", born: str | None = "1980-01-02") -> list[Any]:
    return [key, surname, "ANN", None, born, "F", "W1", "British", None]


def test_a_record_gathers_what_all_its_tables_say(tmp_path: Path) -> None:
    settings = shipped.home(tmp_path)
    shipped.take_in("nomis", settings)
    ((names, dates, identifiers, sentenced),) = shipped.rows(
        settings, "SELECT names, birth_dates::VARCHAR, identifiers, sentence_dates::VARCHAR FROM nominal.record"
    )
    assert names == [
        {"kind": "primary", "forename": "SEAN", "middle_names": "PATRICK", "surname": "OCONNOR",
         "as_given": "Sean Patrick O'Connor"}
    ]  # fmt: skip
    assert (dates, sentenced) == ("[1981-03-14]", "[2024-01-05]")
    assert [(one["kind"], one["value"], one["valid"]) for one in identifiers] == [  # type: ignore[attr-defined]
        ("noms", "A1234BC", True),
        ("pnc", "1981/0000034U", True),
    ]


def test_duplicate_and_missing_keys_and_orphans_go_to_quarantine(tmp_path: Path) -> None:
    settings = shipped.home(tmp_path)
    nomis(
        settings,
        offenders=[offender("A1111AA"), offender("A1111AA", "JONES"), offender(None), offender("  ")],
        offender_identifiers=[[1, "A9999ZZ", "PNC", "81/34U"], [2, "A1111AA", "CRO", "000000/00Z"]],
        bookings=[], sentences=[], release_dates=[], alerts=[],
    )  # fmt: skip
    applied = shipped.take_in("nomis", settings)
    assert (applied.extracted, applied.accepted, applied.quarantined) == (6, 1, 5)
    assert shipped.rows(settings, "SELECT resource, landed_row, reason FROM nominal.quarantine ORDER BY ALL") == [
        ("offender_identifiers", 1, "unknown_record"),
        ("offender_identifiers", 2, "no_value"),
        ("offenders", 2, "duplicate_key"),
        ("offenders", 3, "missing_key"),
        ("offenders", 4, "missing_key"),
    ]
    # The first row of a key stands; nothing of the second leaks into it.
    assert shipped.rows(settings, "SELECT names[1].surname, len(identifiers) FROM nominal.record") == [("SMITH", 1)]


def test_an_unchanged_load_touches_nothing_and_a_changed_row_only_itself(tmp_path: Path) -> None:
    settings = shipped.home(tmp_path)
    nomis(settings, offenders=[offender("A1111AA"), offender("A2222BB")], offender_identifiers=[], bookings=[],
          sentences=[], release_dates=[], alerts=[])  # fmt: skip
    first = shipped.take_in("nomis", settings)
    assert shipped.take_in("nomis", settings).repeated
    nomis(settings, offenders=[offender("A2222BB", "JONES"), offender("A3333CC")], offender_identifiers=[], bookings=[],
          sentences=[], release_dates=[], alerts=[])  # fmt: skip
    second = shipped.take_in("nomis", settings)
    assert (second.records_new, second.records_changed, second.records_deleted) == (1, 1, 1)
    assert first.load.load_id != second.load.load_id
    assert shipped.rows(settings, "SELECT source_record_id, names[1].surname FROM nominal.record ORDER BY 1") == [
        ("A2222BB", "JONES"),
        ("A3333CC", "SMITH"),
    ]


def test_a_merge_in_the_source_names_both_records(tmp_path: Path) -> None:
    settings = shipped.home(tmp_path)
    nomis(settings, merges=[[1, "A7777GG", "A1234BC", "2026-03-01"]])
    shipped.take_in("nomis", settings)
    assert shipped.rows(settings, "SELECT merged_key, surviving_key, merged_on::VARCHAR FROM nominal.merge") == [
        ("nomis:A7777GG", "nomis:A1234BC", "2026-03-01")
    ]


def test_placeholders_are_no_dates_and_unreadable_dates_are_counted(tmp_path: Path) -> None:
    settings = shipped.home(tmp_path)
    nomis(settings, offenders=[offender("A1111AA", born="1970-01-01"), offender("A2222BB", born="31st of May")],
          offender_identifiers=[], bookings=[], sentences=[], release_dates=[], alerts=[])  # fmt: skip
    assert shipped.take_in("nomis", settings).quality.unreadable_dates == 1
    assert shipped.rows(settings, "SELECT birth_dates FROM nominal.record") == [([],), ([],)]


def many(count: int, **columns: str | None) -> list[list[Any]]:
    """Return offenders with keys of their own."""
    return [offender(f"A{number:04d}AA", **columns) for number in range(count)]  # type: ignore[arg-type]


def deliver_only(settings: Settings, offenders: list[list[Any]], **rows: list[list[Any]]) -> None:
    empty: dict[str, list[list[Any]]] = {
        table: [] for table in ("offender_identifiers", "bookings", "sentences", "release_dates", "alerts")
    }
    nomis(settings, offenders=offenders, **{**empty, **rows})


@pytest.mark.parametrize(
    ("offenders", "identifiers", "said"),
    [
        (many(60), [], "40 of 100 nominal records are gone, more than 25%"),
        (many(94) + [offender("A0001AA", "AGAIN") for _ in range(6)], [],
         "6 of 100 rows are in quarantine, more than 5%"),
        (many(94) + [offender(f"B{n:04d}AA", born="14/03/1981") for n in range(6)], [],
         "6 of 100 dates cannot be read, more than 5%"),
        (many(100), [[n, f"A{n:04d}AA", "PASSPORT", "123"] for n in range(20)],
         "20 of 120 identifiers or contact points are of an unknown kind, more than 5%"),
        ([], [], "it holds no nominal record"),
    ],
    ids=["too few records", "too much in quarantine", "unreadable dates", "unknown kinds", "nothing"],
)  # fmt: skip
def test_a_load_that_cannot_be_trusted_is_refused_and_the_one_before_stays(
    tmp_path: Path, offenders: list[list[Any]], identifiers: list[list[Any]], said: str
) -> None:
    settings = shipped.home(tmp_path)
    deliver_only(settings, many(100))
    good = shipped.take_in("nomis", settings, wary=True)
    assert good.refused is None
    held = "SELECT record_key, content_hash, load_id FROM nominal.record ORDER BY 1"
    before = shipped.rows(settings, held)
    deliver_only(settings, offenders, offender_identifiers=identifiers)
    for _ in range(2):  # The next night the same delivery is judged against the same good load.
        bad = shipped.take_in("nomis", settings, wary=True)
        assert said in str(bad.refused)
        assert shipped.rows(settings, held) == before
    # What is wrong with it can be looked up.
    assert shipped.rows(settings, "SELECT DISTINCT load_id FROM nominal.load WHERE refused IS NOT NULL") == [
        (bad.load.load_id,)
    ]
    assert shipped.rows(settings, "SELECT count(*) FROM nominal.quarantine") == [(bad.quarantined,)]
    deliver_only(settings, many(101))
    again = shipped.take_in("nomis", settings, wary=True)
    assert (again.refused, again.records_new, again.records_deleted) == (None, 1, 0)


def test_a_fault_in_an_expression_never_quotes_the_value(tmp_path: Path) -> None:
    settings = shipped.home(tmp_path)
    path = altered_yaml(tmp_path, "birth_date: birth_date", "birth_date: strptime(surname, '%Y-%m-%d')")
    spec = read_yaml(path, SourceSpec, below=("attributes",))
    with pytest.raises(ConfigurationError) as error:
        shipped.take_in("nomis", settings, Source(spec, path))
    assert "use try_cast or try_strptime" in str(error.value)
    assert "Connor" not in str(error.value)
    assert error.value.__suppress_context__


def test_another_originator_reaches_the_items_that_are_held(tmp_path: Path) -> None:
    settings = shipped.home(tmp_path)
    shipped.take_in("nomis", settings)
    source = shipped.SOURCES["nomis"]
    shipped.take_in("nomis", settings, Source(source.spec.model_copy(update={"originator": "HMPPS"}), source.yaml_file))
    assert shipped.rows(settings, "SELECT DISTINCT originator FROM nominal.information_item") == [("HMPPS",)]


def altered_yaml(folder: Path, old: str, new: str) -> Path:
    text = shipped.SOURCES["nomis"].yaml_file.read_text(encoding="utf-8")
    assert old in text
    path = folder / "nomis.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("surname: surname", "surnam: surname", "the field `record.surnam` is not known; did you mean `surname`?"),
        ("format: sqlite", "format: sqlit", "the field `extract` is wrong"),
        ("service: prison", "service: Navy 1", "the field `service` is wrong"),
        ("owner: team:prison-security", "owner: prison security", "the field `owner` is wrong"),
        ("- merges", "- mergers", "`from: merges` is not among the resources"),
        ("title: NOMIS", "title: [NOMIS", "this is not valid YAML"),
    ],
)
def test_a_slip_in_a_source_yaml_names_file_line_field_and_remedy(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    path = altered_yaml(tmp_path, old, new)
    with pytest.raises(ConfigurationError) as error:
        read_yaml(path, SourceSpec, below=("attributes",))
    text = str(error.value)
    assert text.startswith(f"{path}, line ")
    assert said in text
    assert "\n" not in text


def test_a_column_the_source_does_not_deliver_is_named_with_the_one_that_was_meant(tmp_path: Path) -> None:
    settings = shipped.home(tmp_path)
    path = altered_yaml(tmp_path, "birth_date: birth_date", "birth_date: birthdate")
    spec = read_yaml(path, SourceSpec, below=("attributes",))
    with pytest.raises(ConfigurationError) as error:
        shipped.take_in("nomis", settings, Source(spec, path))
    line = next(
        number for number, text in enumerate(path.read_text().splitlines(), 1) if "birth_date: birthdate" in text
    )
    assert f"{path}, line {line}: the field `record.birth_date` does not fit" in str(error.value)
    assert "there is no column `birthdate`; did you mean `birth_date`?" in str(error.value)


KEYS = st.sampled_from(["A1111AA", "A2222BB", "A3333CC", "", None])
TEXT = st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12))


@given(
    offenders=st.lists(st.tuples(KEYS, TEXT, TEXT), max_size=8),
    aliases=st.lists(st.tuples(KEYS, TEXT, TEXT), max_size=8),
    identifiers=st.lists(st.tuples(KEYS, st.sampled_from(["PNC", "CRO", "??", None]), TEXT), max_size=8),
    alerts=st.lists(st.tuples(KEYS, TEXT), max_size=8),
)
@hypothesis_settings(max_examples=12, suppress_health_check=list(HealthCheck))
def test_rows_in_equal_rows_out_whatever_is_delivered(
    tmp_path_factory: pytest.TempPathFactory,
    offenders: list[tuple[str | None, ...]],
    aliases: list[tuple[str | None, ...]],
    identifiers: list[tuple[str | None, ...]],
    alerts: list[tuple[str | None, ...]],
) -> None:
    settings = shipped.home(tmp_path_factory.mktemp("any"))
    nomis(
        settings,
        offenders=[[key, surname, "A", None, born, "M", None, None, None] for key, surname, born in offenders],
        offender_aliases=[[n, key, last, first, None, None] for n, (key, last, first) in enumerate(aliases)],
        offender_identifiers=[[n, key, kind, value] for n, (key, kind, value) in enumerate(identifiers)],
        alerts=[[n, key, "X", code, None, None, "Y"] for n, (key, code) in enumerate(alerts)],
        bookings=[], sentences=[], release_dates=[],
    )  # fmt: skip
    applied = shipped.take_in("nomis", settings)
    delivered = len(offenders) + len(aliases) + len(identifiers) + len(alerts)
    assert applied.extracted == delivered
    assert applied.accepted + applied.quarantined == delivered
    ((records, quarantined),) = shipped.rows(
        settings, "SELECT (SELECT count(*) FROM nominal.record), (SELECT count(*) FROM nominal.quarantine)"
    )
    # A delivery without a single person is refused, and what it says of nobody goes unheld.
    assert records == len({key for key, *_ in offenders if key})
    assert (applied.refused is None) == (records > 0)
    assert quarantined == applied.quarantined
