"""Stage: one load's landed rows as canonical records and items in temporary tables, and why the others are not.

staged_person      one row per row of the record's resource, with `problem` where it is no person
staged_merge       one row per record id that the source merged into another, with the one that is left
staged_item        one row per candidate information item, with `problem` where it cannot be one
staged_quarantine  one row per landed row, or element of a nested list, that became neither
staged_record      one row per nominal record, whole
"""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from linkage_models.relations import literal
from linkage_models.standardise.identifiers import IDENTIFIER_KINDS
from pipelines.canonical.bind import check_expressions, is_unmapped, landed_view, mapped, when
from pipelines.canonical.merges import MERGE, stage_merges
from pipelines.landing.manifest import REJECTED
from pipelines.source.mapping import MARKINGS, ContactKind

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from pipelines.landing.manifest import Load
    from pipelines.source import SourceSpec
    from pipelines.source.mapping import ItemMapping

PERSON = """
CREATE OR REPLACE TEMP TABLE staged_person AS
WITH given AS (
    SELECT _row AS landed_row, nullif(trim(({key})::VARCHAR), '') AS source_record_id,
           ({forenames})::VARCHAR AS forenames, ({middle_names})::VARCHAR AS middle_names,
           ({surname})::VARCHAR AS surname, nullif(trim(({birth_date})::VARCHAR), '') AS birth_date_text,
           ({sex})::VARCHAR AS sex, ({ethnicity})::VARCHAR AS ethnicity,
           ({nationality})::VARCHAR AS nationality, ({birth_place})::VARCHAR AS birth_place,
           {unmapped_codes} AS unmapped_codes
    FROM {landed}
)
SELECT landed_row, source_record_id, $system || ':' || source_record_id AS record_key,
       std_name('primary', forenames, middle_names, surname) AS name,
       std_birth_date(read_date(birth_date_text)) AS birth_date, (birth_date_text IS NOT NULL)::INTEGER AS dates_given,
       (birth_date_text IS NOT NULL AND read_date(birth_date_text) IS NULL)::INTEGER AS unreadable_dates,
       std_sex(sex) AS sex, nullif(trim(ethnicity), '') AS ethnicity, nullif(trim(nationality), '') AS nationality,
       nullif(trim(birth_place), '') AS birth_place, unmapped_codes,
       CASE WHEN source_record_id IS NULL THEN 'missing_key'
            WHEN row_number() OVER (PARTITION BY source_record_id ORDER BY landed_row) > 1 THEN 'duplicate_key'
       END AS problem
FROM given
"""

ITEM_DDL = """
CREATE OR REPLACE TEMP TABLE staged_item (
    mapping INTEGER, resource VARCHAR, landed_row BIGINT, part INTEGER, record_key VARCHAR, kind VARCHAR,
    source_item_id VARCHAR, code VARCHAR, value VARCHAR, item_date DATE, from_date DATE, to_date DATE,
    active BOOLEAN, detail JSON, marking VARCHAR, handling VARCHAR,
    name STRUCT(kind VARCHAR, forename VARCHAR, middle_names VARCHAR, surname VARCHAR, as_given VARCHAR),
    birth_date DATE, identifier STRUCT(kind VARCHAR, "value" VARCHAR, valid BOOLEAN, as_given VARCHAR),
    contact_point STRUCT(kind VARCHAR, "value" VARCHAR), dates_given INTEGER, unreadable_dates INTEGER,
    unmapped_codes INTEGER, problem VARCHAR
)
"""

