DROP TABLE audit_log;
DROP TABLE account_changes;
DROP TABLE api_keys;
DROP TABLE users;
