"""The same arguments give the same sample; other ones another; impossible ones a sentence."""

import json
import sqlite3
from datetime import date
from pathlib import Path

import pytest

import sample_data


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def _contents(folder: Path) -> dict[str, object]:
    """Read files; a database by what it holds, since each version of SQLite signs its files differently."""
    contents: dict[str, object] = {}
    for name, data in _files(folder).items():
        if name.endswith(".sqlite"):
            with sqlite3.connect(folder / name) as database:
                contents[name] = list(database.iterdump())
        else:
            contents[name] = data
    return contents


def test_the_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        sample_data.generate(people=600, seed=5, nights=2, out=tmp_path / name)
    assert _files(tmp_path / "one") == _files(tmp_path / "two")


def test_another_seed_gives_another_sample(tmp_path: Path) -> None:
    for seed in (5, 6):
        sample_data.generate(people=200, seed=seed, nights=1, out=tmp_path / str(seed))
    first, second = (_files(tmp_path / str(seed)) for seed in (5, 6))
    assert first["night-1/rms/nominals.csv"] != second["night-1/rms/nominals.csv"]


def test_the_shipped_set_is_what_the_generator_makes(tmp_path: Path, shipped: Path) -> None:
    sample_data.generate(people=3000, seed=20260302, nights=2, out=tmp_path / "again")
    made, kept = _contents(tmp_path / "again"), _contents(shipped)
    assert made.keys() == kept.keys()
    assert [name for name in kept if made[name] != kept[name]] == []


def test_the_shipped_set_is_small_enough_to_keep_in_the_repository(shipped: Path) -> None:
    assert sum(len(data) for data in _files(shipped).values()) < 5_000_000


def test_a_small_sample_does_not_depend_on_how_many_people_are_drawn_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sample_data.sample.CHUNK", 400)
    made = sample_data.generate(people=1000, seed=5, nights=2, out=tmp_path / "sample")
    records = (tmp_path / "sample" / "truth" / "night-1" / "record.csv").read_text(encoding="utf-8").splitlines()
    assert len(set(records)) == len(records) == made.records + 1
    lines = (tmp_path / "sample" / "night-1" / "pnc" / "PNC_NOMINALS.txt").read_text(encoding="ascii").splitlines()
    assert lines[-1] == f"TRL{len(lines) - 2:09d}"
    assert sum(line.startswith("HDR") for line in lines) == 1
    headers = (tmp_path / "sample" / "night-1" / "rms" / "nominals.csv").read_text(encoding="utf-8").count("nominal_no")
    assert headers == 1


def test_the_manifest_names_each_night_and_its_moment(tmp_path: Path) -> None:
    steps: list[str] = []
    made = sample_data.generate(
        people=50, seed=1, nights=2, out=tmp_path / "sample", start=date(2026, 12, 31), progress=steps.append
    )
    manifest = json.loads((tmp_path / "sample" / "sample.json").read_text(encoding="utf-8"))
    assert manifest == {
        "people": 50,
        "seed": 1,
        "nights": [
            {"night": 1, "folder": "night-1", "as_of": "2026-12-31T02:00:00Z"},
            {"night": 2, "folder": "night-2", "as_of": "2027-01-01T02:00:00Z"},
        ],
    }
    assert json.loads(json.dumps(made.as_dict()))["records"] == made.records
    assert steps


def test_one_person_is_a_population(tmp_path: Path) -> None:
    made = sample_data.generate(people=1, seed=0, nights=1, out=tmp_path / "sample")
    assert made.records >= 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"people": 0}, "1 to 12,000,000 people"),
        ({"people": 20_000_000}, "1 to 12,000,000 people"),
        ({"nights": 0}, "1 night or more"),
        ({"seed": -1}, "0 or more"),
    ],
)
def test_impossible_arguments_are_refused(tmp_path: Path, arguments: dict[str, int], sentence: str) -> None:
    given = {"people": 10, "seed": 1, "nights": 1} | arguments
    with pytest.raises(ValueError, match=sentence):
        sample_data.generate(given["people"], given["seed"], given["nights"], tmp_path / "sample")


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep", encoding="utf-8")
    with pytest.raises(FileExistsError, match="not empty"):
        sample_data.generate(people=10, seed=1, nights=1, out=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
