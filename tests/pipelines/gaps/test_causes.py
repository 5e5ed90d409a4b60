"""Why a gap is there, how sure that is, when it is due and how it is marked."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipelines.gaps import load_rules
from tests.pipelines.gaps.world import gaps, run, warehouse

ALERT = {"holds": ["alert XTACT since 2026-03-01"]}
REGISTRATION = {"holds": ["registration RTAO since 2026-03-01"]}
M4 = {"holds": ["registration MAPP level M2 category M4 since 2026-03-01"]}


def only(world: dict[str, Any], rule: str, *columns: str, stale: tuple[str, ...] = ()) -> Any:  # noqa: ANN401
    """Return the columns of the one gap of a rule in a world."""
    with warehouse(world) as con:
        run(con, stale=stale)
        rows = [row[1:] for row in gaps(con, "rule_id", *columns) if row[0] == rule]
    assert len(rows) == 1
    return rows[0] if len(columns) > 1 else rows[0][0]


def test_absence_is_not_asserted_while_an_unlinked_record_may_hold_it() -> None:
    world = {
        "subjects": {"S1": {"nomis A1": ALERT}, "S2": {"ndelius X2": REGISTRATION}},
        "edges": ["nomis A1 ~ ndelius X2 at 0.62"],
    }
    cause, record, confidence, sentence = only(world, "G02", "cause", "near_miss_record", "confidence", "sentence")
    assert (cause, record, confidence) == ("held_but_unlinked", "ndelius:X2", 0.38)
    assert "nDelius record X2 may be the same person (probability 0.62)" in sentence
    assert "has no open RTAO" not in sentence


def test_an_unlinked_record_that_lacks_it_too_explains_nothing() -> None:
    world = {
        "subjects": {"S1": {"nomis A1": ALERT}, "S2": {"ndelius X2": {}}},
        "edges": ["nomis A1 ~ ndelius X2 at 0.62"],
    }
    assert only(world, "G02", "cause", "near_miss_record", "confidence") == ("not_held", None, 1.0)


def test_for_a_missing_record_any_unlinked_record_of_that_system_explains() -> None:
    world = {
        "subjects": {"S1": {"ndelius X1": M4}, "S2": {"visor V2": {}}},
        "edges": ["ndelius X1 ~ visor V2 at 0.7"],
    }
    assert only(world, "G08", "cause", "near_miss_record") == ("held_but_unlinked", "visor:V2")


def test_an_unlinked_record_of_another_system_does_not_explain() -> None:
    world = {
        "subjects": {"S1": {"ndelius X1": M4}, "S2": {"pnc P2": {}}},
        "edges": ["ndelius X1 ~ pnc P2 at 0.7"],
    }
    assert only(world, "G08", "cause", "near_miss_record") == ("not_held", None)


def test_a_record_is_plausible_through_another_record_of_its_subject() -> None:
    world = {
        "subjects": {"S1": {"ndelius X1": M4}, "S2": {"pnc P2": {}, "visor V2": {}}},
        "edges": ["ndelius X1 ~ pnc P2 at 0.7"],
    }
    assert only(world, "G08", "cause", "near_miss_record", "confidence") == ("held_but_unlinked", "visor:V2", 0.3)


def test_the_registration_may_hang_on_another_record_of_the_unlinked_subject() -> None:
    world = {
        "subjects": {"S1": {"nomis A1": ALERT}, "S2": {"ndelius X2": {}, "ndelius X3": REGISTRATION}},
        "edges": ["nomis A1 ~ ndelius X2 at 0.62"],
    }
    assert only(world, "G02", "cause", "near_miss_record") == ("held_but_unlinked", "ndelius:X2")


def test_the_likeliest_near_miss_is_named() -> None:
    world = {
        "subjects": {"S1": {"ndelius X1": M4}, "S2": {"visor V2": {}}, "S3": {"visor V3": {}}},
        "edges": ["ndelius X1 ~ visor V2 at 0.6", "ndelius X1 ~ visor V3 at 0.8"],
    }
    assert only(world, "G08", "near_miss_record", "confidence") == ("visor:V3", 0.2)


def test_of_two_equal_near_misses_the_smaller_key_is_named() -> None:
    world = {
        "subjects": {"S1": {"ndelius X1": M4}, "S3": {"visor V3": {}}, "S2": {"visor V2": {}}},
        "edges": ["ndelius X1 ~ visor V3 at 0.6", "ndelius X1 ~ visor V2 at 0.6"],
    }
    assert only(world, "G08", "near_miss_record") == "visor:V2"


def test_a_pair_a_person_ruled_apart_is_no_near_miss() -> None:
    world = {
        "subjects": {"S1": {"ndelius X1": M4}, "S2": {"visor V2": {}}},
        "edges": ["ndelius X1 ~ visor V2 at 0.9"],
        "decisions": ["ndelius X1 different visor V2"],
    }
    assert only(world, "G08", "cause", "near_miss_record") == ("not_held", None)


@pytest.mark.parametrize(
    ("rule", "own", "near"),
    [
        ("G01", {"nomis A1": {"holds": ["sentence STS21 on 2024-01-01"]}}, {"nomis A2": ALERT}),
        ("G03", {"nomis A1": {"holds": ["custody LEEDS"]}, "ndelius X1": REGISTRATION}, {"nomis A2": ALERT}),
        ("G06", {"nomis A1": {"holds": ["alert P101"]}, "ndelius X1": M4}, {"nomis A2": {"holds": ["alert P102"]}}),
        (
            "G18",
            {
                "nomis A1": {"holds": ["alert XTACT", "release_date on 2026-08-01"]},
                "ndelius X1": {"holds": ["release_date on 2026-09-01"]},
            },
            {"ndelius X2": {"holds": ["release_date on 2026-08-02"]}},
        ),
        ("G21", {"ndelius X1": {"holds": ["phone 0770"]}, "ctnm C1": {}}, {"ctnm C2": {"holds": ["phone 0770"]}}),
        ("G21", {"ndelius X1": {"aliases": ["ABU SALIM"]}, "ctnm C1": {}}, {"ctnm C2": {"name": "SALIM ABU"}}),
        ("G30", {"nomis A1": {"aliases": ["ABU SALIM"]}, "ctnm C1": {}}, {"pnc P2": {"aliases": ["ABU SALIMM"]}}),
        ("G30", {"nomis A1": {"born": ["1980-02-03"]}, "ctnm C1": {}}, {"pnc P2": {"born": ["1980-02-03"]}}),
    ],
)  # fmt: skip
def test_every_rule_knows_what_would_answer_it(rule: str, own: dict[str, Any], near: dict[str, Any]) -> None:
    other = next(iter(near))
    answering = {"subjects": {"S1": own, "S2": near}, "edges": [f"{next(iter(own))} ~ {other} at 0.5"]}
    silent = {**answering, "subjects": {"S1": own, "S2": {other: {"name": "JOHN SMITH", "born": ["1950-01-02"]}}}}
    for world, cause, named in ((answering, "held_but_unlinked", other.replace(" ", ":")), (silent, "not_held", None)):
        with warehouse(world) as con:
            run(con)
            found = [
                row[1:] for row in gaps(con, "rule_id", "cause", "near_miss_record", "subject_id") if row[0] == rule
            ]
        assert (cause, named, "S1") in found


def test_a_stale_feed_proves_nothing() -> None:
    world = {"subjects": {"S1": {"nomis A1": ALERT}}}
    cause, sentence = only(world, "G02", "cause", "sentence", stale=("ndelius",))
    assert cause == "feed_stale"
    assert "of 20 February 2026, which can no longer be relied on" in sentence


def test_a_stale_holder_does_not_excuse_the_other_system() -> None:
    assert only({"subjects": {"S1": {"nomis A1": ALERT}}}, "G02", "cause", stale=("nomis",)) == "not_held"


def test_a_name_unknown_to_the_others_counts_while_one_of_them_is_fresh() -> None:
    world = {"subjects": {"S1": {"ctnm C1": {"aliases": ["ABU SALIM"]}, "nomis A1": {}, "pnc P1": {}}}}
    assert only(world, "G30", "cause", stale=("nomis",)) == "not_held"
    assert only(world, "G30", "cause", stale=("nomis", "pnc")) == "feed_stale"


def test_a_near_miss_comes_before_a_stale_feed() -> None:
    world = {
        "subjects": {"S1": {"nomis A1": ALERT}, "S2": {"ndelius X2": REGISTRATION}},
        "edges": ["nomis A1 ~ ndelius X2 at 0.62"],
    }
    assert only(world, "G02", "cause", stale=("ndelius",)) == "held_but_unlinked"


@pytest.mark.parametrize(("since", "cause"), [("2026-02-28", "not_due"), ("2026-02-27", "not_held")])
def test_the_law_gives_three_days_to_notify(since: str, cause: str) -> None:
    world = {"subjects": {"S1": {"ndelius X1": {"holds": [f"phone 0770 since {since}"]}, "ctnm C1": {}}}}
    assert only(world, "G21", "cause") == cause


def test_a_rule_may_say_that_the_answer_is_withheld(tmp_path: Path) -> None:
    shipped = (Path(load_rules.__code__.co_filename).parent / "rules" / "G08.yaml").read_text()
    (tmp_path / "G08.yaml").write_text(
        shipped.replace("      from_date AS since", "      from_date AS since, true AS withheld")
    )
    with warehouse({"subjects": {"S1": {"ndelius X1": M4}}}) as con:
        run(con, load_rules(tmp_path))
        [(cause, sentence)] = gaps(con, "cause", "sentence")
    assert cause == "withheld"
    assert "has no record" not in sentence


def test_confidence_is_the_weakest_link_that_has_to_hold() -> None:
    world = {
        "subjects": {"S1": {"nomis A1": ALERT, "pnc P1": {}, "ndelius X1": {}, "oasys O1": {}}},
        "edges": [
            "nomis A1 ~ pnc P1 at 0.99",
            "ndelius X1 ~ pnc P1 at 0.97",
            "nomis A1 ~ ndelius X1 at 0.6",
            "oasys O1 ~ pnc P1 at 0.91",
        ],
    }
    assert only(world, "G02", "confidence") == 0.97


def test_a_gap_on_several_records_is_as_sure_as_the_weakest_of_their_links() -> None:
    world = {
        "subjects": {"S1": {"nomis A1": ALERT, "nomis A2": ALERT, "ndelius X1": {}, "oasys O1": {}}},
        "edges": [
            "nomis A1 ~ ndelius X1 at 0.99",
            "nomis A1 ~ nomis A2 at 0.93",
            "nomis A2 ~ ndelius X1 at 0.88",
            "nomis A1 ~ oasys O1 at 0.6",
        ],
    }
    assert only(world, "G02", "confidence") == 0.93


def test_a_gap_on_one_record_rests_on_no_link() -> None:
    world = {
        "subjects": {"S1": {"nomis A1": ALERT, "pnc P1": {}}},
        "edges": ["nomis A1 ~ pnc P1 at 0.91"],
    }
    assert only(world, "G02", "confidence") == 1.0


def test_a_gap_inside_one_system_rests_on_no_link() -> None:
    world = {
        "subjects": {"S1": {"nomis A1": {"holds": ["sentence STS21 on 2024-01-01"]}, "nomis A2": {}}},
        "edges": ["nomis A1 ~ nomis A2 at 0.91"],
    }
    assert only(world, "G01", "confidence") == 1.0


def test_a_persons_ruling_that_two_records_are_one_is_certain() -> None:
    world = {
        "subjects": {"S1": {"nomis A1": ALERT, "ndelius X1": {}}},
        "edges": ["nomis A1 ~ ndelius X1 at 0.4"],
        "decisions": ["nomis A1 same ndelius X1"],
    }
    assert only(world, "G02", "confidence") == 1.0


def test_records_that_nothing_joins_give_no_confidence() -> None:
    world = {
        "subjects": {"S1": {"nomis A1": ALERT, "pnc P1": {}, "ndelius X1": {}, "pnc P2": {}}},
        "edges": ["nomis A1 ~ pnc P1 at 0.9", "ndelius X1 ~ pnc P2 at 0.9"],
    }
    assert only(world, "G02", "confidence") == 0.0


def test_a_gap_is_due_its_days_after_what_set_it_off() -> None:
    assert only({"subjects": {"S1": {"nomis A1": ALERT}}}, "G02", "due_date") == date(2026, 3, 3)


def test_a_gap_without_a_date_of_its_own_is_due_from_the_day_it_was_found() -> None:
    world = {"subjects": {"S1": {"ctnm C1": {"aliases": ["ABU SALIM"]}, "nomis A1": {}}}}
    assert only(world, "G30", "due_date") == date(2026, 3, 7)


def test_the_sentence_names_systems_codes_and_dates() -> None:
    world = {"subjects": {"S1": {"nomis A1": ALERT}}}
    assert only(world, "G02", "sentence") == (
        "NOMIS holds an active terrorism alert (XTACT, since 1 March 2026) but nDelius has no open RTAO registration;"
        " NSD should register it by 3 March 2026."
    )


def test_an_overdue_sentence_says_so() -> None:
    world = {"subjects": {"S1": {"nomis A1": {"holds": ["alert XTACT since 2025-03-03"]}}}}
    assert only(world, "G02", "sentence").endswith("NSD should register it at once: it was due by 5 March 2025.")


def test_what_is_due_today_is_not_overdue() -> None:
    # The run is of 2 March at 02:00, and two days are given.
    world = {"subjects": {"S1": {"nomis A1": {"holds": ["alert XTACT since 2026-02-28"]}}}}
    assert only(world, "G02", "sentence").endswith("NSD should register it by 2 March 2026.")


def test_other_records_of_the_holder_do_not_weaken_what_no_other_system_holds() -> None:
    world = {
        "subjects": {
            "S1": {"nomis A1": {**ALERT, "aliases": ["ABU SALIM"]}, "pnc P1": {}, "nomis A2": {}},
        },
        "edges": ["nomis A1 ~ pnc P1 at 0.99", "nomis A1 ~ nomis A2 at 0.8", "nomis A2 ~ pnc P1 at 0.1"],
    }
    assert only(world, "G30", "confidence") == 0.99


@pytest.mark.parametrize(
    ("marked", "marking"),
    [
        ("", "OFFICIAL-SENSITIVE"),
        (" marked OFFICIAL", "OFFICIAL-SENSITIVE"),
        (" marked SECRET", "SECRET"),
        (" marked PROTECT", None),
        (" unmarked", None),
    ],
)
def test_a_gap_is_marked_as_high_as_its_highest_input(marked: str, marking: str | None) -> None:
    world = {"subjects": {"S1": {"nomis A1": {"holds": ["alert XTACT since 2026-03-01" + marked]}}}}
    assert only(world, "G02", "marking") == marking


def test_what_a_near_miss_holds_counts_towards_the_marking() -> None:
    world = {
        "subjects": {
            "S1": {"nomis A1": ALERT},
            "S2": {"ndelius X2": {"holds": ["registration RTAO since 2026-03-01 marked SECRET"]}},
        },
        "edges": ["nomis A1 ~ ndelius X2 at 0.62"],
    }
    assert only(world, "G02", "marking") == "SECRET"


def test_a_secret_alias_marks_the_gap_it_makes() -> None:
    world = {"subjects": {"S1": {"ctnm C1": {"aliases": ["ABU SALIM"], "holds": []}, "nomis A1": {}}}}
    with warehouse(world) as con:
        con.execute("UPDATE nominal.information_item SET marking = 'SECRET' WHERE kind = 'name'")
        run(con)
        assert gaps(con, "marking") == ["SECRET"]
