SELECT *
FROM everything_nominal.feed
WHERE sight.shows(source_system)
