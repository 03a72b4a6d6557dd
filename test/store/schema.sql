CREATE TABLE agency (
  organ_id TEXT PRIMARY KEY,
  old_code TEXT,
  name TEXT NOT NULL,
  parent_name TEXT NOT NULL,
  address TEXT NOT NULL,
  email TEXT NOT NULL,
  telephone TEXT NOT NULL,
  -- name, id and old code without marks, in small letters
  folded TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX agency_folded ON agency (folded);

CREATE INDEX agency_old_code ON agency (old_code) WHERE old_code IS NOT NULL;

CREATE TABLE agency_key (
  organ_id TEXT NOT NULL,
  statement_sha256 TEXT NOT NULL CHECK (length(statement_sha256) = 64),
  statement BLOB NOT NULL,
  -- DER
  certificate BLOB NOT NULL,
  -- who signed the statement
  signer TEXT NOT NULL,
  issued_at INTEGER NOT NULL,
  valid_until INTEGER NOT NULL,
  source TEXT NOT NULL CHECK (source IN ('packet', 'file')),
  learnt_at INTEGER NOT NULL,
  PRIMARY KEY (organ_id, statement_sha256)
) STRICT, WITHOUT ROWID;

CREATE TABLE agency_retired (
  organ_id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  retired_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE agency_use (
  organ_id TEXT PRIMARY KEY,
  used_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX agency_use_time ON agency_use (used_at);

CREATE TABLE authority_file (
  url TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('crl', 'certificate')),
  bytes BLOB NOT NULL,
  -- a list's next update, a certificate's end
  valid_until INTEGER NOT NULL,
  fetched_at INTEGER NOT NULL,
  PRIMARY KEY (url, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE composition (
  document_id TEXT PRIMARY KEY REFERENCES outgoing (id),
  content TEXT NOT NULL CHECK (json_valid(content))
) STRICT;

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

CREATE TABLE content_key (
  packet_sha256 TEXT NOT NULL CHECK (length(packet_sha256) = 64),
  -- hex; names the file inside the packet
  nonce TEXT NOT NULL,
  content_key BLOB NOT NULL,
  PRIMARY KEY (packet_sha256, nonce)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER document_version_is_not_deleted BEFORE DELETE ON document_version
BEGIN
  SELECT RAISE(ABORT, 'what a document said stays');
END;

CREATE TRIGGER document_version_is_not_updated BEFORE UPDATE ON document_version
BEGIN
  SELECT RAISE(ABORT, 'what a document said stays');
END;

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

CREATE TABLE draft_template (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  fields TEXT NOT NULL CHECK (json_valid(fields)),
  content TEXT NOT NULL CHECK (json_valid(content)),
  kept_at INTEGER NOT NULL
) STRICT;

CREATE TRIGGER history_is_not_deleted BEFORE DELETE ON history
BEGIN
  SELECT RAISE(ABORT, 'history is append-only');
END;

CREATE TRIGGER history_is_not_updated BEFORE UPDATE ON history
BEGIN
  SELECT RAISE(ABORT, 'history is append-only');
END;

CREATE TABLE history (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  subject_kind TEXT NOT NULL CHECK (subject_kind IN ('outgoing', 'incoming', 'packet', 'job', 'office')),
  subject_id TEXT NOT NULL,
  event TEXT NOT NULL,
  detail TEXT NOT NULL CHECK (json_valid(detail)),
  previous_hash TEXT NOT NULL CHECK (length(previous_hash) = 64),
  hash TEXT NOT NULL CHECK (length(hash) = 64)
) STRICT;

CREATE INDEX history_subject ON history (subject_id, sequence);

CREATE TABLE "incoming" (
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
  return_reason TEXT, assignee_id TEXT REFERENCES person (id), assignee TEXT, handle_by TEXT,
  CHECK ((arrival_number IS NULL) = (arrival_year IS NULL))
) STRICT;

CREATE UNIQUE INDEX incoming_arrival ON incoming (arrival_year, arrival_number) WHERE arrival_number IS NOT NULL;

CREATE INDEX incoming_assignee ON incoming (assignee_id, handle_by, received_at) WHERE assignee_id IS NOT NULL;

CREATE INDEX incoming_document ON incoming (document_code, sender_organ_id) WHERE document_code IS NOT NULL;

CREATE INDEX incoming_handling ON incoming (state, handle_by, received_at);

CREATE INDEX incoming_received ON incoming (state, received_at, id);

CREATE TABLE incoming_file (
  document_id TEXT NOT NULL REFERENCES incoming (id),
  position INTEGER NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('imported', 'signed', 'sealed', 'attachment', 'packet')),
  name TEXT NOT NULL,
  sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
  content_type TEXT NOT NULL,
  size_bytes INTEGER NOT NULL CHECK (size_bytes >= 0),
  PRIMARY KEY (document_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE incoming_replacement (
  -- DocumentId of the one that is replaced
  document_code TEXT NOT NULL,
  sender_organ_id TEXT NOT NULL,
  -- the one that replaces it
  document_id TEXT NOT NULL REFERENCES incoming (id),
  PRIMARY KEY (document_code, sender_organ_id, document_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE "incoming_request" (
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

CREATE INDEX incoming_request_document ON incoming_request (document_id, received_at) WHERE document_id IS NOT NULL;

CREATE INDEX incoming_request_open ON incoming_request (state, received_at) WHERE state IN ('early', 'asked');

CREATE TABLE job (
  key TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  payload TEXT NOT NULL CHECK (json_valid(payload)),
  state TEXT NOT NULL CHECK (state IN ('ready', 'leased', 'held', 'done')),
  priority INTEGER NOT NULL,
  attempts INTEGER NOT NULL CHECK (attempts >= 0),
  due_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  lease_until INTEGER,
  last_error_code TEXT,
  last_error_detail TEXT,
  held_by_clerk INTEGER NOT NULL CHECK (held_by_clerk IN (0, 1)),
  -- set in its own commit before the first byte leaves; while it stands the outcome is unknown
  sent_mark INTEGER, transfer TEXT CHECK (transfer IS NULL OR json_valid(transfer)), size_bytes INTEGER CHECK (size_bytes IS NULL OR size_bytes >= 0),
  CHECK ((state = 'leased') = (lease_until IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX job_due ON job (state, kind, due_at);

CREATE INDEX job_order ON job (state, kind, priority DESC, created_at, due_at, key);

CREATE INDEX job_subject ON job (subject_id, kind);

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

CREATE TABLE office_key (
  certificate_sha256 TEXT PRIMARY KEY CHECK (length(certificate_sha256) = 64),
  -- DER
  certificate BLOB NOT NULL,
  -- PKCS #8, DER
  private_key BLOB NOT NULL,
  -- what the agency signed about it, CMS
  statement BLOB NOT NULL,
  -- who signed the statement
  signer TEXT NOT NULL,
  valid_until INTEGER NOT NULL,
  made_at INTEGER NOT NULL
, package_key BLOB) STRICT, WITHOUT ROWID;

CREATE TABLE "outgoing" (
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

CREATE INDEX outgoing_answers ON outgoing (fields ->> '$.responseFor.documentCode')
WHERE fields ->> '$.responseFor.documentCode' IS NOT NULL;

CREATE INDEX outgoing_changed ON outgoing (state, changed_at, id);

CREATE INDEX outgoing_sent ON outgoing (state, sent_at, id);

CREATE INDEX outgoing_sent_back ON outgoing (sent_back_at, id) WHERE sent_back_at IS NOT NULL;

CREATE TABLE outgoing_file (
  document_id TEXT NOT NULL REFERENCES outgoing (id),
  role TEXT NOT NULL CHECK (role IN ('imported', 'signed', 'sealed', 'attachment', 'packet')),
  name TEXT NOT NULL,
  sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
  content_type TEXT NOT NULL,
  size_bytes INTEGER NOT NULL CHECK (size_bytes >= 0),
  PRIMARY KEY (document_id, role, name)
) STRICT;

CREATE TABLE "outgoing_recipient" (
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

CREATE TABLE "outgoing_request" (
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

CREATE INDEX outgoing_request_code ON outgoing_request (request_code, asked_at);

CREATE INDEX outgoing_request_document ON outgoing_request (document_id, asked_at);

CREATE TABLE outgoing_request_recipient (
  request_id TEXT NOT NULL REFERENCES outgoing_request (id),
  organ_id TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'asked', 'agreed', 'refused', 'failed')),
  state_at INTEGER NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (request_id, organ_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE outgoing_signature (
  document_id TEXT NOT NULL REFERENCES outgoing (id),
  -- 0 signs first
  turn INTEGER NOT NULL CHECK (turn >= 0),
  certificate_sha256 TEXT NOT NULL CHECK (length(certificate_sha256) = 64),
  -- the common name of the certificate
  name TEXT NOT NULL,
  signed_at INTEGER NOT NULL,
  PRIMARY KEY (document_id, turn),
  UNIQUE (document_id, certificate_sha256)
) STRICT, WITHOUT ROWID;

CREATE TABLE packet (
  packet_id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('edoc', 'status')),
  from_organ_id TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('listed', 'stored', 'handled', 'acknowledged')),
  sha256 TEXT,
  size_bytes INTEGER,
  outcome TEXT CHECK (outcome IN ('done', 'fail')),
  listed_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  CHECK ((sha256 IS NULL) = (size_bytes IS NULL))
) STRICT, WITHOUT ROWID;

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

CREATE TABLE picture (
  certificate_sha256 TEXT PRIMARY KEY CHECK (length(certificate_sha256) = 64),
  png BLOB NOT NULL CHECK (length(png) > 0),
  width_mm REAL NOT NULL CHECK (width_mm > 0),
  height_mm REAL NOT NULL CHECK (height_mm > 0),
  kept_at INTEGER NOT NULL
) STRICT;

CREATE TABLE recipient_group (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  -- agency ids, in the clerk's order
  organ_ids TEXT NOT NULL CHECK (json_valid(organ_ids)),
  used_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX recipient_group_used ON recipient_group (used_at);

CREATE TRIGGER register_correction_is_not_deleted BEFORE DELETE ON register_correction
BEGIN
  SELECT RAISE(ABORT, 'a correction stays');
END;

CREATE TRIGGER register_correction_is_not_updated BEFORE UPDATE ON register_correction
BEGIN
  SELECT RAISE(ABORT, 'a correction stays');
END;

CREATE TABLE register_correction (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('outgoing', 'incoming', 'handling')),
  document_id TEXT NOT NULL,
  -- of the line: a document may have a void number and another one in the same book
  number INTEGER NOT NULL,
  column_name TEXT NOT NULL,
  was TEXT NOT NULL,
  now_is TEXT NOT NULL,
  reason TEXT NOT NULL,
  corrected_by TEXT NOT NULL,
  corrected_at INTEGER NOT NULL
) STRICT;

CREATE INDEX register_correction_line ON register_correction (kind, document_id, number, id);

CREATE TABLE register_gap (
  series TEXT NOT NULL,
  year INTEGER NOT NULL,
  number INTEGER NOT NULL CHECK (number >= 1),
  kind TEXT NOT NULL CHECK (kind IN ('left-out', 'paper', 'elsewhere')),
  reason TEXT NOT NULL,
  noted_by TEXT NOT NULL,
  noted_at INTEGER NOT NULL,
  PRIMARY KEY (series, year, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE register_number (
  series TEXT NOT NULL,
  year INTEGER NOT NULL,
  number INTEGER NOT NULL CHECK (number >= 1),
  document_id TEXT NOT NULL,
  taken_at INTEGER NOT NULL, notation TEXT NOT NULL DEFAULT '', issued_date TEXT, voided_at INTEGER, voided_by TEXT, void_reason TEXT,
  PRIMARY KEY (series, year, number)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX register_number_code ON register_number (year, number, notation) WHERE notation <> '';

CREATE UNIQUE INDEX register_number_document ON register_number (document_id) WHERE voided_at IS NULL;

CREATE TABLE search_body (
  id INTEGER NOT NULL UNIQUE REFERENCES search_document (id),
  body BLOB NOT NULL
) STRICT;

CREATE TABLE search_document (
  -- rises with time, so that the newest come first off the index; the same in the tables below
  id INTEGER PRIMARY KEY,
  direction TEXT NOT NULL CHECK (direction IN ('outgoing', 'incoming')),
  document_id TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL,
  -- of issue, else on which it was made or came
  day TEXT NOT NULL,
  type_name TEXT NOT NULL,
  indexed INTEGER NOT NULL DEFAULT 0 CHECK (indexed IN (0, 1)),
  -- how far the text of its PDFs is known; `reading` survives only what ended the program
  body TEXT NOT NULL DEFAULT 'none' CHECK (body IN ('none', 'waiting', 'reading', 'read', 'unreadable')),
  -- the PDFs that the text is of
  body_files TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(body_files)),
  pages INTEGER NOT NULL DEFAULT 0,
  -- pages without a text, mostly scans
  blank_pages INTEGER NOT NULL DEFAULT 0,
  -- whether some of its pages or words were too many
  cut INTEGER NOT NULL DEFAULT 0 CHECK (cut IN (0, 1))
) STRICT;

CREATE INDEX search_document_blank ON search_document (id) WHERE blank_pages > 0;

CREATE INDEX search_document_body ON search_document (body, id);

CREATE INDEX search_document_not_indexed ON search_document (id) WHERE indexed = 0;

CREATE VIRTUAL TABLE search_index USING fts5 (
  code, subject, agency, people, body, facet,
  content = '', contentless_delete = 1, tokenize = 'ascii', prefix = '1'
);

CREATE TABLE 'search_index_config'(k PRIMARY KEY, v) WITHOUT ROWID;

CREATE TABLE 'search_index_data'(id INTEGER PRIMARY KEY, block BLOB);

CREATE TABLE 'search_index_docsize'(id INTEGER PRIMARY KEY, sz BLOB, origin INTEGER);

CREATE TABLE 'search_index_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;

CREATE TABLE search_text (
  id INTEGER PRIMARY KEY REFERENCES search_document (id),
  code TEXT NOT NULL,
  subject TEXT NOT NULL,
  agency TEXT NOT NULL,
  people TEXT NOT NULL
) STRICT;

CREATE TABLE search_word (word TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

CREATE TABLE setting (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL CHECK (json_valid(value)),
  changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sqlite_sequence(name,seq);
