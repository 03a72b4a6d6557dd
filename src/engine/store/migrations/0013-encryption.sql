-- End-to-end encryption: our own keys, those that other agencies stated, and the keys of single packets.
-- Shipped: never edit, add the next number instead. Times are epoch milliseconds.

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
) STRICT, WITHOUT ROWID;

-- Every statement of another agency that was ever believed; the one that was made last counts.
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

-- With what the files of a packet were encrypted, ours and received ones, so that evidence can be read.
CREATE TABLE content_key (
  packet_sha256 TEXT NOT NULL CHECK (length(packet_sha256) = 64),
  -- hex; names the file inside the packet
  nonce TEXT NOT NULL,
  content_key BLOB NOT NULL,
  PRIMARY KEY (packet_sha256, nonce)
) STRICT, WITHOUT ROWID;
