-- A register is put right by striking through: what a line said before stays, with who, when and why.
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

CREATE TRIGGER register_correction_is_not_updated BEFORE UPDATE ON register_correction
BEGIN
  SELECT RAISE(ABORT, 'a correction stays');
END;

CREATE TRIGGER register_correction_is_not_deleted BEFORE DELETE ON register_correction
BEGIN
  SELECT RAISE(ABORT, 'a correction stays');
END;

-- Which documents answer a received one.
CREATE INDEX outgoing_answers ON outgoing (fields ->> '$.responseFor.documentCode')
WHERE fields ->> '$.responseFor.documentCode' IS NOT NULL;
