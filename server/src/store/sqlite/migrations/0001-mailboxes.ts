/**
 * @module What waits for whom.
 *
 * `envelope` grows at its end only, so that a commit of many touches few pages. `inbox` is its narrow twin: it is read
 * whole at start to build the index that the process keeps in memory, and no SQL index is needed on either.
 */
export const sql = `
CREATE TABLE mailbox (
  number  INTEGER PRIMARY KEY,
  address BLOB NOT NULL UNIQUE
) STRICT;

CREATE TABLE envelope (
  sequence    INTEGER PRIMARY KEY,
  id          BLOB NOT NULL,
  kind        INTEGER NOT NULL,
  sender      BLOB,
  body        BLOB NOT NULL,
  accepted_at INTEGER NOT NULL,
  checksum    INTEGER NOT NULL
) STRICT;

CREATE TABLE inbox (
  sequence   INTEGER PRIMARY KEY,
  mailbox    INTEGER NOT NULL,
  tag        INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  bytes      INTEGER NOT NULL
) STRICT;

CREATE TABLE reservation (
  sequence INTEGER NOT NULL
) STRICT;
INSERT INTO reservation VALUES (0);
`
