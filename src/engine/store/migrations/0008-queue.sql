-- How much an errand carries, so that large ones leave a place to small ones.

ALTER TABLE job ADD COLUMN size_bytes INTEGER CHECK (size_bytes IS NULL OR size_bytes >= 0);
