-- One row per tenant and identity. tenant is NULL for the line that all tenants share; line is a digest of both, since NULL is not unique.
CREATE TABLE cache_lines (
    id {identity},
    line {bytes} NOT NULL UNIQUE,
    tenant TEXT,
    model TEXT NOT NULL,
    identity {bytes} NOT NULL,
    width INTEGER NOT NULL,
    entries BIGINT NOT NULL DEFAULT 0,
    bytes BIGINT NOT NULL DEFAULT 0
);

-- The vector stands last: a row is read without it up to there.
CREATE TABLE cache_entries (
    id {identity},
    key {bytes} NOT NULL UNIQUE,
    line_id BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    last_hit_at BIGINT NOT NULL,
    hit_count BIGINT NOT NULL DEFAULT 0,
    text TEXT,
    value {bytes} NOT NULL
);

CREATE INDEX cache_entries_by_last_hit ON cache_entries (line_id, last_hit_at);

-- Searches and exports read a line a page at a time.
CREATE INDEX cache_entries_by_line ON cache_entries (line_id, id);
