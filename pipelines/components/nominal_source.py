"""NominalSource: the component type of which every source system is an instance, declared in YAML alone."""

from pathlib import Path
from typing import Self, cast

import dagster as dg
from pydantic import BaseModel

from linkage_models.relations import RECORD, single_value
from pipelines.canonical.applied import Applied
from pipelines.canonical.apply import apply_latest
from pipelines.canonical.known_loads import in_force, last_number
from pipelines.components import load_checks
from pipelines.defs.checks import schema_of_columns
from pipelines.defs.feeds import note_if_held_back
from pipelines.defs.home import Home
from pipelines.errors import ConfigurationError, SourceError
from pipelines.landing.land import land
from pipelines.landing.manifest import Load, loads
from pipelines.source import SourceSpec
from pipelines.warehouse import run_log


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

        key = dg.AssetKey(["landing", spec.system])

        @dg.asset(
            key=key,
            group_name="land",
            description=f"{spec.title}: {spec.description} Rows as delivered, kept per load as Parquet.",
            owners=[spec.owner],
            kinds={"parquet", spec.extract.format},
            tags={"service": spec.service, "system": spec.system},
            check_specs=[
                dg.AssetCheckSpec(
                    "delivery_is_read",
                    asset=key,
                    description="The newest delivery could be read; otherwise the load before stays in force, and what"
                    " the source does not say proves nothing.",
                )
            ],
        )
        def landing(home: Home) -> dg.MaterializeResult:  # type: ignore[type-arg]
            with home.reader() as con:
                applied, held = last_number(con, spec.system), in_force(con, spec.system)
            try:
                load = land(spec.system, spec.extract, home.settings, applied=applied, accept_loss=home.accept_loss)
                return _landed(load, None)
            except (ConfigurationError, SourceError) as error:
                landed = loads(home.settings.landing / spec.system)
                if not landed and not held:
                    raise
                return _landed(landed[-1] if landed else None, str(error))

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
            check_specs=load_checks.specs(spec, key),
        )
        def nominal(context: dg.AssetExecutionContext, home: Home) -> dg.MaterializeResult:  # type: ignore[type-arg]
            with (
                home.writer() as con,
                run_log.stage(con, home.settings, context.run.run_id, f"nominal/{spec.system}") as log,
            ):
                applied = apply_latest(con, spec, yaml_file, home.settings.landing, home.settings.now())
                log.inputs[spec.system] = applied.load.load_id
                held = single_value(
                    con, "SELECT count(*) FROM nominal.record WHERE source_system = $system", {"system": spec.system}
                )
                note_if_held_back(context, con, spec.system)
            return _result(applied, spec, held)

        return nominal


def _landed(load: Load | None, problem: str | None) -> dg.MaterializeResult[None]:
    """Return what lies landed of a source: its newest load, where one does, and why its newest delivery is none."""
    metadata: dict[str, dg.RawMetadataValue] = {}
    if load:
        metadata = {
            "dagster/row_count": load.rows_extracted,
            "unreadable_rows": sum(load.quarantined.values()),
            "load": load.load_id,
            "delivered_at": load.delivered_at.isoformat(),
            "checksum": load.checksum,
            **{f"rows/{resource}": count for resource, count in load.rows.items()},
        }
    return dg.MaterializeResult(
        metadata=metadata,
        check_results=[dg.AssetCheckResult(check_name="delivery_is_read", passed=problem is None, description=problem)],
    )


def _result(applied: Applied, spec: SourceSpec, records: int) -> dg.MaterializeResult[None]:
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
            "quarantine_reasons": dg.MetadataValue.json(applied.reasons),
        },
        check_results=load_checks.results(applied, spec),
    )