ITEM = """
INSERT INTO staged_item
WITH said AS (
    SELECT _row AS landed_row, {part} AS part, {listed} AS listed, {keyed} AS record_key,
           nullif(trim(({id})::VARCHAR), '') AS source_item_id, nullif(trim(({code})::VARCHAR), '') AS code,
           nullif(trim(({value})::VARCHAR), '') AS value, ({postcode})::VARCHAR AS postcode,
           ({forenames})::VARCHAR AS forenames, ({middle_names})::VARCHAR AS middle_names,
           ({surname})::VARCHAR AS surname,
           nullif(trim(({birth_date})::VARCHAR), '') AS birth_date_text,
           nullif(trim(({item_date})::VARCHAR), '') AS item_date_text,
           nullif(trim(({from_date})::VARCHAR), '') AS from_date_text,
           nullif(trim(({to_date})::VARCHAR), '') AS to_date_text,
           ({active})::BOOLEAN AS active, {detail} AS detail,
           nullif(upper(trim(({marking})::VARCHAR)), '') AS marking,
           nullif(trim(({handling})::VARCHAR), '') AS handling, {unmapped_codes} AS unmapped_codes
    FROM {landed}
    WHERE {when}
), given AS (
    -- What is said of a record that was merged into another is said of that one.
    SELECT said.* REPLACE (coalesce(merged.record_key, said.record_key) AS record_key)
    FROM said
    LEFT JOIN (FROM staged_merge WHERE problem IS NULL) merged ON merged.merged_key = said.record_key
), read AS (
    SELECT *, read_date(item_date_text) AS item_date, read_date(from_date_text) AS from_date,
           read_date(to_date_text) AS to_date, std_birth_date(read_date(birth_date_text)) AS birth_date,
           {name} AS name, {identifier} AS identifier, {contact_point} AS contact_point,
           {standard_postcode} AS standard_postcode,
           list_count([item_date_text, from_date_text, to_date_text, birth_date_text]) AS dates_given,
           list_sum(list_transform(
               [(item_date_text, read_date(item_date_text)), (from_date_text, read_date(from_date_text)),
                (to_date_text, read_date(to_date_text)), (birth_date_text, read_date(birth_date_text))],
               lambda pair: (pair[1] IS NOT NULL AND pair[2] IS NULL)::INTEGER)) AS unreadable_dates
    FROM given
)
SELECT $mapping, $resource, landed_row, part, read.record_key, $kind, source_item_id,
       {out_code}, {out_value}, item_date, from_date, to_date,
       coalesce(active, to_date IS NULL OR to_date > $as_of::DATE),
       {out_detail}, CASE WHEN list_contains($markings, marking) THEN marking END, handling,
       name, birth_date, identifier, contact_point, dates_given, unreadable_dates, unmapped_codes,
       CASE WHEN read.record_key IS NULL THEN 'missing_key'
            WHEN {merge_problem} IS NOT NULL THEN {merge_problem}
            WHEN person.record_key IS NULL THEN 'unknown_record'
            WHEN NOT listed THEN 'not_a_list'
            WHEN {empty} THEN 'no_value'
            WHEN {unknown_kind} THEN 'unknown_kind' END
FROM read
LEFT JOIN (SELECT record_key FROM staged_person WHERE problem IS NULL) person ON person.record_key = read.record_key
{of_accepted_rows}
"""

# What a kind makes of the given fields: the standard form, and what shows that the row says nothing.
_PLAIN = {
    "name": "NULL", "identifier": "NULL", "contact_point": "NULL", "standard_postcode": "NULL",
    "out_code": "code", "out_value": "value", "out_detail": "detail", "merge_problem": "NULL",
    "empty": "code IS NULL AND value IS NULL AND item_date IS NULL AND from_date IS NULL", "unknown_kind": "false",
}  # fmt: skip
SAID_BY_SOURCE = ("merge_problem", "standard_postcode", "unknown_kind")
"""Expressions that the source's own YAML has a part in."""
_OF_KIND: dict[str, dict[str, str]] = {
    "name": {
        "name": "std_name('alias', forenames, middle_names, surname)",
        "out_value": "name.as_given",
        "out_detail": "to_json(name)",
        "empty": "name IS NULL",
    },
    "identifier": {
        "identifier": "std_identifier(lower(code), value, year($as_of::TIMESTAMP)::INTEGER)",
        "out_code": "identifier.kind",
        "out_value": 'identifier."value"',
        "out_detail": "to_json(identifier)",
        "empty": "identifier IS NULL",
        "unknown_kind": "coalesce(identifier.kind NOT IN ({identifier_kinds}), true)",
    },
    "contact_point": {
        "contact_point": "std_contact_point(upper(code), value)",
        "out_code": "contact_point.kind",
        "out_value": 'contact_point."value"',
        "empty": "contact_point IS NULL",
        "unknown_kind": f"coalesce(upper(contact_point.kind) NOT IN {get_args(ContactKind)}, true)",
    },
    "address": {
        "standard_postcode": "std_postcode(postcode, '{country}')",
        "out_code": "standard_postcode",
        "empty": "value IS NULL AND standard_postcode IS NULL",
    },
    "birth_date": {"empty": "std_birth_date(item_date) IS NULL"},
    "release_date": {"empty": "item_date IS NULL"},
    "merge": {
        "empty": "value IS NULL",
        "merge_problem": "(SELECT problem FROM staged_merge WHERE merged_key = {prefix} || value)",
    },
}

