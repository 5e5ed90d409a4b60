"""The night: one job over every asset, and its schedule."""

import dagster as dg

NIGHTLY = dg.define_asset_job(
    "nightly",
    selection=dg.AssetSelection.all(),
    description="Every source system, extract to publish. Publishes all or nothing.",
    executor_def=dg.in_process_executor,
    tags={"conjoin/job": "nightly"},
)

AT_TWO = dg.ScheduleDefinition(
    name="at_two",
    job=NIGHTLY,
    cron_schedule="0 2 * * *",
    execution_timezone="Europe/London",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="02:00 in London, summer and winter.",
)
