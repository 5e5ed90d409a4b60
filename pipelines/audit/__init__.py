"""The audit log: who collected, altered, consulted, disclosed, combined or erased what, when and why.

Data Protection Act 2018, section 62, asks for these six kinds of entry. The log is one file of JSON lines that is only
ever appended to. Each entry holds the SHA-256 of the one before. How many there are and the last one's hash, the head,
is kept beside the log, in the home, in the warehouse and in every snapshot, so that an entry that was altered, removed,
added or cut off shows; under a key it is signed, and it is added to an anchor outside the home where one is set.
Entries name objects by id and count, never a person by name.
"""

from pipelines.audit.entry import Act, Action, Entry
from pipelines.audit.head import Head
from pipelines.audit.log import keep_head, login, read, record, record_all
from pipelines.audit.proof import verify

__all__ = ["Act", "Action", "Entry", "Head", "keep_head", "login", "read", "record", "record_all", "verify"]
