"""Which kinds of identifier a model compares: those of the justice systems, and others that the records hold."""

from __future__ import annotations

from linkage_models import nominal
from linkage_models.nominal.model import slips
from linkage_models.nominal.model.comparisons import comparisons
from linkage_models.nominal.model.features import identifier_kinds_of
from linkage_models.nominal.score import evidence
from linkage_models.standardise.identifiers import IDENTIFIER_KINDS, OTHER_COMPARISONS
from tests.linkage_models.nominal.builders import Warehouse, scored_pairs


def test_kinds_that_records_hold_are_compared_and_words_that_are_no_kind_never_reach_sql() -> None:
    con = Warehouse({"pnc:1": {"name": "Aled Pritchard"}}).con
    con.execute("""
        UPDATE record SET identifiers = [
            {'kind': 'soc_sec_id', 'value': '1234567', 'valid': true, 'as_given': '1234567'},
            {'kind': 'a kind; of no "sort"', 'value': 'X1234', 'valid': true, 'as_given': 'X1234'},
            {'kind': 'name', 'value': 'Y1234', 'valid': true, 'as_given': 'Y1234'},
            {'kind': 'passport', 'value': 'wrong', 'valid': false, 'as_given': 'wrong'}]
    """)
    kinds = identifier_kinds_of(con, "record")
    assert kinds == (*IDENTIFIER_KINDS, "soc_sec_id")
    nominal.build_features(con, "record", "feature", kinds=kinds)
    assert con.execute("SELECT soc_sec_id_ids FROM feature").fetchall() == [(["1234567"],)]


def test_every_name_of_the_evidence_that_is_no_kind_is_taken() -> None:
    others = {"prior", slips.NAME, evidence.HOUSEHOLD, evidence.KINSHIP}
    assert {comparison.name for comparison in comparisons(())} | others == set(OTHER_COMPARISONS)


def test_numbers_given_out_in_a_row_are_two_numbers_and_a_slip_in_the_middle_is_one() -> None:
    pair = {"name": "Brian Featherstone", "born": "1990-09-14"}
    found = scored_pairs(
        {
            "in a row": (pair | {"noms": "A1234BC"}, pair | {"noms": "A1234BD"}),
            "in a row, as CRN": (pair | {"crn": "X123456"}, pair | {"crn": "X123457"}),
            "slip": (pair | {"noms": "A1234BC"}, pair | {"noms": "A1334BC"}),
            "fails its check": (pair | {"pnc": "81/34U"}, pair | {"pnc": "1981/0000035U"}),
        }
    )
    levels = {name: edge.found for name, edge in found.items() if edge}
    assert levels["in a row"]["noms"] == "all different"
    assert levels["in a row, as CRN"]["crn"] == "all different"
    assert levels["slip"]["noms"] == "one character apart"
    assert levels["fails its check"]["pnc"] == "one character apart"
