"""The asset `gap/finding`, with the checks on what it found."""

from collections.abc import Sequence
from functools import partial

import dagster as dg

from pipelines import visible
from pipelines.defs.checks import catalogue_check, schema_of_columns
from pipelines.defs.feeds import systems_in_force
from pipelines.defs.guarded import guarded
from pipelines.defs.home import Home
from pipelines.defs.linkage import SUBJECT
from pipelines.gaps import RISK_FILE, GapCounts, find_gaps, load_risk, load_rules
from pipelines.warehouse import run_log
from pipelines.warehouse.catalogue import audience
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
    check_specs=[
        dg.AssetCheckSpec(
            "risk_subjects_are_declared",
            asset=FINDINGS,
            description=f"Where a rule reads risk subjects, {RISK_FILE} beside the rules says what makes one; otherwise"
            " the rule finds nothing.",
        )
    ],
)
@guarded
def finding(context: dg.AssetExecutionContext, home: Home) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """Evaluate the deployment's gap rules on every subject."""
    rules, risk = load_rules(home.deployment.gap_rules), load_risk(home.deployment.gap_rules)
    now = home.settings.now()
    with home.writer() as con, run_log.stage(con, home.settings, context.run.run_id, "gap/finding") as log:
        systems = systems_in_force(con, home.deployment)
        with transaction(con):
            found = find_gaps(con, rules, as_of=now, systems=systems, risk=risk)
        log.counts |= _counts(found)
        for sight in home.deployment.sights:
            shown = {name: info for name, info in systems.items() if sight.shows(name)}
            seen = visible.keep_findings(
                con, sight, now, partial(find_gaps, con, rules, as_of=now, systems=shown, risk=risk)
            )
            if seen is not None:
                counts = _counts(seen.found) | seen.totals
                log.counts |= {f"{name}@{sight.audience}": count for name, count in counts.items()}
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
        },
        check_results=[_risk_subjects_are_declared(found.without_risk_subjects)],
    )


def _counts(found: GapCounts) -> dict[str, int]:
    return {"gaps_open": found.open, "gaps_opened": found.opened, "gaps_closed": found.closed}


def _risk_subjects_are_declared(rules: Sequence[str]) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name="risk_subjects_are_declared",
        passed=not rules,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{', '.join(rules)} find nothing, as there is no {RISK_FILE}" if rules else None,
        metadata={"count": len(rules)},
    )


CHECKS = [catalogue_check(FINDINGS, (*GAP, audience.FINDING))]
