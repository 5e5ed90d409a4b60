-- The nominal records as the bare Splink script reads them: one value a field.
SELECT
    record_key,
    source_system,
    names[1].forename AS forename,
    names[1].middle_names AS middle_names,
    names[1].surname AS surname,
    birth_dates[1] AS birth_date,
    addresses[1].postcode AS postcode,
    sex,
    list_filter(identifiers, lambda held: held.kind = 'pnc' AND held.valid)[1].value AS pnc
FROM nominal.record
