"""Files land alike from the inbox, over SFTP and from a bucket; what goes wrong there is one sentence and no secret."""

from __future__ import annotations

import gzip
import io
import json
import sqlite3
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest
from pydantic import ValidationError

from pipelines.landing.files import places
from pipelines.landing.manifest import loads
from pipelines.settings import Settings
from tests.pipelines.landing.delivery import SYSTEM, asked, extract, home, put, refusal, take_in, written_at
from tests.pipelines.landing.servers import PLACES, place

ROWS = [("1", "Ádám"), ("2", None), ("3", "Ng")]
CSV = "id,name\n1,Ádám\n2,\n3,Ng\n"
ONE_CSV = {"format": "csv", "resources": {"people": "drop/people.csv"}}


def every_format(drop: Path) -> dict[str, dict[str, Any]]:
    """Write the same rows in every format, and return how each is declared."""
    put(drop / "people.csv", CSV)
    put(drop / "people.txt", "".join(f"P{key}{name or '':<10}\n" for key, name in ROWS))
    documents = [{"id": key, "name": name} for key, name in ROWS]
    put(drop / "people.json", json.dumps(documents))
    put(drop / "people.jsonl", "".join(json.dumps(one) + "\n" for one in documents))
    elements = "".join(f"<p><id>{key}</id><name>{name or ''}</name></p>" for key, name in ROWS)
    put(drop / "people.xml", f"<all>{elements}</all>")
    columns = {"id": [key for key, _ in ROWS], "name": [name for _, name in ROWS]}
    pyarrow.parquet.write_table(pa.table(columns), drop / "people.parquet")
    with sqlite3.connect(drop / "people.sqlite") as con:
        con.execute("CREATE TABLE people (id, name)")
        con.executemany("INSERT INTO people VALUES (?, ?)", ROWS)
    con.close()
    fields = {"type": "P", "fields": {"id": [2, 1], "name": [3, 10]}}
    return {
        "csv": {"format": "csv", "resources": {"people": "people.csv"}},
        "fixed_width": {
            "format": "fixed_width", "path": "people.txt", "record_type": [1, 1], "resources": {"people": fields},
        },
        "json": {"format": "json", "layout": "array", "resources": {"people": "people.json"}},
        "json lines": {"format": "json", "layout": "lines", "resources": {"people": "people.jsonl"}},
        "xml": {"format": "xml", "resources": {"people": {"path": "people.xml", "element": "p"}}},
        "parquet": {"format": "parquet", "resources": {"people": "people.parquet"}},
        "sqlite": {"format": "sqlite", "path": "people.sqlite", "resources": ["people"]},
    }  # fmt: skip


@pytest.mark.parametrize("kind", PLACES)
def test_every_format_lands_the_same_rows_from_everywhere(tmp_path: Path, kind: str) -> None:
    with place(kind, tmp_path) as (drop, where):
        for name, spec in every_format(drop).items():
            settings = home(tmp_path / name)
            take_in(settings.model_copy(update={"inbox": drop}), **spec, **where)
            documents = spec["format"] in {"json", "xml"}
            found = asked(
                settings, "people", "SELECT document->>'$.id', document->>'$.name'" if documents else "SELECT id, name"
            )
            assert found == ROWS, name


@pytest.mark.parametrize("kind", PLACES)
def test_patterns_take_the_last_file_by_name_or_all_of_them(tmp_path: Path, kind: str) -> None:
    settings = home(tmp_path)
    with place(kind, tmp_path) as (drop, where):
        for name in ("nominals_02", "nominals_10", "nominals_01", "other"):
            put(drop / "drop" / f"{name}.csv", f"id\n{name[-2:]}\n")
        put(drop / "drop" / "below" / "nominals_99.csv", "id\n99\n")
        for folder in ("b", "a"):
            put(drop / folder / "x[1].jsonl", json.dumps({"id": folder}) + "\n")
        last = {"format": "csv", "resources": {"people": "drop/nominals_*.csv"}}
        take_in(settings, **last, **where)
        assert asked(settings, "people") == [("10",)]
        every = {"people": {"path": "drop/nominals_[0-9]*.csv", "take": "all"}}
        take_in(settings, format="csv", resources=every, **where)
        assert asked(settings, "people", "SELECT id, _row, _file[:20]") == [
            ("01", 1, "drop/nominals_01.csv"), ("02", 2, "drop/nominals_02.csv"), ("10", 3, "drop/nominals_10.csv"),
        ]  # fmt: skip
        folders = {"people": {"path": "*/x?1?.jsonl", "take": "all"}}
        take_in(settings, format="json", layout="lines", resources=folders, **where)
        assert asked(settings, "people", "SELECT document->>'$.id'") == [("a",), ("b",)]
        text = refusal(settings, format="csv", resources={"people": "drop/none_*.csv"}, **where)
        assert "drop/none_*.csv matches no file" in text
        assert "drop/none.csv does not exist" in refusal(
            settings, format="csv", resources={"people": "drop/none.csv"}, **where
        )


@pytest.mark.parametrize("kind", ["sftp by key", "s3"])
def test_an_unchanged_remote_file_is_not_fetched_again_and_a_changed_one_is(tmp_path: Path, kind: str) -> None:
    settings = home(tmp_path)
    with place(kind, tmp_path) as (drop, where):
        path = put(drop / "drop" / "people.csv", CSV)
        first = take_in(settings, **ONE_CSV, **where)
        # Of the same size and time: only who fetches it can see that it is another.
        put(path, CSV.replace("Ng", "Ma"))
        assert take_in(settings, **ONE_CSV, **where).load_id == first.load_id
        # A landing of the same rows, written later, shows that the source still delivers.
        put(path, CSV, minute=5)
        again = take_in(settings, **ONE_CSV, **where)
        assert (again.load_id, again.last_seen_at) == (first.load_id, datetime(2026, 3, 1, 12, 5))  # noqa: DTZ001
        put(path, CSV.replace("Ng", "Ma"), minute=6)
        assert take_in(settings, **ONE_CSV, **where).load_id != first.load_id
        assert asked(settings, "people", "SELECT name")[-1] == ("Ma",)
    assert len(loads(settings.landing / SYSTEM)) == 2


