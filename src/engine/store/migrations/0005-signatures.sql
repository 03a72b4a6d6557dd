-- Who has signed a document as a person, in the order of signing.
-- Shipped: never edit, add the next number instead. Times are epoch milliseconds.

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

-- Until now one person signed; the history says who. A document that was reopened was signed again since.
INSERT INTO outgoing_signature (document_id, turn, certificate_sha256, name, signed_at)
SELECT subject_id, 0, json_extract(detail, '$.certificate'), coalesce(json_extract(detail, '$.signer'), ''), at
FROM history
WHERE sequence IN (
  SELECT max(sequence) FROM history WHERE subject_kind = 'outgoing' AND event = 'sign' GROUP BY subject_id
)
AND length(json_extract(detail, '$.certificate')) = 64
AND subject_id IN (SELECT id FROM outgoing WHERE state NOT IN ('drafting', 'frozen', 'discarded'));
