"""The quarantine: the rows that could not become nominal records or items, and how to retry them."""

from pipelines.quarantine.held import Reason, Row, reasons, rows, rows_as_delivered
from pipelines.quarantine.retrying import Retry, retry

__all__ = ["Reason", "Retry", "Row", "reasons", "retry", "rows", "rows_as_delivered"]
