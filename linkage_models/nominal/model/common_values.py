"""Values that many share: an identifier, telephone, e-mail address, postcode or address of many people is nobody's own.

Placeholders, numbers that a spreadsheet has rounded, the telephone of a hostel and texts that say that there is no
address are all alike in this, and no list knows them all. So a value that many people of unlike names hold says nothing
and joins nobody: records are compared without it. Which values those are follows from all records there are.

An address is different in one way: a town alone, or a hostel, is of many people and still tells some strangers apart.
It counts as one word, as rare as it is among all records, and says nothing where one record in eight has it. Of a
postcode that many share the district is left.
"""

from linkage_models.relations import Temporaries, single_value, statement

MANY = 10
"""People of unlike names from whom a value is nobody's own, however many records there are."""

FEWEST, SHARE, LEAST = 4, 0.02, 50
"""So many people of unlike names suffice where this share of all records, of so many at least, hold the value. A date
of birth must be of `MANY` and of such a share: of a million people some forty were born on one day."""

MARK = "chr(1)"
"""SQL for what stands before an address or a postcode that many share, for the features to know it by."""

RAREST_SILENT_PLACE = 3
"""Bits of rarity up to which an address that many share says nothing: one record of eight has it."""

COMMON_PLACE = f"""
CASE WHEN bits > {RAREST_SILENT_PLACE} THEN {MARK} || printf('%02d', bits) || address END
"""
"""SQL for an address that many share, as the features read it: a mark and its rarity in whole bits stand before it."""

ADDRESS_VALUE = r"'address:' || regexp_replace(upper(strip_accents(address)), '[^\pL\pN]+', '', 'g')"

HELD = """list_distinct(list_concat(
    list_transform(list_filter(identifiers, lambda i: i.valid), lambda i: i.kind || ':' || i.value),
    list_transform(contact_points, lambda c: c.kind || ':' || c.value),
    list_transform(birth_dates, lambda d: 'born:' || d),
    list_filter(list_transform(addresses, lambda a: 'postcode:' || a.postcode), lambda v: v IS NOT NULL),
    list_filter(list_transform(addresses, lambda a: nominal_address_value(a.address)), lambda v: v IS NOT NULL)
))"""
"""SQL for a record's values, each with its kind."""


def without_common(own: Temporaries, records: str, into: str) -> int:
    """Make a temporary view of records without the values that too many share.

    Args:
        own: the temporary relations of the stage; it keeps the view and what it reads.
        records: relation of `relations.RECORD`.
        into: name of the view to make, of the same columns.

    Returns:
        How many values were taken out.
    """
    con = own.con
    own.macro("nominal_address_value", "address", ADDRESS_VALUE)
    own.macro("nominal_common_place", "address, bits", COMMON_PLACE)
    own.view("common_record", f"SELECT *, {HELD} AS held FROM {records}")
    own.table(
        "common_value",
        statement(__file__, "common_values"),
        {"many": MANY, "fewest": FEWEST, "share": SHARE, "least": LEAST},
    )
    found = int(single_value(con, "SELECT count(*) FROM common_value"))
    own.table(
        "common_holder",
        """
        SELECT record_key, map(list(value), list(bits)) AS common FROM (
            SELECT record_key, unnest(held) AS value FROM common_record
        ) JOIN common_value USING (value) GROUP BY record_key
        """
        if found
        else "SELECT NULL::VARCHAR AS record_key, NULL::MAP(VARCHAR, INTEGER) AS common LIMIT 0",
    )
    own.view(
        into,
        f"""
        SELECT record.* REPLACE (
            CASE WHEN common IS NULL THEN identifiers
                ELSE list_filter(identifiers, lambda i: common[i.kind || ':' || i.value] IS NULL)
            END AS identifiers,
            CASE WHEN common IS NULL THEN contact_points
                ELSE list_filter(contact_points, lambda c: common[c.kind || ':' || c.value] IS NULL)
            END AS contact_points,
            CASE WHEN common IS NULL THEN birth_dates
                ELSE list_filter(birth_dates, lambda d: common['born:' || d] IS NULL)
            END AS birth_dates,
            CASE WHEN common IS NULL AND len(list_filter(addresses, lambda a: starts_with(a.address, {MARK}))) = 0
                THEN addresses
                ELSE list_transform(addresses, lambda a: struct_pack(
                    address := CASE
                        WHEN common[nominal_address_value(a.address)] IS NULL THEN ltrim(a.address, {MARK})
                        ELSE nominal_common_place(a.address, common[nominal_address_value(a.address)])
                    END,
                    postcode := CASE
                        WHEN common['postcode:' || a.postcode] IS NULL THEN a.postcode
                        ELSE {MARK} || a.postcode
                    END,
                    from_date := a.from_date,
                    to_date := a.to_date
                ))
            END AS addresses
        )
        FROM {records} AS record LEFT JOIN common_holder USING (record_key)
        """,
    )
    return found
