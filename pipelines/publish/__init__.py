"""Publishing: from the warehouse to one immutable snapshot file per audience."""

from pipelines.publish.audience import Audience, chosen_audience, default_audience, read_audiences
from pipelines.publish.snapshot import Published, publish

__all__ = ["Audience", "Published", "chosen_audience", "default_audience", "publish", "read_audiences"]
