-- One row per information item that the audience may hold.
SELECT
    item_key,
    subject_id,
    record_key,
    source_system,
    kind,
    code,
    value,
    item_date,
    from_date,
    to_date,
    active,
    detail,
    marking,
    handling,
    originator
FROM publish_item
