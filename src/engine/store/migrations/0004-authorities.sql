-- What authorities published, kept for the time without a line; and how far a document's signatures were raised.
-- Shipped: never edit, add the next number instead. Times are epoch milliseconds.

CREATE TABLE authority_file (
  url TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('crl', 'certificate')),
  bytes BLOB NOT NULL,
  -- a list's next update, a certificate's end
  valid_until INTEGER NOT NULL,
  fetched_at INTEGER NOT NULL,
  PRIMARY KEY (url, kind)
) STRICT, WITHOUT ROWID;

ALTER TABLE outgoing ADD COLUMN level TEXT CHECK (level IN ('b-t', 'b-lt', 'b-lta'));
-- sealed with a software certificate
ALTER TABLE outgoing ADD COLUMN practice INTEGER NOT NULL DEFAULT 0 CHECK (practice IN (0, 1));
-- the clerk decided to send it at the level that it has
ALTER TABLE outgoing ADD COLUMN level_waived INTEGER NOT NULL DEFAULT 0 CHECK (level_waived IN (0, 1));
