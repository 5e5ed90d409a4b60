"""The audit log: who collected, altered, consulted, disclosed, combined or erased what, when and why.

Data Protection Act 2018, section 62, asks for these six kinds of entry. The log is one file of JSON lines that is only
ever appended to. Each entry holds the SHA-256 of the one before, and `head.json` beside the log holds how many there
are and the last one's hash, so that an altered, removed or cut-off entry shows. Entries name objects by id and count,
never a person by name.
"""

from pipelines.audit.entry import Act, Action, Entry
from pipelines.audit.log import read, record, record_all, verify

__all__ = ["Act", "Action", "Entry", "read", "record", "record_all", "verify"]
