-- The key that signs packages for an exchange folder, PKCS #8; its certificate stands in the statement.
ALTER TABLE office_key ADD COLUMN package_key BLOB;
