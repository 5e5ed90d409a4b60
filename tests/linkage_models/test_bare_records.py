"""The bare script beside the product compares what the records really hold, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from linkage_models.relations import literal
from linkage_models.yardsticks.bare_records import run
from tests.linkage_models.nominal.builders import Given, Warehouse, population


def written(records: dict[str, Given], folder: Path) -> str:
    """Write records with their people, whom `population` names in the record's id, as the script reads them."""
    file = folder / "records.parquet"
    Warehouse(records).con.execute(
        f"COPY (SELECT *, source_record_id AS person_id FROM record) TO {literal(str(file))} (FORMAT parquet)"
    )
    return str(file)


@pytest.mark.parametrize("across", [False, True])
def test_records_of_many_fields_are_linked_well_by_the_script(across: bool, tmp_path: Path) -> None:
    found = run(written(population(150, seed=8), tmp_path), across=across)
    assert found["f1"] > 0.85
    assert {"id_pnc", "postcode", "birth_date", "forename"} <= set(found["columns"])
    assert ["id_pnc"] in found["rules"]


def test_a_field_that_is_empty_or_whose_values_nobody_shares_is_not_compared(tmp_path: Path) -> None:
    people = population(150, seed=8, identifiers=False)
    own = {key: {**{f: v for f, v in given.items() if f != "postcode"}, "noms": f"A{place:04}AA"}
           for place, (key, given) in enumerate(people.items())}  # fmt: skip
    found = run(written(own, tmp_path))
    assert not {"postcode", "id_noms", "email", "address"} & set(found["columns"])
    assert found["f1"] > 0.5


def test_records_that_have_nothing_in_common_give_no_link_and_no_error(tmp_path: Path) -> None:
    strangers: dict[str, Given] = {f"pnc:{row}": {"sex": "M"} for row in range(5)}
    found = run(written(strangers, tmp_path))
    assert (found["true_links"], found["false_links"], found["rules"]) == (0, 0, [])
