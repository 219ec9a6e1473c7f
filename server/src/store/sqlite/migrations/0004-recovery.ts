/**
 * @module What helps people who lost a key, and since when the operator's settings are what they are.
 */
export const sql = `
CREATE TABLE recovery_proof (
  hash       BLOB PRIMARY KEY,
  expires_at INTEGER NOT NULL,
  data       BLOB NOT NULL
) STRICT;
CREATE INDEX recovery_proof_by_expiry ON recovery_proof (expires_at);

CREATE TABLE milestone (
  name  TEXT PRIMARY KEY,
  value INTEGER NOT NULL,
  since INTEGER NOT NULL
) STRICT;
`
