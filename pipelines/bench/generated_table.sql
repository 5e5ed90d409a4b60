-- A PostgreSQL table of ten columns, for the bench to land; the session's `bench.rows` says how many rows.
CREATE TABLE person AS
SELECT
    i AS person_id,
    'A' || lpad(i::text, 7, '0') AS noms_no,
    md5(i::text) AS surname,
    md5((i + 1)::text) AS forename,
    DATE '1950-01-01' + (i % 20000) AS birth_date,
    CASE WHEN i % 9 = 0 THEN 'F' ELSE 'M' END AS sex,
    i % 18 AS ethnicity,
    TIMESTAMP '2026-01-01' + i * INTERVAL '1 second' AS updated_at,
    md5((i + 2)::text) AS address,
    'AB1 2CD' AS postcode
FROM generate_series(1, current_setting('bench.rows')::integer) AS i
