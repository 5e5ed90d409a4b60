-- Dates of birth of which a part is known are kept, and those that are left out are counted. Loads are applied anew,
-- which fills both.

ALTER TABLE nominal.record ADD COLUMN partial_birth_dates VARCHAR[];

ALTER TABLE nominal.record ADD COLUMN own_partial_birth_date VARCHAR;

ALTER TABLE nominal.load ADD COLUMN implausible_birth_dates BIGINT;

ALTER TABLE nominal.load ADD COLUMN placeholder_birth_dates BIGINT;

ALTER TABLE nominal.load ADD COLUMN partial_birth_dates BIGINT;
