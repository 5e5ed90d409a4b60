"""What `conjoin bench extract` measures: one landing of a source.

`python -m pipelines.bench.landed_extract SPEC HOME`; SPEC is a source's `extract` as JSON.
"""

import sys
import time
from pathlib import Path

from pydantic import TypeAdapter

from pipelines.landing.land import land
from pipelines.settings import Settings
from pipelines.source.extract import Extract, ExtractSpec

if __name__ == "__main__":
    spec, home = sys.argv[1:]
    extract: ExtractSpec = TypeAdapter(Extract).validate_json(spec)
    began = time.monotonic()
    land("bench", extract, Settings.load(Path(home)))
    sys.stdout.write(f"{time.monotonic() - began:.3f}\n")
