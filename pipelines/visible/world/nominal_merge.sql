SELECT *
FROM everything_nominal.merge
WHERE sight.shows(source_system)
