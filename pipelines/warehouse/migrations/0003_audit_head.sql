-- The warehouse knows how far the audit log has come.

CREATE TABLE conjoin.audit_head (
    entries BIGINT NOT NULL,
    hash VARCHAR NOT NULL
);
