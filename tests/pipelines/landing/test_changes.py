"""Deliveries of changes: whatever comes in whatever order, what is landed is the newest version of every row, once."""

from __future__ import annotations

import csv
import io
import itertools
import shutil
import tempfile
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from pipelines.errors import ConfigurationError
from pipelines.landing.manifest import loads
from pipelines.settings import Settings
from tests.pipelines.landing.delivery import SYSTEM, asked, home, put, quarantined, refusal, take_in, written_at

Content = tuple[str | None, ...]
"""A row: its key, its value, when it changed, and a column that only some files have."""

COLUMNS = ("id", "value", "changed", "extra")


def changes(*, cursor: bool, **fields: Any) -> dict[str, Any]:
    one: dict[str, Any] = {"path": "drop/*.csv", "load": "changes", "key": "id"} | (
        {"cursor": "changed::INT"} if cursor else {}
    )
    return {"format": "csv", "resources": {"people": one}, **fields}


def csv_of(rows: list[Content], columns: tuple[str, ...] = COLUMNS) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([columns, *(row[: len(columns)] for row in rows)])
    return text.getvalue()


def held(settings: Settings) -> list[Content]:
    """Return the rows of the load in force, in any order, with columns that no file had as empty."""
    latest = loads(settings.landing / SYSTEM)[-1]
    wanted = ", ".join(name if name in latest.columns["people"] else "NULL" for name in COLUMNS)
    return sorted(asked(settings, "people", f"SELECT {wanted}"), key=repr)


def numbered(settings: Settings) -> dict[int, Content]:
    latest = loads(settings.landing / SYSTEM)[-1]
    wanted = ", ".join(name if name in latest.columns["people"] else "NULL" for name in COLUMNS)
    return {row: tuple(content) for row, *content in asked(settings, "people", f"SELECT _row, {wanted}")}


@dataclass
class Model:
    """What should be landed, said as simply as can be: of each key the newest of all versions ever read.

    Attributes:
        cursor: whether rows say when they changed.
        read: the content last read under each name.
        versions: every row read: content, name of its file with the minute it was written, and the order of reading.
    """

    cursor: bool
    read: dict[str, str] = field(default_factory=dict)
    versions: list[tuple[Content, tuple[str, int], int]] = field(default_factory=list)

    def land(self, inbox: dict[str, tuple[int, list[Content], int]]) -> None:
        for name, (minute, rows, width) in sorted(inbox.items()):
            content = csv_of(rows, COLUMNS[:width])
            if self.read.get(name) != content:
                self.read[name] = content
                for row in rows:
                    landed = (*row[:width], *(None,) * (len(COLUMNS) - width))
                    self.versions.append((landed, (name, minute), len(self.versions)))

    def newest(self) -> list[Content]:
        by_key: dict[str | None, dict[Content, tuple[tuple[str, int], int]]] = {}
        for content, label, order in self.versions:
            same = by_key.setdefault(content[0], {})
            before = same.get(content, (label, order))
            same[content] = (max(before[0], label), max(before[1], order))
        rows = list(by_key.pop(None, {}))
        rows += [max(same, key=partial(self._order, same)) for same in by_key.values()]
        return sorted(rows, key=repr)

    def _order(self, same: dict[Content, tuple[tuple[str, int], int]], content: Content) -> tuple[Any, ...]:
        changed = int(content[2]) if self.cursor and content[2] is not None else -1
        return (changed, *same[content])


ROWS = st.lists(
    st.tuples(
        st.sampled_from([None, "1", "2", "3"]), st.sampled_from(["a", "b", None]), st.sampled_from(["1", "2", None]),
        st.sampled_from(["x", None]),
    ),
    max_size=4,
)  # fmt: skip
NAMES = st.sampled_from(["day_01", "day_02", "day_03", "day_10"])
WIDTHS = st.sampled_from([3, 4])
PATIENT = hypothesis(suppress_health_check=list(HealthCheck))


