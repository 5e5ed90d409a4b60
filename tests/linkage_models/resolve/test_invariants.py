"""Design invariants 3, 4 and 8 over random histories of records, edges and decisions."""

from __future__ import annotations

import itertools
import random
from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from linkage_models.resolve import ContradictoryDecision, Ruling, check_decisions, subject_id, successors
from tests.linkage_models.resolve.builders import THRESHOLDS, Warehouse

RECORDS = "ABCDEFGH"
PAIRS = [f"{a}-{b}" for a, b in itertools.combinations(RECORDS, 2)]
WEIGHTS = st.sampled_from([2.0, 5.0, 6.0, 7.0, 9.0, 12.0, 15.0, 20.0])
EDGES = st.dictionaries(st.sampled_from(PAIRS), WEIGHTS, max_size=14)
GROUPINGS = st.lists(st.integers(0, 7), min_size=len(RECORDS), max_size=len(RECORDS))
RULINGS = st.lists(st.tuples(st.sampled_from(PAIRS), st.sampled_from(["same", "different"])), max_size=8)


def components(records: str, pairs: list[str]) -> dict[str, str]:
    """Label records by the smallest of their connected component, one pair at a time."""
    label = {record: record for record in records}
    for pair in pairs:
        left, right = (label[record] for record in pair.split("-"))
        label = {record: min(left, right) if old in (left, right) else old for record, old in label.items()}
    return label


def words(label: dict[str, str]) -> set[str]:
    """Write clusters as words of their records."""
    members = defaultdict(list)
    for record, group in sorted(label.items()):
        members[group].append(record)
    return {"".join(group) for group in members.values()}


class Nights(RuleBasedStateMachine):
    """Records, edges and checked decisions come and go; every night resolves them anew."""

    def __init__(self) -> None:
        super().__init__()
        self.warehouse = Warehouse()
        self.present = ""
        self.edges: dict[str, float] = {}
        self.rulings: dict[str, tuple[str, str]] = {}

    @rule(present=st.sets(st.sampled_from(RECORDS)), edges=EDGES)
    def deliver(self, present: set[str], edges: dict[str, float]) -> None:
        self.present = "".join(sorted(present))
        self.edges = edges
        self.warehouse.records(*self.present)
        self.warehouse.edges(edges)
        self.night()

    @rule(pair=st.sampled_from(PAIRS), verdict=st.sampled_from(["same", "different"]))
    def decide(self, pair: str, verdict: str) -> None:
        one, other = pair.split("-")
        try:
            check_decisions(self.warehouse.con, "decision", [Ruling("new", one, other, verdict)])
        except ContradictoryDecision:
            assert self.contradicts(pair, verdict)
            return
        assert not self.contradicts(pair, verdict)
        self.rulings[self.warehouse.decide(pair, verdict)] = (pair, verdict)
        self.night()

    @precondition(lambda self: self.rulings)
    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        decision = data.draw(st.sampled_from(sorted(self.rulings)))
        self.warehouse.withdraw(decision)
        del self.rulings[decision]
        self.night()

    def contradicts(self, pair: str, verdict: str) -> bool:
        rulings = [*self.rulings.values(), (pair, verdict)]
        person = components(RECORDS, [ruled for ruled, kind in rulings if kind == "same"])
        return any(
            person[left] == person[right]
            for left, right in (ruled.split("-") for ruled, kind in rulings if kind == "different")
        )

    def ruled(self, verdict: str) -> list[str]:
        return [pair for pair, kind in self.rulings.values() if kind == verdict]

    def night(self) -> None:
        before = self.warehouse.subjects()
        history = set(map(tuple, self.warehouse.con.execute("FROM membership").fetchall()))
        closed_before = {row[:4] for row in history if row[3] is not None}
        issued_before = self.issued()
        self.warehouse.run()
        after = self.warehouse.subjects()
        history_now = set(map(tuple, self.warehouse.con.execute("FROM membership").fetchall()))
        assert closed_before <= {row[:4] for row in history_now}
        assert set(after.values()) - set(before.values()) <= self.issued() - issued_before
        self.check_who_keeps_ids(before, after)
        written = self.warehouse.tables()
        self.warehouse.run()
        assert self.warehouse.tables() == written

    def check_who_keeps_ids(self, before: dict[str, str], after: dict[str, str]) -> None:
        shares: dict[tuple[str, str], int] = defaultdict(int)
        cluster_of_id = {
            subject: cluster for record, subject in after.items() for cluster in (self.cluster_of(record),)
        }
        for record in before.keys() & after.keys():
            shares[before[record], self.cluster_of(record)] += 1
        # The definition, claim by claim: the largest share first, then the older id, then the smaller cluster.
        kept: dict[str, str] = {}
        for (subject, cluster), _ in sorted(shares.items(), key=lambda item: (-item[1], *item[0])):
            if subject not in kept and cluster not in kept.values():
                kept[subject] = cluster
        assert kept == {subject: cluster_of_id[subject] for subject in set(before.values()) & set(after.values())}
        tonight = f"run-{self.warehouse.night:04}"
        for subject in set(before.values()) - set(after.values()):
            heirs = {after[record] for record, old in before.items() if old == subject and record in after}
            leads_to = set(successors(self.warehouse.con, "subject_event", subject))
            # Other successors can only be those that took some of its records before tonight, or in which records
            # that had left it before have come back.
            others = any(
                subject in old and set(new) - {subject} and (run < tonight or kind == "created")
                for run, kind, old, new in self.warehouse.con.execute(
                    "SELECT run_id, kind, old_subject_ids, new_subject_ids FROM subject_event"
                ).fetchall()
            )
            assert heirs <= leads_to <= set(after.values())
            assert others or leads_to == heirs

    def cluster_of(self, record: str) -> str:
        return self.warehouse.clusters()[record][1]

    def issued(self) -> set[str]:
        rows = self.warehouse.con.execute(
            "SELECT subject_id FROM membership UNION SELECT unnest(new_subject_ids) FROM subject_event"
        ).fetchall()
        return {subject for (subject,) in rows}

    @invariant()
    def ids_were_issued_one_after_another(self) -> None:
        assert self.issued() == {subject_id(number) for number in range(1, len(self.issued()) + 1)}

    @invariant()
    def every_present_record_is_in_one_subject(self) -> None:
        rows = self.warehouse.con.execute("SELECT record_key FROM membership WHERE until IS NULL").fetchall()
        assert sorted(record for (record,) in rows) == list(self.present)

    @precondition(lambda self: self.warehouse.night)
    @invariant()
    def decisions_win_at_every_level(self) -> None:
        levels = self.warehouse.clusters()
        for pair in self.ruled("same"):
            left, right = pair.split("-")
            assert not {left, right} <= levels.keys() or levels[left] == levels[right]
        for pair in self.ruled("different"):
            left, right = pair.split("-")
            if {left, right} <= levels.keys():
                assert all(one != other for one, other in zip(levels[left], levels[right], strict=True))

    @precondition(lambda self: self.warehouse.night)
    @invariant()
    def levels_are_nested_and_named_by_their_smallest_record(self) -> None:
        levels = self.warehouse.clusters()
        for strict, default, wide in levels.values():
            assert levels[strict] == (strict, default, wide)
            assert levels[default][1:] == (default, wide)
            assert levels[wide][2] == wide
            assert wide <= default <= strict

    @precondition(lambda self: self.warehouse.night)
    @invariant()
    def without_a_conflict_subjects_are_connected_components(self) -> None:
        edges = [
            pair
            for pair, weight in self.edges.items()
            if weight >= THRESHOLDS.wide and set(pair.split("-")) <= set(self.present)
        ]
        wide = components(RECORDS, [*edges, *self.ruled("same")])
        opposed = [pair.split("-") for pair in self.ruled("different")]
        torn = {wide[left] for left, right in opposed if wide[left] == wide[right]}
        joining = [pair for pair in edges if self.edges[pair] >= THRESHOLDS.link]
        expected = components(RECORDS, [*joining, *self.ruled("same")])
        whole = {record: expected[record] for record in self.present if wide[record] not in torn}
        assert words(whole) <= self.warehouse.groups()

    @precondition(lambda self: self.warehouse.night)
    @invariant()
    def only_records_in_a_conflict_are_flagged(self) -> None:
        flagged = {record for record, _ in self.warehouse.flags()}
        assert flagged <= set(self.present)
        assert not flagged or self.ruled("different")


