"""What may be ruled, how it is put on record, and what a file of decisions may hold."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pipelines import audit
from pipelines.decisions import Decision, Import, decide, decisions, export_csv, import_csv, withdraw
from pipelines.decisions.record import decisions_in, record
from pipelines.errors import ConfigurationError, NothingPublishedError, StorageError, WarehouseBusyError
from pipelines.settings import Settings
from pipelines.warehouse.database import writer
from pipelines.warehouse.lock import run_lock

HEADING = "record_a,record_b,verdict,decided_by,reason"
KEYS = "ABCDEF"
AT = datetime(2026, 3, 2, 2)  # noqa: DTZ001 - the warehouse keeps UTC without a time zone


def warehouse_of(home: Path, *keys: str) -> Settings:
    """Return the settings of a new home whose warehouse holds records of these keys and nothing else about them."""
    settings = Settings(home=home, as_of=AT)
    with writer(settings) as con:
        con.execute(
            "INSERT INTO nominal.record BY NAME SELECT unnest($keys) AS record_key, 'a' AS source_system, "
            "'1' AS source_record_id, '' AS content_hash, 'l' AS load_id, 1 AS landed_row",
            {"keys": keys},
        )
    return settings


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    return warehouse_of(tmp_path / "home", *KEYS)


def write(settings: Settings, *lines: str, heading: str = HEADING) -> Path:
    file = settings.home.parent / "rulings.csv"
    file.write_text("\n".join((heading, *lines)) + "\n", encoding="utf-8")
    return file


def acts(settings: Settings) -> list[tuple[str, dict[str, object], str]]:
    return [(entry.who, entry.what, entry.why) for entry in audit.read(settings)]


def test_a_decision_is_kept_as_it_was_made_and_the_audit_log_tells_of_it(home: Settings) -> None:
    made = decide(home, "B", "A", "same", by="a.person", reason="seen")
    kept = Decision(
        decision_id=made,
        record_a="A",
        record_b="B",
        verdict="same",
        decided_by="a.person",
        decided_at=AT,
        reason="seen",
    )
    assert decisions(home) == [kept]
    withdraw(home, made, by="b.person", reason="mixed up")
    (gone,) = decisions(home)
    assert (gone.withdrawn_by, gone.withdrawn_at, gone.withdrawn_reason) == ("b.person", AT, "mixed up")
    assert acts(home) == [
        ("a.person", {"decision": made, "verdict": "same"}, "seen"),
        ("b.person", {"decision": made, "withdrawn": True}, "mixed up"),
    ]


def test_a_ruling_made_again_word_for_word_is_the_one_in_force_until_it_is_withdrawn(home: Settings) -> None:
    first = decide(home, "A", "B", "same", by="a.person", reason="seen")
    assert decide(home, "B", "A", "same", by="a.person", reason="seen") == first
    assert len(acts(home)) == 1
    withdraw(home, first, by="a.person", reason="mixed up")
    second = decide(home, "A", "B", "same", by="a.person", reason="seen")
    assert second != first
    assert [one.decision_id for one in decisions(home) if one.withdrawn_at is None] == [second]


@pytest.mark.parametrize(
    ("pair", "verdict", "says"),
    [
        (("A", "Z"), "same", "No source system holds the record Z; look it up in linked.subject_record."),
        (("A", "A"), "same", "A decision is about two records, but both keys given are the same record's."),
        (("A", "B"), "maybe", "The verdict must be 'same' or 'different'."),
        (("C", "D"), "different", r"Decision D\w{12} holds that these records are the same person; withdraw it before"),
    ],
)
def test_a_ruling_that_makes_no_sense_is_refused_and_nothing_is_kept(
    home: Settings, pair: tuple[str, str], verdict: str, says: str
) -> None:
    decide(home, "C", "D", "same", by="a.person", reason="seen")
    with pytest.raises(ConfigurationError, match=says):
        decide(home, *pair, verdict, by="a.person", reason="seen")
    assert len(decisions(home)) == len(acts(home)) == 1


def test_what_is_not_there_or_withdrawn_cannot_be_withdrawn(home: Settings) -> None:
    with pytest.raises(ConfigurationError, match="There is no decision D1;"):
        withdraw(home, "D1", by="a.person", reason="why")
    made = decide(home, "A", "B", "same", by="a.person", reason="seen")
    withdraw(home, made, by="a.person", reason="why")
    with pytest.raises(ConfigurationError, match="withdrawn already"):
        withdraw(home, made, by="a.person", reason="why")


def test_nothing_is_decided_where_no_run_has_been_or_one_is_at_work(home: Settings, tmp_path: Path) -> None:
    with pytest.raises(NothingPublishedError):
        decide(Settings(home=tmp_path / "none"), "A", "B", "same", by="a.person", reason="seen")
    with run_lock(home), pytest.raises(WarehouseBusyError):
        decide(home, "A", "B", "same", by="a.person", reason="seen")


def test_no_decision_is_in_force_that_the_audit_log_cannot_tell_of(home: Settings) -> None:
    made = decide(home, "A", "B", "same", by="a.person", reason="seen")
    held, file = decisions(home), write(home, "C,D,same,a.person,seen")
    log = home.audit / "audit.jsonl"
    kept = log.rename(home.home / "kept.jsonl")
    log.mkdir()
    with pytest.raises(StorageError):
        decide(home, "C", "D", "different", by="a.person", reason="twins")
    with pytest.raises(StorageError):
        import_csv(home, file)
    with pytest.raises(StorageError):
        withdraw(home, made, by="a.person", reason="mixed up")
    log.rmdir()
    kept.rename(log)
    assert decisions(home) == held
    with pytest.raises(ConfigurationError, match="who acted and why"):
        decide(home, "C", "D", "different", by=" ", reason="twins")
    assert decisions(home) == held


def test_an_export_comes_back_exactly_and_twice_is_once(home: Settings, tmp_path: Path) -> None:
    elsewhere, file, again = warehouse_of(tmp_path / "two", *KEYS), tmp_path / "one.csv", tmp_path / "again.csv"
    gone = decide(home, "A", "B", "same", by="a.person", reason='seen, with "quotes"\nand a line')
    decide(home, "C", "D", "different", by="b.person", reason="twins")
    withdraw(home, gone, by="c.person", reason="mixed up")
    assert export_csv(home, file, who="d.person") == 2
    assert acts(home)[-1] == ("d.person", {"decisions": 2}, "conjoin decide export")
    assert import_csv(elsewhere, file) == Import(given=2, taken=2)
    assert import_csv(elsewhere, file) == Import(given=2, taken=0)
    assert decisions(elsewhere) == decisions(home)
    assert all(what["imported"] for _, what, _ in acts(elsewhere))
    assert len(acts(elsewhere)) == 3  # two were made, and one of them withdrawn
    export_csv(elsewhere, again, who="d.person")
    assert again.read_bytes() == file.read_bytes()


def test_a_withdrawal_elsewhere_comes_in_with_the_next_import(home: Settings, tmp_path: Path) -> None:
    elsewhere, file = warehouse_of(tmp_path / "two", *KEYS), tmp_path / "one.csv"
    made = decide(home, "A", "B", "same", by="a.person", reason="seen")
    export_csv(home, file, who="a.person")
    import_csv(elsewhere, file)
    withdraw(home, made, by="b.person", reason="mixed up")
    decide(home, "A", "B", "different", by="b.person", reason="twins")
    before = file.rename(tmp_path / "before.csv")
    export_csv(home, file, who="a.person")
    assert import_csv(elsewhere, file) == Import(given=2, taken=2)
    assert decisions(elsewhere) == decisions(home)
    # What was withdrawn binds nobody, though it contradicts what is in force; an older file brings nothing back.
    third = warehouse_of(tmp_path / "three", *KEYS)
    assert import_csv(third, file) == Import(given=2, taken=2)
    assert import_csv(third, before) == Import(given=1, taken=0)
    assert decisions(third) == decisions(home)


def test_rows_without_ids_are_taken_once_however_often_they_are_given(home: Settings) -> None:
    file = write(home, "B,A,same,a.person,seen", "A,B,same,a.person,seen", "A,B,same,b.person,seen")
    assert import_csv(home, file) == Import(given=3, taken=2)
    assert import_csv(home, file) == Import(given=3, taken=0)
    assert import_csv(home, write(home)) == Import(given=0, taken=0)
    assert len({one.decision_id for one in decisions(home)}) == 2


def test_a_ruling_made_again_after_the_file_withdrew_it_is_in_force(home: Settings, tmp_path: Path) -> None:
    heading = f"{HEADING},decision_id,withdrawn_by,withdrawn_at,withdrawn_reason"
    withdrawn = "A,B,same,a.person,seen,{},b.person,2026-03-01,mixed up"
    file = write(home, withdrawn.format(""), "A,B,same,a.person,seen,,,,", heading=heading)
    for settings in (home, warehouse_of(tmp_path / "two", *KEYS)):
        if settings is not home:
            decide(settings, "A", "B", "same", by="a.person", reason="seen")
        assert import_csv(settings, file) == Import(given=2, taken=2)
        assert sorted(one.withdrawn_by or "in force" for one in decisions(settings)) == ["b.person", "in force"]
    third = warehouse_of(tmp_path / "three", *KEYS)
    import_csv(third, write(third, withdrawn.format("D1"), heading=heading))
    import_csv(third, write(third, "A,B,same,a.person,seen,D1,,,", "A,B,same,a.person,seen,,,,", heading=heading))
    assert sorted(one.withdrawn_by or "in force" for one in decisions(third)) == ["b.person", "in force"]


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ("A,B,maybe,a.person,why", "line 3: The verdict must be 'same' or 'different'."),
        ("A,A,same,a.person,why", "line 3: A decision is about two records"),
        ("A,Z,same,a.person,why", "line 3: No source system holds the record named there;"),
        ("A,B,same,,why", "line 3: the field decided_by is empty; fill it in."),
        ("A,B,same,a.person", "line 3: it has not as many fields as the first line; correct it."),
        ("C,D,different,a.person,why", "line 3: Decision of line 2 holds that these records are the same person;"),
    ],
)
def test_one_bad_row_is_named_with_its_line_and_nothing_of_the_file_is_taken(
    home: Settings, bad: str, says: str
) -> None:
    file = write(home, "C,D,same,a.person,why", bad, "E,F,same,a.person,why")
    with pytest.raises(ConfigurationError) as refusal:
        import_csv(home, file)
    assert str(refusal.value).startswith(f"{file}, {says}")
    assert "\n" not in str(refusal.value)
    assert decisions(home) == []
    assert acts(home) == []


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("reason", "heard", "line 2: the decision {} is held and says something else; give it another id."),
        ("withdrawn_at", "yesterday", "line 2: the field withdrawn_at is no instant; write it as 2026-03-02T14:05:00"),
        ("withdrawn_at", "2026-03-02", "line 2: the field withdrawn_by is empty, though the decision is withdrawn;"),
    ],
)
def test_a_row_of_an_export_that_was_altered_is_refused(home: Settings, field: str, value: str, says: str) -> None:
    made, file = decide(home, "A", "B", "same", by="a.person", reason="seen"), home.home / "one.csv"
    export_csv(home, file, who="a.person")
    with file.open(newline="") as opened:
        (row,) = csv.DictReader(opened)
    with file.open("w", newline="") as opened:
        writing = csv.DictWriter(opened, row)
        writing.writeheader()
        writing.writerow(row | {field: value})
    held = decisions(home)
    with pytest.raises(ConfigurationError) as refusal:
        import_csv(home, file)
    assert str(refusal.value).startswith(f"{file}, {says.format(made)}")
    assert decisions(home) == held


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"record_a,record_b,verdict\n", "lacks the column decided_by, reason"),
        (HEADING.encode() + b",colour\n", "has 1 column that no export has"),
        (b"\xff\xfe\x00", "cannot be read as CSV in UTF-8"),
    ],
)
def test_a_file_that_is_no_table_of_rulings_is_refused_in_a_sentence(
    home: Settings, tmp_path: Path, content: bytes, says: str
) -> None:
    file = tmp_path / "rulings.csv"
    file.write_bytes(content)
    with pytest.raises(ConfigurationError) as refusal:
        import_csv(home, file)
    assert str(refusal.value).startswith(f"{file} {says}")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        import_csv(home, tmp_path / "none.csv")
    with pytest.raises(ConfigurationError, match="cannot be written"):
        export_csv(home, tmp_path, who="a.person")


RULINGS = st.lists(
    st.tuples(
        st.lists(st.sampled_from(KEYS[:4]), min_size=2, max_size=2, unique=True),
        st.sampled_from(["same", "different"]),
        st.sampled_from(["a.person", "b.person"]),
    ),
    max_size=7,
)


def test_a_file_is_taken_as_its_rulings_would_be_one_by_one(home: Settings) -> None:
    def taken(con: duckdb.DuckDBPyConnection, *given_at_once: list[Decision], lines: bool = False) -> list[str]:
        """Put decisions on record, undo it, and return what was ruled, or where the first was refused."""
        con.begin()
        try:
            for number, some in enumerate(given_at_once, start=2):
                record(con, home, some, range(2, len(some) + 2) if lines else [number] * len(some))
            return sorted(f"{one.record_a}{one.record_b}{one.verdict}{one.decided_by}" for one in decisions_in(con))
        except ConfigurationError as error:
            return [str(error).split(":")[0]]
        finally:
            con.rollback()

    @hypothesis_settings(max_examples=30)
    @given(rulings=RULINGS)
    def check(rulings: list[tuple[list[str], str, str]]) -> None:
        given_decisions = [
            Decision(record_a=a, record_b=b, verdict=verdict, decided_by=by, decided_at=AT, reason="seen")
            for (a, b), verdict, by in rulings
        ]
        one_by_one = taken(con, *([one] for one in given_decisions))
        assert taken(con, given_decisions, lines=True) == one_by_one

    with writer(home) as con:
        check()


TEXTS = st.text(
    st.sampled_from(["=", "+", "-", "@", "'", " ", "\t", "\n", "\r", ",", ";", '"', "a", "1", "=", "|", "\uff1d"]),
    max_size=6,
)


@given(reasons=st.lists(st.builds(lambda before, after: f"{before}x{after}", TEXTS, TEXTS), min_size=1, max_size=4))
@hypothesis_settings(deadline=None, max_examples=5)
def test_an_export_holds_no_formula_and_comes_back_unchanged(
    reasons: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("formula")
    home, elsewhere = (warehouse_of(folder / name, *KEYS) for name in ("one", "two"))
    for number, reason in enumerate(reasons):
        decide(home, KEYS[0], KEYS[number + 1], "same", by=reason, reason=reason)
    file = folder / "rulings.csv"
    export_csv(home, file, who="a.person")
    with file.open(newline="", encoding="utf-8") as opened:
        for row in csv.reader(opened):
            assert not [cell for cell in row if cell.lstrip().startswith(("=", "+", "-", "@", "|", "\uff1d"))]
    assert import_csv(elsewhere, file) == Import(len(reasons), len(reasons))
    assert decisions(elsewhere) == decisions(home)
    assert import_csv(home, file) == Import(len(reasons), 0)


def test_a_file_whose_columns_are_shifted_is_refused_without_its_values(home: Settings) -> None:
    for heading, line in (
        (HEADING, "Ada Zyxwold,B,same,a.person,why"),
        (HEADING, "A,B,Ada Zyxwold,a.person,why"),
        ("Ada Zyxwold,b,c,d,e", "A,B,same,a.person,why"),
        (f"{HEADING},Ada Zyxwold", "A,B,same,a.person,why,x"),
    ):
        with pytest.raises(ConfigurationError) as error:
            import_csv(home, write(home, line, heading=heading))
        assert "Zyxwold" not in str(error.value)
