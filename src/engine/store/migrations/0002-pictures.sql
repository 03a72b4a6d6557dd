-- The handwritten signature or the seal that a certificate shows on the page, in its real size.
CREATE TABLE picture (
  certificate_sha256 TEXT PRIMARY KEY CHECK (length(certificate_sha256) = 64),
  png BLOB NOT NULL CHECK (length(png) > 0),
  width_mm REAL NOT NULL CHECK (width_mm > 0),
  height_mm REAL NOT NULL CHECK (height_mm > 0),
  kept_at INTEGER NOT NULL
) STRICT;
