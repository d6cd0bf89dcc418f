-- A delivery that was sent off again on wish. `replay_of_no` is the delivery at another sink that
-- this one repeats.
ALTER TABLE deliveries ADD COLUMN replayed_at INTEGER;
ALTER TABLE deliveries ADD COLUMN replay_of_no INTEGER;
ALTER TABLE attempts ADD COLUMN is_replay INTEGER NOT NULL DEFAULT 0;

-- What came later of a key and ended it: resolves are few.
CREATE INDEX deliveries_resolves ON deliveries (event_sink_no, dedup_key, alert_no)
  WHERE action = 'resolve';

CREATE TABLE replays (
  no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  tenant_no INTEGER NOT NULL,
  filter TEXT NOT NULL,
  to_event_sink_id TEXT,
  includes_overtaken INTEGER NOT NULL,
  state TEXT NOT NULL,
  position_no INTEGER NOT NULL,
  end_no INTEGER NOT NULL,
  matched_count INTEGER,
  replayed_count INTEGER NOT NULL,
  overtaken_count INTEGER NOT NULL,
  already_there_count INTEGER NOT NULL,
  sink_deleted_count INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  finished_at INTEGER
) STRICT;

CREATE INDEX replays_by_tenant ON replays (tenant_no);
CREATE INDEX replays_running ON replays (tenant_no) WHERE state = 'running';
