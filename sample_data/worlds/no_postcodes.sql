-- Nobody asked for a postcode.
UPDATE nominal SET postcode = NULL;
UPDATE address SET postcode = NULL;
