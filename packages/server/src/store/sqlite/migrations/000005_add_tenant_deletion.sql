-- A deleted tenant keeps its row, under an id that no tenant can have, until its alerts are gone.
ALTER TABLE tenants ADD COLUMN deleted_at INTEGER;
