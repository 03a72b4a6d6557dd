-- The people of the office, what they write to each other, approval of drafts, handling of what came in.
-- Shipped: never edit, add the next number instead. Times are epoch milliseconds.

CREATE TABLE person (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  position TEXT NOT NULL,
  roles TEXT NOT NULL CHECK (json_valid(roles)),
  is_active INTEGER NOT NULL CHECK (is_active IN (0, 1)),
  -- what scrypt made of it, and with what
  password TEXT CHECK (password IS NULL OR json_valid(password)),
  token_serial TEXT,
  certificate_sha256 TEXT CHECK (length(certificate_sha256) = 64),
  -- wrong passwords since the last right one, and until when none is looked at
  failures INTEGER NOT NULL CHECK (failures >= 0),
  wait_until INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  CHECK ((token_serial IS NULL) = (certificate_sha256 IS NULL))
) STRICT;

CREATE TABLE note (
  id INTEGER PRIMARY KEY,
  document_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  person_id TEXT REFERENCES person (id),
  person_name TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('remark', 'sentBack', 'givenBack')),
  text TEXT NOT NULL
) STRICT;

CREATE INDEX note_document ON note (document_id, id);

CREATE TABLE new_outgoing (
  id TEXT PRIMARY KEY,
  state TEXT NOT NULL CHECK (state IN (
    'drafting', 'proposed', 'frozen', 'signed', 'numbered', 'sealed', 'queued', 'sent', 'refused', 'returned',
    'confirmed', 'recalling', 'recalled', 'replaced', 'discarded'
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
  -- who began it
  drafter_id TEXT REFERENCES person (id),
  -- to whom it was submitted
  leader_id TEXT REFERENCES person (id),
  -- since when it lies with the drafter again, to be put right
  sent_back_at INTEGER,
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
CREATE INDEX outgoing_sent_back ON outgoing (sent_back_at, id) WHERE sent_back_at IS NOT NULL;

-- Who handles a received document, and by when. Without a person it is a unit outside the list of people.
ALTER TABLE incoming ADD COLUMN assignee_id TEXT REFERENCES person (id);
ALTER TABLE incoming ADD COLUMN assignee TEXT;
ALTER TABLE incoming ADD COLUMN handle_by TEXT;
CREATE INDEX incoming_handling ON incoming (state, handle_by, received_at);
