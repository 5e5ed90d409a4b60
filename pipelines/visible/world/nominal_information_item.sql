-- The items at or below the ceiling, of records that are shown.
SELECT *
FROM everything_nominal.information_item
WHERE marking IN (FROM sight.marking) AND sight.shows(source_system)
