-- Keys that may do a part only, for a time only, and operators' keys (`tenant_id` is '').
ALTER TABLE api_keys ADD COLUMN scopes TEXT NOT NULL
  DEFAULT '["sinks:read","sinks:write","alerts:write","deliveries:read","deliveries:write","secrets:read"]';
ALTER TABLE api_keys ADD COLUMN expires_at INTEGER;
ALTER TABLE api_keys ADD COLUMN last_used_at INTEGER;
