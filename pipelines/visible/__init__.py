"""What each audience may see: the warehouse without all else, and what then follows of links, subjects and gaps.

Nothing that an audience may not see decides anything of what it sees. Where hidden data could, the audience has an
account of its own: its links are scored and clustered again on what it sees, and its gaps are found in that.
"""

from pipelines.visible.account import ISSUED, RESERVED, Accounts
from pipelines.visible.findings import keep_findings
from pipelines.visible.sight import AudienceSight
from pipelines.visible.world import World, visible_world

__all__ = ["ISSUED", "RESERVED", "Accounts", "AudienceSight", "World", "keep_findings", "visible_world"]
