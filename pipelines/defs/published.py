"""Publish: one asset per audience, `published/<audience>`, its immutable snapshot."""

from collections.abc import Mapping
from pathlib import Path

import dagster as dg

from linkage_models.instants import clock
from pipelines import audit
from pipelines.defs.feeds import as_table, feeds_are_current, feeds_check, stale_feeds
from pipelines.defs.gaps import FINDINGS
from pipelines.defs.guarded import guarded
from pipelines.defs.home import Home
from pipelines.deployment import Deployment
from pipelines.modes import open_to_readers
from pipelines.publish import Audience, publish
from pipelines.warehouse import run_log


def assets(deployment: Deployment) -> list[dg.AssetsDefinition]:
    """Return the publishing asset of every audience of the deployment."""
    return [_asset(audience) for audience in deployment.audiences.values()]


def _asset(audience: Audience) -> dg.AssetsDefinition:
    key = dg.AssetKey(["published", audience.name])

    @dg.asset(
        key=key,
        deps=[FINDINGS],
        group_name="publish",
        pool="warehouse",
        owners=["team:analysts"],
        kinds={"duckdb"},
        tags={"ceiling": audience.ceiling.replace(" ", "-")},
        description=f"The snapshot for {audience.title}: one DuckDB file holding nothing above {audience.ceiling}.",
        check_specs=[feeds_check(key)],
    )
    @guarded
    def published(context: dg.AssetExecutionContext, home: Home) -> dg.MaterializeResult:  # type: ignore[type-arg]
        settings, deployment = home.settings, home.deployment
        thresholds = deployment.bundle.thresholds
        finished_at = clock()

        def combined(path: Path, rows: Mapping[str, int]) -> None:
            audit.record(
                settings,
                action="combination",
                who="nightly",
                what={"run": context.run.run_id, "audience": audience.name, "file": path.name, "rows": dict(rows)},
                why="linked the source systems and published the result",
                kept_in=con,
            )

        with home.writer() as con:
            audit.keep_head(settings, con)
            settings.published.mkdir(exist_ok=True)
            open_to_readers(settings.published, settings.readers_group)
            made = publish(
                con,
                audience=audience,
                folder=settings.published / audience.name,
                as_of=settings.now(),
                run_id=context.run.run_id,
                services=deployment.services,
                link_threshold=thresholds.link,
                kept=settings.snapshots_kept,
                readers=settings.readers_group,
                finished_at=finished_at,
                record_markings=deployment.record_markings,
                # Nobody may read what the audit log does not tell of.
                before_release=combined,
            )
            run_log.finish(con, context.run.run_id, finished_at)
            stale = stale_feeds(con, deployment, settings.now())
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": made.rows["subject"],
                "file": made.path.name,
                "bytes": made.size,
                "old_versions_removed": made.pruned,
                "rows": dg.MetadataValue.json(made.rows),
                "withheld": dg.MetadataValue.json(made.withheld),
                "stale_feeds": as_table(stale),
            },
            check_results=[feeds_are_current(stale)],
        )

    return published
