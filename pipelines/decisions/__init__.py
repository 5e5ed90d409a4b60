"""People's decisions that two nominal records are, or are not, one person: which may be made, and how they are kept.

Every change is made under the run lock, in one transaction, and no decision is in force that the audit log does not
tell of.
"""

from pipelines.decisions.csv_file import Import, export_csv, import_csv
from pipelines.decisions.record import Decision
from pipelines.decisions.rulings import decide, decisions, withdraw

__all__ = ["Decision", "Import", "decide", "decisions", "export_csv", "import_csv", "withdraw"]
