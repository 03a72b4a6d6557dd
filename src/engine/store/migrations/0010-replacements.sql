-- Documents that replace others, ours and those we received.
-- Shipped: never edit, add the next number instead. Times are epoch milliseconds.

CREATE TABLE new_outgoing (
  id TEXT PRIMARY KEY,
  state TEXT NOT NULL CHECK (state IN (
    'drafting', 'frozen', 'signed', 'numbered', 'sealed', 'queued', 'sent', 'refused', 'returned', 'confirmed',
    'recalling', 'recalled', 'replaced', 'discarded'
  )),
  revision INTEGER NOT NULL CHECK (revision >= 1),
  fields TEXT NOT NULL CHECK (json_valid(fields)),
  code_number TEXT,
  issued_date TEXT,
  packet_sha256 TEXT,
  packet_size_bytes INTEGER,
  document_code TEXT UNIQUE,
  hub_packet_id TEXT,
  verdict TEXT CHECK (verdict IS NULL OR json_valid(verdict)),
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  sent_at INTEGER,
  level TEXT CHECK (level IN ('b-t', 'b-lt', 'b-lta')),
  -- sealed with a software certificate
  practice INTEGER NOT NULL DEFAULT 0 CHECK (practice IN (0, 1)),
  -- the clerk decided to send it at the level that it has
  level_waived INTEGER NOT NULL DEFAULT 0 CHECK (level_waived IN (0, 1)),
  CHECK ((packet_sha256 IS NULL) = (packet_size_bytes IS NULL))
) STRICT;

INSERT INTO new_outgoing (id, state, revision, fields, code_number, issued_date, packet_sha256, packet_size_bytes,
  document_code, hub_packet_id, verdict, created_at, changed_at, sent_at, level, practice, level_waived)
SELECT id, state, revision, fields, code_number, issued_date, packet_sha256, packet_size_bytes,
  document_code, hub_packet_id, verdict, created_at, changed_at, sent_at, level, practice, level_waived
FROM outgoing;
DROP TABLE outgoing;
ALTER TABLE new_outgoing RENAME TO outgoing;
CREATE INDEX outgoing_changed ON outgoing (state, changed_at, id);
CREATE INDEX outgoing_sent ON outgoing (state, sent_at, id);

-- Which documents of its sender a received document replaces, whether or not they are here.
CREATE TABLE incoming_replacement (
  -- DocumentId of the one that is replaced
  document_code TEXT NOT NULL,
  sender_organ_id TEXT NOT NULL,
  -- the one that replaces it
  document_id TEXT NOT NULL REFERENCES incoming (id),
  PRIMARY KEY (document_code, sender_organ_id, document_id)
) STRICT, WITHOUT ROWID;
