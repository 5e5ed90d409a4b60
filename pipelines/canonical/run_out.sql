-- Items whose last day has come are no longer active, unless the source itself says which are.
UPDATE nominal.information_item
SET
    active = FALSE,
    content_hash = item_hash(
        record_key, kind, code, value, item_date, from_date, to_date, FALSE, detail, marking, handling, originator
    )
WHERE
    source_system = $system
    AND active
    AND to_date <= $now::DATE
    AND list_contains($judged, kind || ' ' || resource)
