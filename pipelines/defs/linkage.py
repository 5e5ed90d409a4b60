"""The assets `linkage/edge` and `linkage/subject`, with the checks that guard the later stages."""

from collections.abc import Sequence
from dataclasses import asdict

import dagster as dg

from linkage_models import nominal, relations, resolve
from pipelines import visible
from pipelines.defs.checks import catalogue_check, schema_of_columns
from pipelines.defs.guarded import guarded
from pipelines.defs.home import Home
from pipelines.warehouse import run_log
from pipelines.warehouse.catalogue import audience
from pipelines.warehouse.catalogue.nominal import NOMINAL
from pipelines.warehouse.database import transaction

EDGE = dg.AssetKey(["linkage", "edge"])
SUBJECT = dg.AssetKey(["linkage", "subject"])
MOST_NAMED = 5
"""Capped blocks that the check names."""

PARTITION = "linkage.partition"
"""The table of clusters that become subjects; made and dropped in one transaction."""


def edge_asset(nominal_keys: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """Return the asset of scored pairs, downstream of every source system's nominal records."""

    @dg.asset(
        key=EDGE,
        deps=list(nominal_keys),
        group_name="score",
        pool="warehouse",
        owners=["team:linkage"],
        kinds={"splink", "duckdb"},
        description="Pairs of nominal records scored by the model bundle; only pairs with a changed record are scored.",
        metadata={"dagster/column_schema": schema_of_columns(relations.EDGE)},
    )
    @guarded
    def edge(context: dg.AssetExecutionContext, home: Home) -> dg.MaterializeResult[None]:
        bundle = home.deployment.bundle
        with home.writer() as con, run_log.stage(con, home.settings, context.run.run_id, "linkage/edge") as log:
            with home.scoring_engine() as engine, transaction(con):
                counts = nominal.score(
                    con,
                    records="nominal.record",
                    edges="linkage.edge",
                    scored="linkage.scored",
                    capped="linkage.capped_block",
                    bundle=bundle,
                    engine=engine,
                )
            records, edges = relations.single_row(
                con, "SELECT (SELECT count(*) FROM nominal.record), count(*) FROM linkage.edge"
            )
            log.bundle = bundle.version
            log.counts |= {"records": records, "edges": edges}
        return dg.MaterializeResult(metadata={"dagster/row_count": edges, "bundle": bundle.version, **asdict(counts)})

    return edge


@dg.asset(
    key=SUBJECT,
    deps=[EDGE],
    group_name="resolve",
    pool="warehouse",
    owners=["team:linkage"],
    kinds={"duckdb"},
    description="Subjects: which nominal records are of one person, under ids that are never reused.",
    metadata={"dagster/column_schema": schema_of_columns(relations.MEMBERSHIP)},
)
@guarded
def subject(context: dg.AssetExecutionContext, home: Home) -> dg.MaterializeResult[None]:
    """Resolve edges and people's decisions to subjects with permanent ids."""
    deployment, now, run_id = home.deployment, home.settings.now(), context.run.run_id
    bundle = deployment.bundle
    with (
        home.writer() as con,
        run_log.stage(con, home.settings, run_id, "linkage/subject") as log,
        visible.Accounts(con, deployment.sights, bundle) as accounts,
    ):
        accounts.partition()
        with transaction(con):
            accounts.prepare()
            clusters = resolve.partition(
                con,
                records="nominal.record",
                edges="linkage.edge",
                decisions="linkage.decision",
                thresholds=resolve.Thresholds.of(bundle.thresholds),
                into=PARTITION,
                flags="linkage.review_flag",
            )
            assigned = resolve.assign_subjects(
                con,
                partition=PARTITION,
                membership="linkage.membership",
                events="linkage.subject_event",
                merges="nominal.merge",
                at=now,
                run_id=run_id,
                reserved=visible.RESERVED,
                issued_elsewhere=visible.ISSUED,
            )
            con.execute(f"DROP TABLE {PARTITION}")
            accounts.assign(at=now, run_id=run_id)
        log.counts |= {"subjects": assigned.subjects, "flagged_records": clusters.flagged}
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": assigned.subjects,
            **{f"partition/{name}": count for name, count in asdict(clusters).items()},
            "memberships_opened": assigned.opened,
            "memberships_closed": assigned.closed,
            "events": dg.MetadataValue.json(asdict(assigned)["events"]),
            "subjects_of_accounts": dg.MetadataValue.json(accounts.counts),
        }
    )


def _count_check(name: str, description: str) -> dg.AssetChecksDefinition:
    """Return the blocking check that a number of faults is zero; the file of the check's name counts them."""

    @dg.asset_check(asset=SUBJECT, name=name, blocking=True, pool="warehouse", description=description)
    @guarded
    def check(home: Home) -> dg.AssetCheckResult:
        with home.reader() as con:
            found = relations.single_value(con, relations.statement(__file__, name))
        return dg.AssetCheckResult(passed=found == 0, metadata={"faults": found})

    return check


@dg.asset_check(
    asset=EDGE,
    name="blocks_are_compared",
    pool="warehouse",
    description="No block of records is too large to compare. If one is, they share a placeholder or a row was"
    " repeated: correct the source, or map the placeholder to nothing in its YAML.",
)
@guarded
def blocks_are_compared(home: Home) -> dg.AssetCheckResult:
    """Warn of blocks that were capped, naming their rules and sizes and no value."""
    with home.reader() as con:
        capped = con.execute("SELECT rule, records FROM linkage.capped_block ORDER BY records DESC, rule").fetchall()
    return dg.AssetCheckResult(
        passed=not capped,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "blocks": len(capped),
            "largest": [{"rule": rule, "records": records} for rule, records in capped[:MOST_NAMED]],
        },
    )


CHECKS = [
    catalogue_check(EDGE, (*NOMINAL, relations.EDGE, relations.SCORED, relations.CAPPED_BLOCK)),
    blocks_are_compared,
    catalogue_check(
        SUBJECT,
        (relations.DECISION, relations.MEMBERSHIP, relations.REVIEW_FLAG, relations.SUBJECT_EVENT, *audience.ACCOUNT),
    ),
    _count_check("one_subject_each", "Every nominal record is in one subject, and no other record is."),
    _count_check("decisions_hold", "Every decision in force holds: must-links together, cannot-links apart."),
    _count_check("ids_stay_retired", "No retired subject id is in use."),
]