# `list(... ORDER BY ...)` sorts each group by itself, five times slower over many small groups than sorting the lists.
IN_ORDER = """
CREATE OR REPLACE TEMP MACRO in_order(ranked) AS
list_transform(list_sort(ranked), lambda entry: entry.item)
"""

RECORD = """
CREATE OR REPLACE TEMP TABLE staged_record AS
WITH item AS (
    FROM staged_item WHERE problem IS NULL
), person AS (
    FROM staged_person WHERE problem IS NULL
), every_name AS (
    SELECT record_key, name FROM person WHERE name IS NOT NULL
    UNION SELECT record_key, name FROM item WHERE name IS NOT NULL
), names AS (
    SELECT record_key,
           in_order(list(struct_pack(
               rank := (name.kind <> 'primary', name.surname, name.forename, name.middle_names, name.as_given),
               item := name))) AS names
    FROM every_name GROUP BY record_key
), every_birth_date AS (
    SELECT record_key, birth_date, min(rank) AS rank FROM (
        SELECT record_key, birth_date, 0 AS rank FROM person
        UNION ALL SELECT record_key, birth_date, 1 FROM item
        UNION ALL SELECT record_key, std_birth_date(item_date), 1 FROM item WHERE kind = 'birth_date'
    ) WHERE birth_date IS NOT NULL GROUP BY ALL
), birth_dates AS (
    SELECT record_key, in_order(list(struct_pack(rank := (rank, birth_date), item := birth_date))) AS birth_dates
    FROM every_birth_date GROUP BY record_key
), identifiers AS (
    SELECT record_key, list_sort(list(identifier)) AS identifiers
    FROM (SELECT DISTINCT record_key, identifier FROM item WHERE identifier IS NOT NULL) GROUP BY record_key
), addresses AS (
    SELECT record_key,
           in_order(list(struct_pack(
               rank := (DATE '9999-12-31' - address.from_date, address.postcode, address.address, address.to_date),
               item := address))) AS addresses
    FROM (SELECT DISTINCT record_key, struct_pack(
              address := value, postcode := code, from_date := from_date, to_date := to_date) AS address
          FROM item WHERE kind = 'address')
    GROUP BY record_key
), contact_points AS (
    SELECT record_key, list_sort(list(contact_point)) AS contact_points
    FROM (SELECT DISTINCT record_key, contact_point FROM item WHERE contact_point IS NOT NULL) GROUP BY record_key
), sentence_dates AS (
    SELECT record_key, list_sort(list(DISTINCT item_date)) AS sentence_dates
    FROM item WHERE kind = 'sentence' AND item_date IS NOT NULL GROUP BY record_key
), whole AS (
    SELECT person.record_key, $system AS source_system, person.source_record_id,
           coalesce(names, []) AS names, coalesce(birth_dates, []) AS birth_dates, sex, ethnicity, nationality,
           birth_place, coalesce(identifiers, []) AS identifiers, coalesce(addresses, []) AS addresses,
           coalesce(contact_points, []) AS contact_points, coalesce(sentence_dates, []) AS sentence_dates, landed_row
    FROM person
    LEFT JOIN names USING (record_key) LEFT JOIN birth_dates USING (record_key)
    LEFT JOIN identifiers USING (record_key) LEFT JOIN addresses USING (record_key)
    LEFT JOIN contact_points USING (record_key) LEFT JOIN sentence_dates USING (record_key)
)
SELECT *, md5((record_key, names, birth_dates, sex, ethnicity, nationality, birth_place, identifiers, addresses,
               contact_points, sentence_dates)::VARCHAR) AS content_hash
FROM whole
"""

