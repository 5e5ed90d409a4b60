"""The bare script beside `conjoin bench extract`: a PostgreSQL table to Parquet, as connectorx documents it.

`python -m pipelines.bench.bare_extract URL TABLE FILE`
"""

import sys
import time

import connectorx
import pyarrow.parquet as pq

if __name__ == "__main__":
    url, table, file = sys.argv[1:]
    began = time.monotonic()
    pq.write_table(connectorx.read_sql(url, f"SELECT * FROM {table}", return_type="arrow"), file)
    sys.stdout.write(f"{time.monotonic() - began:.3f}\n")
