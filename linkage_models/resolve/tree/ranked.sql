-- The edges, numbered from 0 in the order in which a tree takes them: the strongest first, then by record key.
SELECT *, row_number() OVER (ORDER BY strength DESC, record_l, record_r) - 1 AS rank
FROM tree_edge
