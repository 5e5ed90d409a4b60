-- Each version with what it holds, as a hash.
SELECT *, hash(*COLUMNS(* EXCLUDE (_row, _file, _held, _key))) AS _content
FROM keyed
