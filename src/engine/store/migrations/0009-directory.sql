-- When each agency was last written to, so that a search names those first.
-- Shipped: never edit, add the next number instead. Times are epoch milliseconds.

CREATE TABLE agency_use (
  organ_id TEXT PRIMARY KEY,
  used_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX agency_use_time ON agency_use (used_at);

INSERT INTO agency_use (organ_id, used_at)
SELECT organ_id, max(coalesce(sent_at, changed_at))
FROM outgoing_recipient JOIN outgoing ON id = document_id
GROUP BY organ_id;
