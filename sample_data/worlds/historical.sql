-- A hundred and thirty years ago, when people and clerks knew a year of birth roughly, and no postcode at all.
UPDATE nominal SET
    postcode = NULL,
    birth_date = CASE
        WHEN placeholder(birth_date) THEN NULL
        WHEN chance(record, 'year only') < 0.1
            THEN make_date(year(birth_date) - 130 + dice(record, 'roughly', 3) - 1, 1, 1)
        ELSE (birth_date - INTERVAL 130 YEAR)::DATE
    END;
