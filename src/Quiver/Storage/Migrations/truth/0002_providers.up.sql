-- One provider per tenant. api_key is a Fernet token that holds the tenant and the id beside the key, so it opens in its own row only.
CREATE TABLE providers (
    id TEXT NOT NULL PRIMARY KEY,
    tenant TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    request_template TEXT NOT NULL,
    response_path TEXT NOT NULL,
    batch_size BIGINT,
    width BIGINT,
    api_key TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- Where sealing the secrets anew stands, by the fingerprint of the new key. No row: it is done, or was never begun.
CREATE TABLE secret_rotations (
    fingerprint TEXT NOT NULL PRIMARY KEY,
    after_id TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- What belongs to this installation and to no other, such as the salt of derived keys: base64.
CREATE TABLE installation (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);
