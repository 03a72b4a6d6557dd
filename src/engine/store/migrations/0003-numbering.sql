-- Numbers of several series: what they were printed with, numbers that are void, numbers passed over.

ALTER TABLE register_number ADD COLUMN notation TEXT NOT NULL DEFAULT '';
ALTER TABLE register_number ADD COLUMN issued_date TEXT;
ALTER TABLE register_number ADD COLUMN voided_at INTEGER;
ALTER TABLE register_number ADD COLUMN voided_by TEXT;
ALTER TABLE register_number ADD COLUMN void_reason TEXT;

UPDATE register_number SET
  notation = coalesce((SELECT json_extract(fields, '$.codeNotation') FROM outgoing WHERE id = document_id), ''),
  issued_date = (SELECT issued_date FROM outgoing WHERE id = document_id)
WHERE series = 'outgoing';

-- A document has one number at a time; one that is void stays in the book.
DROP INDEX register_number_document;
CREATE UNIQUE INDEX register_number_document ON register_number (document_id) WHERE voided_at IS NULL;
-- Whatever the series: the same number and notation are never printed twice in a year.
CREATE UNIQUE INDEX register_number_code ON register_number (year, number, notation) WHERE notation <> '';

-- Why a number was passed over. The row stays when the number is given after all.
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
