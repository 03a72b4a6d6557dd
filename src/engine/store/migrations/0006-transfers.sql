-- Where a broken upload or download goes on: the hub's address or version of it, as the errand's handler says.

ALTER TABLE job ADD COLUMN transfer TEXT CHECK (transfer IS NULL OR json_valid(transfer));
