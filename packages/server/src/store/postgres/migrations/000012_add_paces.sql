-- How fast platforms are sent to, over all nodes: when a pace's bucket is full again. Not logged: it
-- says nothing that is worth a disk's time, and nothing after a crash.
CREATE UNLOGGED TABLE paces (
  key text COLLATE "C" PRIMARY KEY,
  step_ms double precision NOT NULL,
  free_at timestamptz NOT NULL
) WITH (fillfactor = 50);
