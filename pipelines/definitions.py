"""The code location: a deployment's source systems and the stages after them, as one asset graph."""

from __future__ import annotations

import dagster as dg

from pipelines.components import NominalSource
from pipelines.defs import gaps, linkage, nightly, published
from pipelines.defs.home import Home
from pipelines.deployment import Deployment
from pipelines.modes import keep_private
from pipelines.settings import Settings

CODE_LOCATION = "conjoin"
"""What Dagster calls this code location (in `pyproject.toml` too); by it the UI finds the runs of this location."""


def build_definitions(*, settings: Settings | None = None, home: Home | None = None) -> dg.Definitions:
    """Return fresh definitions; tests and the CLI pass what they want to replace.

    Args:
        settings: settings that name the deployment; None reads them from the environment.
        home: the resource the assets run with.
    """
    deployment = Deployment.load(settings or Settings.load())
    sources = [
        dg.build_defs_for_component(NominalSource(source.spec, source.yaml_file)) for source in deployment.sources
    ]
    nominal_keys = [dg.AssetKey(["nominal", source.spec.system]) for source in deployment.sources]
    return dg.Definitions.merge(
        *sources,
        dg.Definitions(
            assets=[linkage.edge_asset(nominal_keys), linkage.subject, gaps.finding, *published.assets(deployment)],
            asset_checks=[*linkage.CHECKS, *gaps.CHECKS],
            jobs=[nightly.NIGHTLY],
            schedules=[nightly.AT_TWO],
            resources={"home": home or Home()},
            executor=dg.in_process_executor,
        ),
    )


@dg.definitions
def defs() -> dg.Definitions:
    """Return the definitions that Dagster serves, after making what this process writes private to its account."""
    keep_private()
    return build_definitions()
