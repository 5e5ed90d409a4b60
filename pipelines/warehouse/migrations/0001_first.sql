-- The warehouse before its formats were numbered.

CREATE SCHEMA nominal;

CREATE TABLE nominal.record (
    record_key VARCHAR NOT NULL,
    source_system VARCHAR NOT NULL,
    source_record_id VARCHAR NOT NULL,
    names STRUCT(kind VARCHAR, forename VARCHAR, middle_names VARCHAR, surname VARCHAR, as_given VARCHAR)[],
    birth_dates DATE[],
    sex VARCHAR,
    ethnicity VARCHAR,
    nationality VARCHAR,
    birth_place VARCHAR,
    identifiers STRUCT(kind VARCHAR, value VARCHAR, valid BOOLEAN, as_given VARCHAR)[],
    addresses STRUCT(address VARCHAR, postcode VARCHAR, from_date DATE, to_date DATE)[],
    contact_points STRUCT(kind VARCHAR, value VARCHAR)[],
    sentence_dates DATE[],
    content_hash VARCHAR NOT NULL,
    load_id VARCHAR NOT NULL,
    landed_row BIGINT NOT NULL
);

CREATE TABLE nominal.information_item (
    item_key VARCHAR NOT NULL,
    record_key VARCHAR NOT NULL,
    source_system VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    code VARCHAR,
    value VARCHAR,
    item_date DATE,
    from_date DATE,
    to_date DATE,
    active BOOLEAN,
    detail JSON,
    marking VARCHAR,
    handling VARCHAR,
    originator VARCHAR,
    content_hash VARCHAR NOT NULL,
    first_load_id VARCHAR NOT NULL,
    load_id VARCHAR NOT NULL,
    resource VARCHAR NOT NULL,
    landed_row BIGINT NOT NULL
);

CREATE TABLE nominal.quarantine (
    source_system VARCHAR NOT NULL,
    load_id VARCHAR NOT NULL,
    resource VARCHAR NOT NULL,
    landed_row BIGINT NOT NULL,
    part INTEGER NOT NULL,
    reason VARCHAR NOT NULL,
    explanation VARCHAR NOT NULL,
    raw VARCHAR
);

CREATE TABLE nominal.load (
    load_id VARCHAR NOT NULL,
    source_system VARCHAR NOT NULL,
    resource VARCHAR NOT NULL,
    rows_extracted BIGINT NOT NULL,
    rows_accepted BIGINT NOT NULL,
    rows_quarantined BIGINT NOT NULL,
    rows_deleted BIGINT NOT NULL,
    checksum VARCHAR NOT NULL,
    mapping_hash VARCHAR NOT NULL,
    delivered_at TIMESTAMP NOT NULL,
    last_seen_at TIMESTAMP NOT NULL,
    records_before BIGINT NOT NULL,
    records_new BIGINT NOT NULL,
    records_changed BIGINT NOT NULL,
    records_deleted BIGINT NOT NULL,
    dates_given BIGINT NOT NULL,
    unreadable_dates BIGINT NOT NULL,
    unmapped_codes BIGINT NOT NULL,
    unknown_kinds BIGINT NOT NULL,
    invalid_identifiers BIGINT NOT NULL,
    refused VARCHAR
);

CREATE TABLE nominal.merge (
    source_system VARCHAR NOT NULL,
    merged_key VARCHAR NOT NULL,
    surviving_key VARCHAR NOT NULL,
    merged_on DATE
);

CREATE TABLE nominal.feed (
    source_system VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    problem VARCHAR,
    since TIMESTAMP NOT NULL,
    load_id VARCHAR,
    last_seen_at TIMESTAMP
);

CREATE TABLE nominal.profile (
    source_system VARCHAR NOT NULL,
    load_id VARCHAR NOT NULL,
    measure VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    rows BIGINT NOT NULL,
    of_rows BIGINT NOT NULL
);

CREATE SCHEMA linkage;

CREATE TABLE linkage.edge (
    record_l VARCHAR NOT NULL,
    record_r VARCHAR NOT NULL,
    match_weight DOUBLE NOT NULL,
    match_probability DOUBLE NOT NULL,
    evidence STRUCT(comparison VARCHAR, level VARCHAR, weight DOUBLE)[] NOT NULL,
    bundle VARCHAR NOT NULL
);

CREATE TABLE linkage.scored (
    record_key VARCHAR NOT NULL,
    feature_hash VARCHAR NOT NULL,
    bundle VARCHAR NOT NULL
);

CREATE TABLE linkage.capped_block (
    blocking_key UBIGINT NOT NULL,
    rule VARCHAR NOT NULL,
    records BIGINT NOT NULL
);

CREATE TABLE linkage.decision (
    decision_id VARCHAR NOT NULL,
    record_a VARCHAR NOT NULL,
    record_b VARCHAR NOT NULL,
    verdict VARCHAR NOT NULL,
    decided_by VARCHAR NOT NULL,
    decided_at TIMESTAMP NOT NULL,
    reason VARCHAR NOT NULL,
    withdrawn_by VARCHAR,
    withdrawn_at TIMESTAMP,
    withdrawn_reason VARCHAR
);

CREATE TABLE linkage.membership (
    record_key VARCHAR NOT NULL,
    subject_id VARCHAR NOT NULL,
    since TIMESTAMP NOT NULL,
    until TIMESTAMP,
    strict_subject_id VARCHAR,
    wide_subject_id VARCHAR
);

CREATE TABLE linkage.review_flag (
    record_key VARCHAR NOT NULL,
    flag VARCHAR NOT NULL
);

CREATE TABLE linkage.subject_event (
    event_id BIGINT NOT NULL,
    happened_at TIMESTAMP NOT NULL,
    run_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    old_subject_ids VARCHAR[] NOT NULL,
    new_subject_ids VARCHAR[] NOT NULL,
    reason VARCHAR NOT NULL
);

CREATE TABLE linkage.run (
    run_id VARCHAR NOT NULL,
    as_of TIMESTAMP NOT NULL,
    started_at TIMESTAMP NOT NULL,
    finished_at TIMESTAMP,
    bundle VARCHAR NOT NULL,
    inputs JSON NOT NULL,
    counts JSON NOT NULL,
    versions JSON NOT NULL,
    timings JSON NOT NULL
);

CREATE SCHEMA gap;

CREATE TABLE gap.rule (
    rule_id VARCHAR NOT NULL,
    title VARCHAR NOT NULL,
    severity VARCHAR NOT NULL,
    owner_role VARCHAR NOT NULL,
    sla_days INTEGER NOT NULL,
    statutory BOOLEAN NOT NULL,
    basis VARCHAR NOT NULL
);

CREATE TABLE gap.finding (
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
    marking VARCHAR
);
