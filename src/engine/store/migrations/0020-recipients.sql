-- Agencies that left the directory, so that drafts can say whom they named; and groups of recipients.
-- Shipped: never edit, add the next number instead. Times are epoch milliseconds.

CREATE TABLE agency_retired (
  organ_id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  retired_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE recipient_group (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  -- agency ids, in the clerk's order
  organ_ids TEXT NOT NULL CHECK (json_valid(organ_ids)),
  used_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX recipient_group_used ON recipient_group (used_at);
