-- What is put right about a document after it was sent, ours and others'.
-- Shipped: never edit, add the next number instead. Times are epoch milliseconds.

CREATE TABLE new_outgoing_request (
  id TEXT PRIMARY KEY,
  document_id TEXT NOT NULL REFERENCES outgoing (id),
  kind TEXT NOT NULL CHECK (kind IN ('recall', 'update', 'addition')),
  route TEXT NOT NULL CHECK (route IN ('edoc', 'status')),
  -- DocumentId of the packet, which the answer names
  request_code TEXT NOT NULL,
  reason TEXT NOT NULL,
  packet_sha256 TEXT NOT NULL CHECK (length(packet_sha256) = 64),
  packet_size_bytes INTEGER NOT NULL,
  hub_packet_id TEXT,
  asked_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO new_outgoing_request (id, document_id, kind, route, request_code, reason, packet_sha256, packet_size_bytes,
  hub_packet_id, asked_at)
SELECT id, document_id, kind, route, request_code, reason, packet_sha256, packet_size_bytes, hub_packet_id, asked_at
FROM outgoing_request;
DROP TABLE outgoing_request;
ALTER TABLE new_outgoing_request RENAME TO outgoing_request;
CREATE INDEX outgoing_request_document ON outgoing_request (document_id, asked_at);
CREATE INDEX outgoing_request_code ON outgoing_request (request_code, asked_at);

CREATE TABLE new_incoming_request (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('recall', 'update')),
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

INSERT INTO new_incoming_request (id, kind, state, packet_id, document_id, document_code, request_code, sender_organ_id,
  reason, made_at, received_at, changed_at, answer)
SELECT id, kind, state, packet_id, document_id, document_code, request_code, sender_organ_id, reason, made_at,
  received_at, changed_at, answer
FROM incoming_request;
DROP TABLE incoming_request;
ALTER TABLE new_incoming_request RENAME TO incoming_request;
CREATE INDEX incoming_request_document ON incoming_request (document_id, received_at) WHERE document_id IS NOT NULL;
CREATE INDEX incoming_request_open ON incoming_request (state, received_at) WHERE state IN ('early', 'asked');

-- Updates were put aside unread.
UPDATE incoming SET quarantine_code = 'packet/document-unknown'
WHERE quarantine_code = 'packet/business-unsupported';

-- What a document said until an update took effect.
CREATE TABLE document_version (
  id INTEGER PRIMARY KEY,
  document_id TEXT NOT NULL,
  replaced_at INTEGER NOT NULL,
  reason TEXT NOT NULL,
  -- fields of an outgoing document, message of a received one, as they were
  earlier TEXT NOT NULL CHECK (json_valid(earlier)),
  changes TEXT NOT NULL CHECK (json_valid(changes))
) STRICT;

CREATE INDEX document_version_document ON document_version (document_id, id);

CREATE TRIGGER document_version_is_not_updated BEFORE UPDATE ON document_version
BEGIN
  SELECT RAISE(ABORT, 'what a document said stays');
END;

CREATE TRIGGER document_version_is_not_deleted BEFORE DELETE ON document_version
BEGIN
  SELECT RAISE(ABORT, 'what a document said stays');
END;