TestNights = pytest.mark.slow(Nights.TestCase)
TestNights.settings = settings(max_examples=12, stateful_step_count=8)


@settings(max_examples=30)
@given(EDGES, RULINGS, st.randoms(use_true_random=False))
def test_clusters_do_not_depend_on_the_order_of_rows_or_the_number_of_threads(
    edges: dict[str, float], rulings: list[tuple[str, str]], shuffle: random.Random
) -> None:
    """Holds for contradictory rulings too, as an import may bring them."""
    written = []
    for threads in (1, 2):
        warehouse = Warehouse(threads=threads)
        for pair, verdict in rulings:
            warehouse.decide(pair, verdict)
        keys, pairs = list(RECORDS), list(edges)
        if threads > 1:
            shuffle.shuffle(keys)
            shuffle.shuffle(pairs)
            warehouse.con.execute("CREATE OR REPLACE TABLE decision AS FROM decision ORDER BY hash(decision_id)")
        warehouse.records(*keys)
        warehouse.edges({pair: edges[pair] for pair in pairs})
        warehouse.run()
        written.append((warehouse.con.execute("FROM clusters").fetchall(), warehouse.tables()))
    assert written[0] == written[1]


@settings(max_examples=30)
@given(EDGES, RULINGS)
def test_even_contradictory_rulings_never_join_two_records_ruled_different(
    edges: dict[str, float], rulings: list[tuple[str, str]]
) -> None:
    warehouse = Warehouse()
    warehouse.records(*RECORDS)
    warehouse.edges(edges)
    for pair, verdict in rulings:
        warehouse.decide(pair, verdict)
    warehouse.cluster()
    levels = warehouse.clusters()
    for pair, verdict in rulings:
        left, right = pair.split("-")
        together = any(one == other for one, other in zip(levels[left], levels[right], strict=True))
        assert not (verdict == "different" and together)
        # A same-person ruling set aside is never silent.
        assert (
            verdict == "different"
            or levels[left] == levels[right]
            or (left, "contradictory_decisions") in (warehouse.flags())
        )


@settings(max_examples=20)
@given(GROUPINGS, st.randoms(use_true_random=False))
def test_subject_ids_do_not_depend_on_the_order_of_the_partition(grouping: list[int], shuffle: random.Random) -> None:
    groups = [
        "".join(record for record, group in zip(RECORDS, grouping, strict=True) if group == wanted)
        for wanted in sorted(set(grouping))
    ]
    one, other = Warehouse(threads=1), Warehouse(threads=2)
    for warehouse in (one, other):
        warehouse.arrange("ABC", "DEF", "GH")
    one.arrange(*groups)
    shuffle.shuffle(groups)
    other.arrange(*groups)
    assert one.events() == other.events()
    assert one.subjects() == other.subjects()
