"""What the Dagster UI shows beside the source systems: the assets of each later stage, and the nightly job."""