QUARANTINE_DDL = """
CREATE OR REPLACE TEMP TABLE staged_quarantine (
    resource VARCHAR, landed_row BIGINT, part INTEGER, reason VARCHAR, explanation VARCHAR, raw VARCHAR
)
"""

EXPLANATIONS = {
    "missing_key": "the row has no record id",
    "duplicate_key": "an earlier row of the same load has the same record id",
    "unknown_record": "the row names a record id that the load does not hold",
    "not_a_list": "the document holds a single value where a list belongs",
    "no_value": "the row holds nothing but blanks or placeholders",
    "unknown_kind": "the row gives a kind of identifier or contact point that Conjoin does not know",
    "not_mapped": "no mapping of the source's YAML takes the row",
    "merge_cycle": "the merge leads, over others, back to where it began",
    "merge_conflict": "the record id was merged into two others",
}

QUARANTINE_RESOURCE = """
INSERT INTO staged_quarantine
WITH accepted AS (
    SELECT landed_row, part FROM staged_item WHERE resource = $resource AND problem IS NULL
    UNION SELECT landed_row, 0 FROM staged_person WHERE $is_record AND (problem IS NULL OR problem = 'merged')
), refused AS (
    SELECT landed_row, part, arg_min(problem, mapping) AS reason FROM (
        SELECT landed_row, part, problem, mapping FROM staged_item WHERE resource = $resource AND problem IS NOT NULL
        UNION ALL SELECT landed_row, 0, problem, -1 FROM staged_person WHERE $is_record AND problem <> 'merged'
    ) GROUP BY ALL
)
SELECT $resource, landed._row, landed.part, coalesce(refused.reason, 'not_mapped'),
       map($reasons, $explanations)[coalesce(refused.reason, 'not_mapped')], landed.raw
FROM (SELECT _row, {part} AS part, _raw AS raw FROM {landed}{of_accepted_rows}) landed
ANTI JOIN accepted ON accepted.landed_row = landed._row AND accepted.part = landed.part
LEFT JOIN refused ON refused.landed_row = landed._row AND refused.part = landed.part
"""

STAGING = "".join((PERSON, MERGE, ITEM, IN_ORDER, RECORD, *(str(kind) for kind in (_PLAIN, _OF_KIND))))
"""All SQL that decides what a landed row becomes, for telling whether a load was applied with the same."""

ACCEPTED_ONLY = (
    "SEMI JOIN (SELECT landed_row AS person_row FROM staged_person WHERE problem IS NULL OR problem = 'merged') "
    "ON person_row = {row}"
)


def stage(
    con: DuckDBPyConnection, spec: SourceSpec, yaml_file: Path, load: Load, folder: Path, *, touched: bool = False
) -> None:
    """Fill the temporary tables named in this module's docstring from one landed load.

    Args:
        con: the warehouse, with the standardisation macros registered.
        spec: the source system.
        yaml_file: where its YAML lies, for errors.
        load: the load.
        folder: the load's folder.
        touched: whether only the rows in `touched_row` are staged.

    Raises:
        ConfigurationError: an expression of the YAML does not fit the landed columns.
    """
    check_expressions(con, spec, yaml_file, folder)
    formats = ", ".join(map(literal, spec.date_formats))
    con.execute(
        "CREATE OR REPLACE TEMP MACRO read_date(given) AS "
        f"coalesce(try_strptime(given, [{formats}])::DATE, try_cast(given AS DATE))"
    )
    record = spec.record
    fields = (
        "key", "forenames", "middle_names", "surname", "birth_date", "sex", "ethnicity", "nationality", "birth_place",
    )  # fmt: skip
    expressions = {field: getattr(record, field) or "NULL" for field in fields}
    unmapped = []
    for field, name in record.code_lists.items():
        unmapped.append(is_unmapped(spec, name, expressions[field]))
        expressions[field] = mapped(spec, name, expressions[field])
    con.execute(
        PERSON.format(
            landed=landed_view(folder, spec, record.source, touched=touched),
            unmapped_codes=" + ".join(unmapped) or "0",
            **expressions,
        ),
        {"system": spec.system},
    )
    stage_merges(con, spec, folder, touched=touched)
    con.execute(ITEM_DDL)
    for position, item in enumerate(spec.items):
        _stage_item(con, spec, position, item, load, folder, touched=touched)
    con.execute(IN_ORDER)
    con.execute(RECORD, {"system": spec.system})
    _stage_quarantine(con, spec, folder, touched=touched)


