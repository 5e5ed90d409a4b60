"""What an audience may see of the warehouse: the temporary relations every statement of `linked/` reads.

    publish_marking      the markings at or below the ceiling
    publish_shows(name)  whether the audience may see the records of a source system
    publish_system       the configured source systems it may see, with their service
    publish_member       the records that are in a subject now and that the audience may see
    publish_withheld     what those records must not show, because only items above the ceiling say it
    publish_record       those records, whole, without what is withheld
    publish_item         the information items at or below the ceiling, with their subject
    publish_hidden_subject  the subjects that have only ever held records it may not see

A marking that is missing or unknown means deny, so it is in none of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from duckdb import DuckDBPyConnection

from linkage_models.relations import literal, single_value
from pipelines.publish.audience import Audience

_MEMBER = """
CREATE OR REPLACE TEMP TABLE publish_member AS
SELECT record_key, r.source_system, m.subject_id, m.since, m.strict_subject_id, m.wide_subject_id
FROM linkage.membership AS m
INNER JOIN nominal.record AS r USING (record_key)
WHERE m.until IS NULL AND publish_shows(r.source_system)
"""

# Canonical records carry names, dates, identifiers and addresses of their items, without the items' markings. The
# rows of this table take out again what no visible item of the same record says too. An alias brings its date of birth
# without an item of its own, so where an alias is withheld only dates that visible items give are left.
_WITHHELD = """
CREATE OR REPLACE TEMP TABLE publish_withheld AS
WITH said AS (
    SELECT record_key, kind, code, value, item_date, bool_or(marking IN (FROM publish_marking)) IS TRUE AS visible
    FROM nominal.information_item
    WHERE kind IN ('name', 'birth_date', 'identifier', 'address')
    GROUP BY ALL
)
SELECT
    record_key,
    coalesce(list(value) FILTER (kind = 'name' AND NOT visible), []) AS names,
    coalesce(list({'kind': code, 'value': value}) FILTER (kind = 'identifier' AND NOT visible), []) AS identifiers,
    coalesce(list({'address': value, 'postcode': code}) FILTER (kind = 'address' AND NOT visible), []) AS addresses,
    count_if(kind IN ('name', 'birth_date') AND NOT visible) > 0 AS hides_birth_dates,
    coalesce(list(item_date) FILTER (kind = 'birth_date' AND visible), []) AS birth_dates
FROM said
GROUP BY record_key
HAVING count_if(NOT visible) > 0
"""

_RECORD = """
CREATE OR REPLACE TEMP VIEW publish_record AS
SELECT
    m.record_key,
    m.subject_id,
    m.since,
    m.strict_subject_id,
    m.wide_subject_id,
    r.source_system,
    r.source_record_id,
    r.sex,
    CASE WHEN w.record_key IS NULL THEN r.names ELSE list_filter(
        r.names, lambda n: n.kind = 'primary' OR NOT list_contains(w.names, n.as_given)
    ) END AS names,
    CASE WHEN w.record_key IS NULL OR NOT w.hides_birth_dates THEN r.birth_dates ELSE list_filter(
        r.birth_dates, lambda d: list_contains(w.birth_dates, d)
    ) END AS birth_dates,
    CASE WHEN w.record_key IS NULL THEN r.identifiers ELSE list_filter(
        r.identifiers, lambda i: NOT list_contains(w.identifiers, {'kind': i.kind, 'value': i.value})
    ) END AS identifiers,
    CASE WHEN w.record_key IS NULL THEN r.addresses ELSE list_filter(
        r.addresses, lambda a: NOT list_contains(w.addresses, {'address': a.address, 'postcode': a.postcode})
    ) END AS addresses
FROM publish_member AS m
INNER JOIN nominal.record AS r USING (record_key)
LEFT JOIN publish_withheld AS w USING (record_key)
"""

_ITEM = """
CREATE OR REPLACE TEMP VIEW publish_item AS
SELECT i.*, m.subject_id
FROM nominal.information_item AS i
INNER JOIN publish_member AS m USING (record_key)
WHERE i.marking IN (FROM publish_marking)
"""

_HIDDEN_SUBJECT = """
CREATE OR REPLACE TEMP TABLE publish_hidden_subject AS
SELECT subject_id
FROM linkage.membership
GROUP BY subject_id
HAVING NOT bool_or(publish_shows(split_part(record_key, ':', 1)))
"""


@contextmanager
def visible_to(
    con: DuckDBPyConnection,
    audience: Audience,
    services: Mapping[str, str],
    record_markings: Mapping[str, str | None] | None,
) -> Iterator[None]:
    """Make the temporary relations of this module's docstring for as long as the context lasts.

    Args:
        con: the warehouse, outside a transaction.
        audience: whose ceiling applies.
        services: service of each configured source system.
        record_markings: marking of what each source system's records themselves say; None where records are not marked.
    """
    shown = {
        system: service
        for system, service in sorted(services.items())
        if record_markings is None or record_markings.get(system) in audience.visible_markings
    }
    con.execute("CREATE OR REPLACE TEMP TABLE publish_marking (marking VARCHAR)")
    con.executemany("INSERT INTO publish_marking VALUES (?)", [[marking] for marking in audience.visible_markings])
    con.execute("CREATE OR REPLACE TEMP TABLE publish_system (source_system VARCHAR, service VARCHAR)")
    for system, service in shown.items():
        con.execute("INSERT INTO publish_system VALUES (?, ?)", [system, service])
    systems = ", ".join(literal(system) for system in shown)
    shows = "true" if record_markings is None else f"list_contains([{systems}]::VARCHAR[], source_system)"
    con.execute(f"CREATE OR REPLACE TEMP MACRO publish_shows(source_system) AS {shows}")
    for statement in (_MEMBER, _WITHHELD, _RECORD, _ITEM, _HIDDEN_SUBJECT):
        con.execute(statement)
    try:
        yield
    finally:
        for view in ("publish_item", "publish_record"):
            con.execute(f"DROP VIEW IF EXISTS temp.{view}")
        for table in (
            "publish_hidden_subject",
            "publish_withheld",
            "publish_member",
            "publish_system",
            "publish_marking",
        ):
            con.execute(f"DROP TABLE IF EXISTS temp.{table}")
        con.execute("DROP MACRO IF EXISTS temp.publish_shows")


def withheld_counts(con: DuckDBPyConnection) -> dict[str, int]:
    """Return how many information items and gap findings of the warehouse stay out of the file for their marking."""
    return {
        noun: single_value(con, f"SELECT count(*) FROM {table} WHERE (marking IN (FROM publish_marking)) IS NOT TRUE")
        for noun, table in (("information", "nominal.information_item"), ("information_gap", "gap.finding"))
    }
