"""NominalSource: the component type of which every source system is an instance, declared in YAML alone."""

from pathlib import Path
from typing import Self, cast

import dagster as dg
from pydantic import BaseModel

from pipelines.canonical.apply import Applied, apply_latest
from pipelines.checks import schema_of_columns
from pipelines.home import Home
from pipelines.landing.land import land
from pipelines.source import SourceSpec
from pipelines.warehouse import run_log
from pipelines.warehouse.catalogue.nominal import RECORD

QUARANTINE_SAMPLE = 12
"""Reasons shown in the UI per load; each is a code with its count, so a dozen is every one there is."""


class NominalSource(dg.Component):
    """A police, prison or probation system that holds records of persons.

    Makes two assets: `landing/<system>`, the rows as delivered, and `nominal/<system>`, its nominal records and
    information items in the warehouse; and the checks that no row was lost and that the load can be trusted.
    """

    def __init__(self, spec: SourceSpec, yaml_file: Path) -> None:
        """Make the component of a source system from what its YAML says."""
        self.spec = spec
        self.yaml_file = yaml_file

    @classmethod
    def get_model_cls(cls) -> type[BaseModel]:
        """Return what the YAML's `attributes` must be."""
        return SourceSpec

    @classmethod
    def load(cls, attributes: BaseModel | None, context: dg.ComponentLoadContext) -> Self:
        """Make the component from YAML that Dagster has read and validated."""
        return cls(cast("SourceSpec", attributes), context.path / "defs.yaml")

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        """Return the source system's two assets and their checks."""
        del context
        landing = self._landing_asset()
        nominal = self._nominal_asset(landing)
        return dg.Definitions(assets=[landing, nominal])

    def _landing_asset(self) -> dg.AssetsDefinition:
        spec = self.spec

        @dg.asset(
            key=["landing", spec.system],
            group_name="land",
            description=f"{spec.title}: {spec.description} Rows as delivered, kept per load as Parquet.",
            owners=[spec.owner],
            kinds={"parquet", spec.extract.format},
            tags={"service": spec.service, "system": spec.system},
        )
        def landing(home: Home) -> dg.MaterializeResult[None]:
            load = land(spec.system, spec.extract, home.settings)
            rejected = sum(load.rejected.values())
            return dg.MaterializeResult(
                metadata={
                    "dagster/row_count": load.rows_extracted,
                    "unreadable_rows": rejected,
                    "load": load.load_id,
                    "delivered_at": load.delivered_at.isoformat(),
                    "checksum": load.checksum,
                    **{f"rows/{resource}": count for resource, count in load.rows.items()},
                }
            )

        return landing

    def _nominal_asset(self, landing: dg.AssetsDefinition) -> dg.AssetsDefinition:
        spec, yaml_file = self.spec, self.yaml_file
        key = dg.AssetKey(["nominal", spec.system])

        @dg.asset(
            key=key,
            deps=[landing],
            group_name="canonicalise",
            pool="warehouse",
            description=f"Nominal records and information items of {spec.title}, with what went to quarantine and why.",
            owners=[spec.owner],
            kinds={"duckdb"},
            tags={"service": spec.service, "system": spec.system},
            metadata={"dagster/column_schema": schema_of_columns(RECORD)},
            check_specs=[
                dg.AssetCheckSpec(
                    "nothing_is_lost",
                    asset=key,
                    blocking=True,
                    description="Rows extracted = rows accepted + rows quarantined, for every table, file and list.",
                ),
                dg.AssetCheckSpec(
                    "load_is_trusted",
                    asset=key,
                    blocking=True,
                    description=f"At most {spec.max_quarantine_share:.0%} of the load's rows are in quarantine.",
                ),
                dg.AssetCheckSpec(
                    "dates_are_readable", asset=key, description="Every date the source gave could be read."
                ),
            ],
        )
        def nominal(context: dg.AssetExecutionContext, home: Home) -> dg.MaterializeResult:  # type: ignore[type-arg]
            with (
                home.writer() as con,
                run_log.stage(con, home.settings, context.run_id, f"nominal/{spec.system}") as log,
            ):
                applied = apply_latest(con, spec, yaml_file, home.settings.landing)
                log.inputs[spec.system] = applied.load.load_id
                reconciled = con.execute(
                    "SELECT resource, rows_extracted, rows_accepted, rows_quarantined FROM nominal.load "
                    "WHERE source_system = $system AND load_id = $load ORDER BY resource",
                    {"system": spec.system, "load": applied.load.load_id},
                ).fetchall()
                reasons = dict(
                    con.execute(
                        "SELECT reason, count(*) FROM nominal.quarantine "
                        "WHERE source_system = $system AND load_id = $load GROUP BY ALL ORDER BY ALL LIMIT $limit",
                        {"system": spec.system, "load": applied.load.load_id, "limit": QUARANTINE_SAMPLE},
                    ).fetchall()
                )
                held = con.execute(
                    "SELECT count(*) FROM nominal.record WHERE source_system = $system", {"system": spec.system}
                ).fetchone()
            records = int(held[0]) if held else 0
            return _result(spec, applied, records, reconciled, reasons)

        return nominal


def _result(
    spec: SourceSpec,
    applied: Applied,
    records: int,
    reconciled: list[tuple[str, int, int, int]],
    reasons: dict[str, int],
) -> dg.MaterializeResult[None]:
    unbalanced = [resource for resource, extracted, accepted, refused in reconciled if extracted != accepted + refused]
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": records,
            "load": applied.load.load_id,
            "already_applied": applied.repeated,
            "rows_extracted": applied.extracted,
            "rows_accepted": applied.accepted,
            "rows_quarantined": applied.quarantined,
            "records_new": applied.records_new,
            "records_changed": applied.records_changed,
            "records_deleted": applied.records_deleted,
            "quarantine_reasons": dg.MetadataValue.json(reasons),
        },
        check_results=[
            dg.AssetCheckResult(
                check_name="nothing_is_lost",
                passed=bool(reconciled) and not unbalanced,
                metadata={
                    "unbalanced": dg.MetadataValue.json(unbalanced),
                    "resources": dg.MetadataValue.table(
                        [
                            dg.TableRecord(
                                {
                                    "resource": resource,
                                    "extracted": extracted,
                                    "accepted": accepted,
                                    "quarantined": refused,
                                }
                            )
                            for resource, extracted, accepted, refused in reconciled
                        ]
                    ),
                },
            ),
            dg.AssetCheckResult(
                check_name="load_is_trusted",
                passed=applied.quarantine_share <= spec.max_quarantine_share and records > 0,
                description=f"{applied.quarantined} of {applied.extracted} rows in quarantine; {records} records held.",
                metadata={"quarantine_share": applied.quarantine_share, "records": records},
            ),
            dg.AssetCheckResult(
                check_name="dates_are_readable",
                passed=applied.unreadable_dates == 0,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={"unreadable_dates": applied.unreadable_dates},
            ),
        ],
    )
