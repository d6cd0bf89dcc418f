-- The app's name in Slack, for cures that say whom to invite.
ALTER TABLE slack_integrations ADD COLUMN bot_name TEXT;

-- Whether an attempt told its alert in a poorer form, since the platform refused the full one.
ALTER TABLE attempts ADD COLUMN is_degraded INTEGER NOT NULL DEFAULT 0;
