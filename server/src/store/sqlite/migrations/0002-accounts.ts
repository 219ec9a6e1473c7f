/**
 * @module Who may log in, and with which keys others begin a conversation with them.
 */
export const sql = `
CREATE TABLE account (
  id            BLOB PRIMARY KEY,
  username      TEXT NOT NULL UNIQUE,
  password_hash TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
  token_hash BLOB PRIMARY KEY,
  family     BLOB NOT NULL,
  account    BLOB NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  expires_at INTEGER NOT NULL,
  spent_at   INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX session_by_family ON session (family);
CREATE INDEX session_by_account ON session (account);
CREATE INDEX session_by_expiry ON session (expires_at);

CREATE TABLE device (
  mailbox         INTEGER PRIMARY KEY REFERENCES mailbox (number) ON DELETE CASCADE,
  identity_key    BLOB NOT NULL,
  registration_id INTEGER NOT NULL,
  signed_key_id     INTEGER NOT NULL,
  signed_public_key BLOB NOT NULL,
  signed_signature  BLOB NOT NULL
) STRICT;

CREATE TABLE one_time_prekey (
  number     INTEGER PRIMARY KEY,
  mailbox    INTEGER NOT NULL REFERENCES device (mailbox) ON DELETE CASCADE,
  key_id     INTEGER NOT NULL,
  public_key BLOB NOT NULL,
  UNIQUE (mailbox, key_id)
) STRICT;
CREATE INDEX one_time_prekey_by_age ON one_time_prekey (mailbox, number);

CREATE TABLE blob (
  id         BLOB PRIMARY KEY,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX blob_by_expiry ON blob (expires_at);
`
