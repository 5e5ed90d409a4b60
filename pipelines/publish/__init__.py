"""Publishing: from the warehouse to one immutable snapshot file per audience."""

from pipelines.publish.audience import Audience, read_audiences
from pipelines.publish.snapshot import Published, publish

__all__ = ["Audience", "Published", "publish", "read_audiences"]
