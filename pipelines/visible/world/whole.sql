-- Whether nothing is hidden from the audience, and it has no account.
SELECT
    (SELECT count(*) FROM sight.covered)
    + (SELECT count(*) FROM everything_audience.finding)
    + (SELECT count(*) FROM everything_nominal.record WHERE NOT sight.shows(source_system))
    + (SELECT count(*) FROM everything_nominal.information_item WHERE (marking IN (FROM sight.marking)) IS NOT TRUE)
    = 0
