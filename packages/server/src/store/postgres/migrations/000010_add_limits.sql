-- JSON; what is left out is not limited.
ALTER TABLE tenants ADD COLUMN limits text NOT NULL DEFAULT '{}';
ALTER TABLE api_keys ADD COLUMN limits text NOT NULL DEFAULT '{}';
