-- What a search looks through. The words are taken in after the office is open, batch by batch: engine/reading.ts.
-- Shipped: never edit, add the next number instead. Times are epoch milliseconds.

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

CREATE INDEX search_document_not_indexed ON search_document (id) WHERE indexed = 0;
CREATE INDEX search_document_body ON search_document (body, id);
CREATE INDEX search_document_blank ON search_document (id) WHERE blank_pages > 0;

-- What the results show.
CREATE TABLE search_text (
  id INTEGER PRIMARY KEY REFERENCES search_document (id),
  code TEXT NOT NULL,
  subject TEXT NOT NULL,
  agency TEXT NOT NULL,
  people TEXT NOT NULL
) STRICT;

-- The text of its PDFs: UTF-8, deflated. Apart and in the order in which they are read, the newest documents first:
-- rows that grow, or that come before others, leave pages half empty.
CREATE TABLE search_body (
  id INTEGER NOT NULL UNIQUE REFERENCES search_document (id),
  body BLOB NOT NULL
) STRICT;

-- Folded words only: no text is kept twice. `facet` holds what filters ask for.
CREATE VIRTUAL TABLE search_index USING fts5 (
  code, subject, agency, people, body, facet,
  content = '', contentless_delete = 1, tokenize = 'ascii', prefix = '1'
);

-- Every word there is, so that the beginning of one can be completed without reading the index.
CREATE TABLE search_word (word TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

INSERT INTO search_document (direction, document_id, state, day, type_name)
SELECT direction, id, state, day, type_name FROM (
  SELECT 'outgoing' AS direction, id, state, created_at AS at, coalesce(json_extract(fields, '$.typeName'), '') AS type_name,
    coalesce(issued_date, date(created_at / 1000 + 25200, 'unixepoch')) AS day
  FROM outgoing WHERE state <> 'discarded'
  UNION ALL
  SELECT 'incoming', id, state, received_at, type_name,
    coalesce(issued_date, date(received_at / 1000 + 25200, 'unixepoch'))
  FROM incoming WHERE state NOT IN ('collected', 'repeated', 'request')
    AND coalesce(quarantine_code, '') <> 'document/secret'
) ORDER BY at;
