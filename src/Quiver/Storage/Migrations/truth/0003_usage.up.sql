CREATE TABLE rate_counters (
    id TEXT NOT NULL PRIMARY KEY,
    state TEXT NOT NULL,
    ends_at BIGINT NOT NULL
);
CREATE INDEX rate_counters_by_end ON rate_counters (ends_at);

CREATE TABLE usage_days (
    tenant TEXT NOT NULL,
    key_id TEXT NOT NULL,
    model TEXT NOT NULL,
    day BIGINT NOT NULL,
    requests BIGINT NOT NULL,
    memory_hits BIGINT NOT NULL,
    redis_hits BIGINT NOT NULL,
    database_hits BIGINT NOT NULL,
    misses BIGINT NOT NULL,
    hit_tokens BIGINT NOT NULL,
    miss_tokens BIGINT NOT NULL,
    compute_us BIGINT NOT NULL,
    PRIMARY KEY (tenant, key_id, model, day)
);
CREATE INDEX usage_days_by_day ON usage_days (day);

CREATE TABLE usage_batches (
    id TEXT NOT NULL PRIMARY KEY,
    made_at BIGINT NOT NULL
);