@pytest.mark.parametrize("kind", ["sftp by key", "s3"])
def test_only_files_not_read_before_are_fetched_where_files_hold_changes(tmp_path: Path, kind: str) -> None:
    settings = home(tmp_path)
    changes = {"format": "csv", "resources": {"people": {"path": "*.csv", "load": "changes", "key": "id"}}}
    with place(kind, tmp_path) as (drop, where):
        put(drop / "1.csv", "id,name\n1,A\n2,B\n")
        take_in(settings, **changes, **where)
        put(drop / "1.csv", "id,name\n1,X\n2,X\n")  # of the same size and time
        put(drop / "2.csv", "id,name\n2,C\n", minute=1)
        take_in(settings, **changes, **where)
        assert asked(settings, "people", "SELECT id, name") == [("1", "A"), ("2", "C")]


# Packed files.


def zipped(**members: str | bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("_", "."), content)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", PLACES)
@pytest.mark.parametrize("packed", ["people.csv.gz", "people.zip", "PEOPLE.ZIP"])
def test_packed_files_are_unpacked(tmp_path: Path, kind: str, packed: str) -> None:
    settings = home(tmp_path)
    with place(kind, tmp_path) as (drop, where):
        put(drop / packed, gzip.compress(CSV.encode()) if packed.endswith("gz") else zipped(people_csv=CSV))
        take_in(settings, format="csv", resources={"people": packed}, **where)
    assert asked(settings, "people") == ROWS


def encrypted() -> bytes:
    whole = bytearray(zipped(people_csv=CSV))
    # The mark of encryption, in the member's own header and in the list at the end.
    whole[6] |= 1
    whole[whole.index(b"PK\x01\x02") + 8] |= 1
    return bytes(whole)


PEOPLE_ZIP = zipped(people_csv=CSV * 1000)
PEOPLE_GZ = gzip.compress(CSV.encode() * 1000)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("people.zip", zipped(inner_zip=zipped(people_csv=CSV)), "is a zip that holds other than one plain file"),
        ("people.zip", zipped(people_csv=CSV, other_csv=CSV), "is a zip that holds other than one plain file"),
        ("people.zip", zipped(), "is a zip that holds other than one plain file"),
        ("people.zip", encrypted(), "is a zip under a password"),
        ("people.zip", PEOPLE_ZIP[:-50], "cannot be unpacked as .zip"),
        ("people.zip", PEOPLE_ZIP[:60] + b"damage" + PEOPLE_ZIP[66:], "cannot be unpacked as .zip"),
        ("people.zip", CSV.encode(), "cannot be unpacked as .zip"),
        ("people.csv.gz", PEOPLE_GZ[:-50], "cannot be unpacked as .gz"),
        ("people.csv.gz", PEOPLE_GZ[:20] + b"damage" + PEOPLE_GZ[26:], "cannot be unpacked as .gz"),
        ("people.csv.gz", CSV.encode(), "cannot be unpacked as .gz"),
        ("people.csv.gz", b"", "is empty"),
        ("people.csv.gz", gzip.compress(b""), "is empty"),
        ("people.csv", b"", "is empty"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_what_cannot_be_unpacked_is_one_sentence(tmp_path: Path, name: str, content: bytes, told: str) -> None:
    settings = home(tmp_path)
    put(settings.deliveries / name, content)
    assert told in refusal(settings, format="csv", resources={"people": name})


@pytest.mark.parametrize("name", ["people.zip", "people.csv.gz"])
def test_a_bomb_is_not_unpacked(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = home(tmp_path)
    monkeypatch.setattr(places, "LARGEST_UNPACKED", 1_000_000)
    content = b"0" * 50_000_000
    put(settings.deliveries / name, zipped(people_csv=content) if name.endswith("zip") else gzip.compress(content))
    assert "unpacks to more than" in refusal(settings, format="csv", resources={"people": name})


@pytest.mark.parametrize("path", ["../people.csv", "drop/../../people.csv", "drop/**/people.csv", "people\0.csv", ""])
def test_a_path_that_leads_elsewhere_is_no_path(path: str) -> None:
    with pytest.raises(ValidationError):
        extract(format="csv", resources={"people": path})
    with pytest.raises(ValidationError):
        extract(format="sqlite", path=path, resources=["people"])


@pytest.mark.parametrize("path", ["drop", "x" * 300, "people.csv/x.csv"])
def test_what_is_no_file_does_not_exist(tmp_path: Path, path: str) -> None:
    settings: Settings = home(tmp_path)
    put(settings.deliveries / "people.csv", CSV)
    (settings.deliveries / "drop").mkdir()
    assert "does not exist" in refusal(settings, format="csv", resources={"people": path})


def test_a_file_takes_its_time_from_when_it_was_written(tmp_path: Path) -> None:
    settings = home(tmp_path)
    path = put(settings.deliveries / "drop" / "people.csv", CSV)
    written_at(path, 7)
    assert take_in(settings, **ONE_CSV).delivered_at == datetime(2026, 3, 2, 2)  # noqa: DTZ001
    assert loads(settings.landing / SYSTEM)[0].last_seen_at == datetime(2026, 3, 1, 12, 7)  # noqa: DTZ001
