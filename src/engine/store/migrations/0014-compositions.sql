-- Documents that are written here, their versions, and the office's own templates.
-- Shipped: never edit, add the next number instead. Times are epoch milliseconds.

-- What the page of a document holds beside the fields in `outgoing`. No row: its PDF was taken in.
CREATE TABLE composition (
  document_id TEXT PRIMARY KEY REFERENCES outgoing (id),
  content TEXT NOT NULL CHECK (json_valid(content))
) STRICT;

-- The document as it once was. Numbered from 1.
CREATE TABLE composition_version (
  document_id TEXT NOT NULL REFERENCES outgoing (id),
  number INTEGER NOT NULL CHECK (number >= 1),
  kept_at INTEGER NOT NULL,
  -- why it was kept
  reason TEXT NOT NULL CHECK (reason IN ('asked', 'while-writing', 'frozen', 'replaced')),
  -- who was at the desk
  by TEXT NOT NULL,
  note TEXT NOT NULL DEFAULT '',
  fields TEXT NOT NULL CHECK (json_valid(fields)),
  content TEXT NOT NULL CHECK (json_valid(content)),
  PRIMARY KEY (document_id, number)
) STRICT, WITHOUT ROWID;

-- Mẫu riêng của cơ quan.
CREATE TABLE draft_template (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  fields TEXT NOT NULL CHECK (json_valid(fields)),
  content TEXT NOT NULL CHECK (json_valid(content)),
  kept_at INTEGER NOT NULL
) STRICT;