class Deliveries(RuleBasedStateMachine):
    """Files come, late or again, under old names or new ones, and are landed now and then."""

    @initialize(cursor=st.booleans())
    def begin(self, cursor: bool) -> None:  # hypothesis passes it by name
        self.folder = Path(tempfile.mkdtemp())
        self.settings = home(self.folder)
        self.model = Model(cursor)
        self.inbox: dict[str, tuple[int, list[Content], int]] = {}
        self.minute = 100
        self.ever: dict[int, Content] = {}
        self.before: dict[int, Content] = {}

    @rule(name=NAMES, rows=ROWS, width=WIDTHS, late=st.booleans())
    def deliver(self, name: str, rows: list[Content], width: int, late: bool) -> None:
        self.minute += 1
        minute = self.minute - 100 if late and name not in self.inbox else self.minute
        self.inbox[f"drop/{name}.csv"] = (minute, rows, width)
        put(self.settings.deliveries / f"drop/{name}.csv", csv_of(rows, COLUMNS[:width]), minute)

    @precondition(lambda self: self.inbox)
    @rule(name=NAMES, again=st.data())
    def deliver_again_under_another_name(self, name: str, again: st.DataObject) -> None:
        _, rows, width = self.inbox[again.draw(st.sampled_from(sorted(self.inbox)))]
        self.deliver(name, rows, width, late=False)

    @precondition(lambda self: self.inbox)
    @rule(file=st.data())
    def touch(self, file: st.DataObject) -> None:
        name = file.draw(st.sampled_from(sorted(self.inbox)))
        self.minute += 1
        self.inbox[name] = (self.minute, *self.inbox[name][1:])
        written_at(self.settings.deliveries / name, self.minute)

    @precondition(lambda self: len(self.inbox) > 1)
    @rule(file=st.data())
    def take_away(self, file: st.DataObject) -> None:
        name = file.draw(st.sampled_from(sorted(self.inbox)))
        del self.inbox[name]
        (self.settings.deliveries / name).unlink()

    @precondition(lambda self: self.inbox)
    @rule()
    def land(self) -> None:
        self.model.land(self.inbox)
        load = take_in(self.settings, **changes(cursor=self.model.cursor))
        assert held(self.settings) == self.model.newest()
        now = numbered(self.settings)
        # A number is given once, and a version that stays keeps its own.
        assert all(self.ever.setdefault(row, content) == content for row, content in now.items())
        kept = {content: row for row, content in self.before.items()}
        assert all(kept.get(content, row) == row for row, content in now.items())
        self.before = now
        assert take_in(self.settings, **changes(cursor=self.model.cursor)).load_id == load.load_id

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            shutil.rmtree(self.folder)


TestDeliveries = Deliveries.TestCase
TestDeliveries.settings = hypothesis(
    PATIENT, max_examples=15, stateful_step_count=12, phases=[Phase.explicit, Phase.reuse, Phase.generate]
)


