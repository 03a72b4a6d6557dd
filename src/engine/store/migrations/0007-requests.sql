-- Recalls, ours and others', and what a received document goes through after it is registered.
-- Shipped: never edit, add the next number instead. Times are epoch milliseconds.

CREATE TABLE new_outgoing (
  id TEXT PRIMARY KEY,
  state TEXT NOT NULL CHECK (state IN (
    'drafting', 'frozen', 'signed', 'numbered', 'sealed', 'queued', 'sent', 'refused', 'returned', 'confirmed',
    'recalling', 'recalled', 'discarded'
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

CREATE TABLE new_outgoing_recipient (
  document_id TEXT NOT NULL REFERENCES outgoing (id),
  organ_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN (
    'waiting', 'sent', 'arrived', 'returned', 'registered', 'assigned', 'processing', 'finished', 'recalled'
  )),
  state_at INTEGER NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (document_id, organ_id)
) STRICT, WITHOUT ROWID;

INSERT INTO new_outgoing_recipient (document_id, organ_id, position, name, state, state_at, note)
SELECT document_id, organ_id, position, name, state, state_at, note FROM outgoing_recipient;
DROP TABLE outgoing_recipient;
ALTER TABLE new_outgoing_recipient RENAME TO outgoing_recipient;

CREATE TABLE new_incoming (
  id TEXT PRIMARY KEY,
  packet_id TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (state IN (
    'collected', 'admitted', 'quarantined', 'registered', 'assigned', 'processing', 'finished', 'returned',
    'recalled', 'repeated', 'request', 'dismissed'
  )),
  packet_sha256 TEXT NOT NULL CHECK (length(packet_sha256) = 64),
  packet_size_bytes INTEGER NOT NULL,
  sender_organ_id TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  message TEXT CHECK (message IS NULL OR json_valid(message)),
  document_code TEXT,
  code TEXT NOT NULL,
  sender_name TEXT NOT NULL,
  type_name TEXT NOT NULL,
  subject TEXT NOT NULL,
  issued_date TEXT,
  due_date TEXT,
  priority INTEGER NOT NULL,
  warnings TEXT NOT NULL CHECK (json_valid(warnings)),
  verdict TEXT CHECK (verdict IS NULL OR json_valid(verdict)),
  quarantine_code TEXT,
  quarantine_detail TEXT,
  arrival_year INTEGER,
  arrival_number INTEGER,
  arrival_date TEXT,
  return_reason TEXT,
  CHECK ((arrival_number IS NULL) = (arrival_year IS NULL))
) STRICT;

INSERT INTO new_incoming (id, packet_id, state, packet_sha256, packet_size_bytes, sender_organ_id, received_at,
  changed_at, message, document_code, code, sender_name, type_name, subject, issued_date, due_date, priority,
  warnings, verdict, quarantine_code, quarantine_detail, arrival_year, arrival_number, arrival_date, return_reason)
SELECT id, packet_id, state, packet_sha256, packet_size_bytes, sender_organ_id, received_at,
  changed_at, message, document_code, code, sender_name, type_name, subject, issued_date, due_date, priority,
  warnings, verdict, quarantine_code, quarantine_detail, arrival_year, arrival_number, arrival_date, return_reason
FROM incoming;
DROP TABLE incoming;
ALTER TABLE new_incoming RENAME TO incoming;
CREATE INDEX incoming_received ON incoming (state, received_at, id);
CREATE INDEX incoming_document ON incoming (document_code, sender_organ_id) WHERE document_code IS NOT NULL;
CREATE UNIQUE INDEX incoming_arrival ON incoming (arrival_year, arrival_number) WHERE arrival_number IS NOT NULL;

-- What we asked of those who have a document of ours: a row a packet.
CREATE TABLE outgoing_request (
  id TEXT PRIMARY KEY,
  document_id TEXT NOT NULL REFERENCES outgoing (id),
  kind TEXT NOT NULL CHECK (kind IN ('recall')),
  route TEXT NOT NULL CHECK (route IN ('edoc', 'status')),
  -- DocumentId of the packet, which the answer names
  request_code TEXT NOT NULL,
  reason TEXT NOT NULL,
  packet_sha256 TEXT NOT NULL CHECK (length(packet_sha256) = 64),
  packet_size_bytes INTEGER NOT NULL,
  hub_packet_id TEXT,
  asked_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX outgoing_request_document ON outgoing_request (document_id, asked_at);
CREATE INDEX outgoing_request_code ON outgoing_request (request_code, asked_at);

CREATE TABLE outgoing_request_recipient (
  request_id TEXT NOT NULL REFERENCES outgoing_request (id),
  organ_id TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'asked', 'agreed', 'refused', 'failed')),
  state_at INTEGER NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (request_id, organ_id)
) STRICT, WITHOUT ROWID;

-- What senders asked about documents of theirs that we have, or may get yet.
CREATE TABLE incoming_request (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('recall')),
  state TEXT NOT NULL CHECK (state IN ('received', 'early', 'asked', 'agreed', 'refused', 'voided')),
  -- the packet it came in
  packet_id TEXT NOT NULL,
  -- NULL while the document is not here
  document_id TEXT REFERENCES incoming (id),
  -- DocumentId of the document it is about
  document_code TEXT NOT NULL,
  -- DocumentId of its own packet, which the answer names
  request_code TEXT NOT NULL,
  sender_organ_id TEXT NOT NULL,
  reason TEXT NOT NULL,
  -- when the sender says it asked
  made_at INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  -- why it was refused
  answer TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX incoming_request_document ON incoming_request (document_id, received_at) WHERE document_id IS NOT NULL;
CREATE INDEX incoming_request_open ON incoming_request (state, received_at) WHERE state IN ('early', 'asked');
