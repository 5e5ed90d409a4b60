-- The newest version of each row; a row without a key stays as it is.
SELECT * EXCLUDE (_held, _key, _content, _last, _given, _cursor)
FROM dated
QUALIFY
    list_count(_key) < len(_key)
    OR row_number() OVER (
        PARTITION BY _key ORDER BY _cursor DESC NULLS LAST, _file DESC NULLS LAST, _last DESC
    ) = 1