@given(files=st.lists(ROWS, min_size=2, max_size=3), cursor=st.booleans())
@hypothesis(PATIENT, max_examples=6)
def test_one_by_one_in_any_order_lands_what_all_at_once_does(files: list[list[Content]], cursor: bool) -> None:
    def state(order: tuple[int, ...], *, at_once: bool) -> list[Content]:
        with tempfile.TemporaryDirectory() as folder:
            settings = home(Path(folder))
            for number in order:
                put(settings.deliveries / f"drop/{number}.csv", csv_of(files[number]), number)
                if not at_once:
                    take_in(settings, **changes(cursor=cursor))
            if at_once:
                take_in(settings, **changes(cursor=cursor))
            return held(settings)

    orders = list(itertools.permutations(range(len(files))))
    expected = state(orders[0], at_once=True)
    for order in (orders[0], orders[-1], orders[len(orders) // 2]):
        assert state(order, at_once=False) == expected


def deliver(settings: Settings, name: str, text: str, minute: int = 0) -> Path:
    return put(settings.deliveries / "drop" / f"{name}.csv", text, minute)


def test_a_row_is_as_the_newest_file_says_even_if_an_older_file_said_the_same(tmp_path: Path) -> None:
    settings = home(tmp_path)
    for number, value in enumerate(["on", "off", "on", "off"]):
        deliver(settings, f"day_{number}", f"id,value\n1,{value}\n", number)
        take_in(settings, **changes(cursor=False))
        assert asked(settings, "people", "SELECT value") == [(value,)]
    deliver(settings, "day_3", "id,value\n1,on\n", 4)  # under the same name
    take_in(settings, **changes(cursor=False))
    deliver(settings, "day_3", "id,value\n1,off\n", 5)
    take_in(settings, **changes(cursor=False))
    assert asked(settings, "people", "SELECT value") == [("off",)]


def test_a_version_that_is_delivered_again_keeps_its_number(tmp_path: Path) -> None:
    settings = home(tmp_path)
    deliver(settings, "1", "id,value\n1,a\n2,a\n,a\n")
    take_in(settings, **changes(cursor=False))
    deliver(settings, "2", "id,value\n,a\n2,a\n1,b\n", 1)
    take_in(settings, **changes(cursor=False))
    assert asked(settings, "people", "SELECT _row, id, value") == [(2, "2", "a"), (3, None, "a"), (6, "1", "b")]


def test_a_tombstone_is_a_version_like_any_other(tmp_path: Path) -> None:
    settings = home(tmp_path)
    spec = changes(cursor=True)
    spec["resources"]["people"]["deleted"] = "value = 'gone'"
    deliver(settings, "2", "id,value,changed\n1,gone,2\n")
    take_in(settings, **spec)
    deliver(settings, "1", "id,value,changed\n1,here,1\n2,here,1\n")
    take_in(settings, **spec)
    assert sorted(asked(settings, "people", "SELECT id, value")) == [("1", "gone"), ("2", "here")]


def test_a_key_of_several_columns_names_a_row(tmp_path: Path) -> None:
    settings = home(tmp_path)
    spec = changes(cursor=False)
    spec["resources"]["people"]["key"] = ["id", "upper(value)"]
    deliver(settings, "1", "id,value,changed\n1,a,old\n1,b,old\n,a,old\n")
    take_in(settings, **spec)
    deliver(settings, "2", "id,value,changed\n1,A,new\n,a,new\n")
    take_in(settings, **spec)
    found = sorted(asked(settings, "people", "SELECT id, value, changed"), key=repr)
    assert found == [("1", "A", "new"), ("1", "b", "old"), (None, "a", "new"), (None, "a", "old")]


@pytest.mark.parametrize("wrong", [{"key": "none"}, {"cursor": "none + 1"}, {"key": "id, ("}, {"cursor": "sum(1)"}])
def test_an_expression_that_does_not_fit_is_one_sentence(tmp_path: Path, wrong: dict[str, str]) -> None:
    settings = home(tmp_path)
    spec = changes(cursor=False)
    spec["resources"]["people"] |= wrong
    deliver(settings, "1", "id,value,changed\n1,a,Anna\n")
    with pytest.raises(ConfigurationError) as error:
        take_in(settings, **spec)
    text = str(error.value)
    assert "\n" not in text
    assert "Anna" not in text
    assert "resource people" in text


def test_a_value_that_an_expression_fails_on_is_not_told(tmp_path: Path) -> None:
    settings = home(tmp_path)
    deliver(settings, "1", "id,value,changed\n1,a,Anna\n2,b,Bert\n1,b,Carl\n")
    text = refusal(settings, **changes(cursor=True))
    assert "`cursor` of the resource people fails with a ConversionException on a value" in text
    assert "Anna" not in text


# What is declared otherwise.


def test_files_are_read_anew_where_extract_changes_and_nothing_is_doubled_or_lost(tmp_path: Path) -> None:
    settings = home(tmp_path)
    spec = changes(cursor=False)
    first = deliver(settings, "1", "")
    put(first, "id,value\n1,Zoë\n,Zoë\n2,A,B\n".encode("cp1252"))
    deliver(settings, "2", "id,value\n3,C\n4\n", 1)
    take_in(settings, **spec)
    assert (asked(settings, "people", "SELECT id, value"), len(quarantined(settings))) == ([("3", "C")], 4)
    # A file that was only touched is the same, and one that was taken away stays as it was read.
    written_at(first, 9)
    take_in(settings, **spec)
    (settings.deliveries / "drop" / "2.csv").unlink()
    take_in(settings, **spec, encoding="cp1252")
    assert asked(settings, "people", "SELECT id, value") == [("3", "C"), ("1", "Zoë"), (None, "Zoë")]
    assert len(quarantined(settings)) == 2
    written_at(first, 10)
    again = take_in(settings, **spec, encoding="latin-1")
    assert asked(settings, "people", "SELECT id, value") == [("3", "C"), ("1", "Zoë"), (None, "Zoë")]
    assert len(quarantined(settings)) == 2
    assert take_in(settings, **spec, encoding="latin-1").load_id == again.load_id


def test_quarantined_rows_of_earlier_deliveries_stay(tmp_path: Path) -> None:
    settings = home(tmp_path)
    deliver(settings, "1", "id,value\n1,a\nbad\n")
    take_in(settings, **changes(cursor=False))
    deliver(settings, "2", "id,value\n2,a\n3,b\nbad\n", 1)
    load = take_in(settings, **changes(cursor=False))
    assert quarantined(settings) == [(2, "malformed_line"), (5, "malformed_line")]
    assert load.rows_extracted == 5
    deliver(settings, "3", "id,value\n1,a\n", 2)
    take_in(settings, **changes(cursor=False))
    assert quarantined(settings) == [(2, "malformed_line"), (5, "malformed_line")]


def test_a_resource_may_become_one_of_changes_and_back(tmp_path: Path) -> None:
    settings = home(tmp_path)
    snapshot = {"format": "csv", "resources": {"people": "drop/*.csv"}}
    deliver(settings, "1", "id,value\n1,a\n2,a\n")
    take_in(settings, **snapshot)
    deliver(settings, "2", "id,value\n2,b\n", 1)
    take_in(settings, **changes(cursor=False))
    assert sorted(asked(settings, "people", "SELECT id, value")) == [("1", "a"), ("2", "b")]
    take_in(settings, **snapshot)
    assert asked(settings, "people", "SELECT id, value") == [("2", "b")]
    take_in(settings, **changes(cursor=False))
    assert sorted(asked(settings, "people", "SELECT id, value")) == [("1", "a"), ("2", "b")]


def test_one_resource_may_be_whole_and_another_hold_changes(tmp_path: Path) -> None:
    settings = home(tmp_path)
    spec = changes(cursor=False)
    spec["resources"]["codes"] = "codes.csv"
    put(settings.deliveries / "codes.csv", "code\nA\nB\n")
    deliver(settings, "1", "id,value\n1,a\nbad\n")
    take_in(settings, **spec)
    put(settings.deliveries / "codes.csv", "code\nC\nbad,bad\n", 1)
    take_in(settings, **spec)
    assert (asked(settings, "people", "SELECT id"), asked(settings, "codes")) == ([("1",)], [("C",)])
    assert quarantined(settings) == [(2, "malformed_line"), (2, "malformed_line")]
    deliver(settings, "2", "id,value\n2,a\n", 2)
    load = take_in(settings, **spec)
    assert (asked(settings, "people", "SELECT id"), asked(settings, "codes")) == ([("1",), ("2",)], [("C",)])
    assert (load.rows, load.quarantined) == ({"people": 2, "codes": 1}, {"people": 1, "codes": 1})
