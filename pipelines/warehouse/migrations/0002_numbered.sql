-- The warehouse says which format it is of.

CREATE SCHEMA conjoin;

CREATE TABLE conjoin.format (
    number INTEGER NOT NULL,
    conjoin VARCHAR NOT NULL,
    since TIMESTAMP NOT NULL
);
