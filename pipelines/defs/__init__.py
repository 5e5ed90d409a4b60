"""What stands in the Dagster UI beside the source systems: the assets of each later stage, and the nightly job."""
