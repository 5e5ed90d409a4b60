-- The warehouse knows how far the audit log has come.

CREATE TABLE conjoin.audit_head (
    entries BIGINT NOT NULL,
    hash VARCHAR NOT NULL
);

-- What an audience may not see decides nothing of what it sees: it gets an account of its own where that matters, and
-- each gap says all that it rests on. Loads are applied anew, which fills the dates of birth that are a record's own.

ALTER TABLE nominal.record ADD COLUMN own_birth_date DATE;

ALTER TABLE gap.finding ADD COLUMN rests_on JSON;

CREATE SCHEMA audience;

CREATE TABLE audience.record (
    audience VARCHAR NOT NULL,
    record_key VARCHAR NOT NULL,
    as_seen VARCHAR
);

CREATE TABLE audience.edge (
    audience VARCHAR NOT NULL,
    record_l VARCHAR NOT NULL,
    record_r VARCHAR NOT NULL,
    match_weight DOUBLE NOT NULL,
    match_probability DOUBLE NOT NULL,
    evidence STRUCT(comparison VARCHAR, level VARCHAR, weight DOUBLE)[] NOT NULL,
    bundle VARCHAR NOT NULL
);

CREATE TABLE audience.membership (
    audience VARCHAR NOT NULL,
    record_key VARCHAR NOT NULL,
    subject_id VARCHAR NOT NULL,
    since TIMESTAMP NOT NULL,
    until TIMESTAMP,
    strict_subject_id VARCHAR,
    wide_subject_id VARCHAR
);

CREATE TABLE audience.review_flag (
    audience VARCHAR NOT NULL,
    record_key VARCHAR NOT NULL,
    flag VARCHAR NOT NULL
);

CREATE TABLE audience.subject_event (
    audience VARCHAR NOT NULL,
    event_id BIGINT NOT NULL,
    happened_at TIMESTAMP NOT NULL,
    run_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    old_subject_ids VARCHAR[] NOT NULL,
    new_subject_ids VARCHAR[] NOT NULL,
    reason VARCHAR NOT NULL
);

CREATE TABLE audience.finding (
    audience VARCHAR NOT NULL,
    gap_id VARCHAR NOT NULL,
    subject_id VARCHAR NOT NULL,
    rule_id VARCHAR NOT NULL,
    held_by VARCHAR NOT NULL,
    expected_in VARCHAR NOT NULL,
    matter VARCHAR NOT NULL,
    severity VARCHAR NOT NULL,
    owner_role VARCHAR NOT NULL,
    due_date DATE,
    first_seen TIMESTAMP NOT NULL,
    last_seen TIMESTAMP NOT NULL,
    status VARCHAR NOT NULL,
    cause VARCHAR NOT NULL,
    confidence DOUBLE NOT NULL,
    near_miss_record VARCHAR,
    sentence VARCHAR NOT NULL,
    evidence JSON NOT NULL,
    marking VARCHAR,
    rests_on JSON
);
