CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY,
    -- As it was given; NULL for the operator, who has no log-in.
    email TEXT,
    -- What tells two addresses apart: the same in lower case.
    email_key TEXT UNIQUE,
    password_hash TEXT,
    plan TEXT NOT NULL,
    is_admin INTEGER NOT NULL,
    is_disabled INTEGER NOT NULL,
    -- Of the sessions that count: a log-out, a new password and disabling begin another.
    session_generation BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

-- Whose keys the master key makes.
INSERT INTO users (id, plan, is_admin, is_disabled, session_generation, created_at) VALUES ('usr_operator', 'unlimited', 1, 0, 0, 0);

CREATE TABLE api_keys (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    -- What is shown of it.
    prefix TEXT NOT NULL,
    -- SHA-256 of its text.
    hash {bytes} NOT NULL UNIQUE,
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT,
    last_used_at BIGINT,
    usage_count BIGINT NOT NULL,
    UNIQUE (user_id, prefix)
);

-- One row, whose version counts every change that takes or gives a right: what a process keeps in memory is good until it moves.
CREATE TABLE account_changes (
    id INTEGER NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL
);

INSERT INTO account_changes (id, version) VALUES (1, 0);

-- What administrators changed.
CREATE TABLE audit_log (
    id {identity},
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL
);
