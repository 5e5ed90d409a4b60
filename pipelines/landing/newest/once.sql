-- Each version once, however often it was delivered: as it was first held, with the file and row it came in last.
SELECT
    * REPLACE (max(_file) OVER same AS _file),
    max(_row) OVER same AS _last,
    bool_or(NOT _held) OVER same AS _given
FROM marked
WINDOW same AS (PARTITION BY _key, _content)
QUALIFY row_number() OVER (PARTITION BY _key, _content ORDER BY NOT _held, _row) = 1
