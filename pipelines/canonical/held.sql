-- Whether a source holds identifiers, contact points, and codes of fields that have a code list.
WITH record AS (
    FROM nominal.record WHERE source_system = $system
)

SELECT
    EXISTS (FROM record WHERE len(identifiers) > 0) AS identifiers,
    EXISTS (FROM record WHERE len(contact_points) > 0) AS contact_points,
    EXISTS (
        FROM record
        WHERE
            (list_contains($fields, 'sex') AND sex IS NOT NULL)
            OR (list_contains($fields, 'ethnicity') AND ethnicity IS NOT NULL)
            OR (list_contains($fields, 'nationality') AND nationality IS NOT NULL)
    )
    OR EXISTS (
        FROM nominal.information_item
        WHERE
            source_system = $system
            AND code IS NOT NULL
            AND list_contains($items, kind || ' ' || resource)
    ) AS listed_codes