def _stage_item(
    con: DuckDBPyConnection,
    spec: SourceSpec,
    position: int,
    item: ItemMapping,
    load: Load,
    folder: Path,
    *,
    touched: bool,
) -> None:
    given = (
        "id", "code", "value", "postcode", "forenames", "middle_names", "surname", "birth_date",
        "item_date", "from_date", "to_date", "active", "handling",
    )  # fmt: skip
    expressions = {field: getattr(item, field) or "NULL" for field in given}
    unmapped_codes = "0"
    if item.code_list:
        unmapped_codes = is_unmapped(spec, item.code_list, expressions["code"])
        expressions["code"] = mapped(spec, item.code_list, expressions["code"])
    prefix = literal(f"{spec.system}:")
    of_kind = _PLAIN | _OF_KIND.get(item.kind, {})
    of_source = {
        "prefix": prefix,
        "country": spec.country,
        "identifier_kinds": ", ".join(map(literal, (*IDENTIFIER_KINDS, *spec.identifier_kinds))),
    }
    of_kind |= {field: of_kind[field].format(**of_source) for field in SAID_BY_SOURCE}
    # As text, so that a source says the same whether a file or a database gives it.
    pairs = ", ".join(f"{literal(name)}, ({expression})::VARCHAR" for name, expression in item.detail.items())
    from_record = item.source == spec.record.source
    con.execute(
        ITEM.format(
            **expressions,
            **of_kind,
            unmapped_codes=unmapped_codes,
            keyed=f"{prefix} || nullif(trim(({item.key})::VARCHAR), '')",
            part="part" if item.each else "0",
            listed="listed" if item.each else "true",
            detail=f"json_object({pairs})" if pairs else "NULL::JSON",
            marking=item.marking or literal(spec.marking),
            when=when(item),
            landed=landed_view(folder, spec, item.source, item.each, touched=touched),
            of_accepted_rows=ACCEPTED_ONLY.format(row="read.landed_row") if from_record else "",
        ),
        {
            "mapping": position,
            "resource": item.resource,
            "kind": item.kind,
            "as_of": load.delivered_at,
            "markings": list(MARKINGS),
        },
    )


def _stage_quarantine(con: DuckDBPyConnection, spec: SourceSpec, folder: Path, *, touched: bool) -> None:
    con.execute(QUARANTINE_DDL)
    con.execute(
        f"INSERT INTO staged_quarantine SELECT resource, landed_row, 0, reason, explanation, raw "
        f"FROM read_parquet({literal(str(folder / REJECTED))})"
    )
    for resource, (source, each) in resources(spec).items():
        nested = each is not None
        con.execute(
            QUARANTINE_RESOURCE.format(
                landed=landed_view(folder, spec, source, each, touched=touched),
                part="part" if nested else "0",
                of_accepted_rows=" " + ACCEPTED_ONLY.format(row="_row") if nested else "",
            ),
            {
                "resource": resource,
                "is_record": resource == spec.record.source,
                "reasons": list(EXPLANATIONS),
                "explanations": list(EXPLANATIONS.values()),
            },
        )


def resources(spec: SourceSpec) -> dict[str, tuple[str, str | None]]:
    """Return every resource rows are counted under: its name, the landed resource and the list inside it."""
    resources: dict[str, tuple[str, str | None]] = {spec.record.source: (spec.record.source, None)}
    for item in spec.items:
        resources.setdefault(item.resource, (item.source, item.each))
    return resources
