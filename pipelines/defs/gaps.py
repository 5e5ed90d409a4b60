"""Find gaps: the asset `gap/finding`, with the checks on what it found."""

import dagster as dg

from pipelines.defs.checks import catalogue_check, schema_of_columns
from pipelines.defs.feeds import systems_in_force
from pipelines.defs.home import Home
from pipelines.defs.linkage import SUBJECT
from pipelines.gaps import find_gaps, load_rules
from pipelines.warehouse import run_log
from pipelines.warehouse.catalogue.gap import FINDING, GAP
from pipelines.warehouse.database import transaction

FINDINGS = dg.AssetKey(["gap", "finding"])


@dg.asset(
    key=FINDINGS,
    deps=[SUBJECT],
    group_name="find_gaps",
    pool="warehouse",
    owners=["team:gaps"],
    kinds={"duckdb"},
    description="Information that one system holds about a subject and another that should hold it does not.",
    metadata={"dagster/column_schema": schema_of_columns(FINDING)},
)
def finding(context: dg.AssetExecutionContext, home: Home) -> dg.MaterializeResult[None]:
    """Evaluate the deployment's gap rules on every subject."""
    rules = load_rules(home.deployment.gap_rules)
    with home.writer() as con, run_log.stage(con, home.settings, context.run.run_id, "gap/finding") as log:
        systems = systems_in_force(con, home.deployment)
        with transaction(con):
            found = find_gaps(con, rules, as_of=home.settings.now(), systems=systems)
        log.counts |= {"gaps_open": found.open, "gaps_opened": found.opened, "gaps_closed": found.closed}
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": found.open,
            "opened": found.opened,
            "reopened": found.reopened,
            "changed": found.changed,
            "closed": found.closed,
            "by_rule": dg.MetadataValue.json(dict(found.by_rule)),
            "by_severity": dg.MetadataValue.json(dict(found.by_severity)),
            "by_cause": dg.MetadataValue.json(dict(found.by_cause)),
            "rules_not_in_force": dg.MetadataValue.json(list(found.not_in_force)),
        }
    )


CHECKS = [catalogue_check(FINDINGS, GAP)]
