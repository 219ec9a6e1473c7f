/**
 * @module Who has logged in at the live door, what others need to write to them, and channels.
 *
 * What changes with every message of a channel is in a narrow table of its own, `channel_state`. The order in which
 * rows of one channel came is that of their numbers.
 */
export const sql = `
CREATE TABLE identity (
  key                BLOB PRIMARY KEY,
  exchange_key       BLOB,
  exchange_signature BLOB,
  devices            BLOB
) STRICT;

CREATE TABLE bundle (
  number  INTEGER PRIMARY KEY,
  mailbox INTEGER NOT NULL REFERENCES mailbox (number) ON DELETE CASCADE,
  format  TEXT NOT NULL,
  shared  BLOB NOT NULL,
  UNIQUE (mailbox, format)
) STRICT;

CREATE TABLE pool_key (
  number INTEGER PRIMARY KEY,
  bundle INTEGER NOT NULL REFERENCES bundle (number) ON DELETE CASCADE,
  pool   INTEGER NOT NULL,
  body   BLOB NOT NULL
) STRICT;
CREATE INDEX pool_key_by_age ON pool_key (bundle, pool, number);

CREATE TABLE channel (
  number   INTEGER PRIMARY KEY,
  id       BLOB NOT NULL UNIQUE,
  access   TEXT NOT NULL,
  metadata BLOB NOT NULL
) STRICT;

CREATE TABLE channel_state (
  channel       INTEGER PRIMARY KEY REFERENCES channel (number) ON DELETE CASCADE,
  members       INTEGER NOT NULL DEFAULT 0,
  messages      INTEGER NOT NULL DEFAULT 0,
  bytes         INTEGER NOT NULL DEFAULT 0,
  last_sequence INTEGER NOT NULL DEFAULT 0,
  last_record   INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE channel_member (
  number       INTEGER PRIMARY KEY,
  channel      INTEGER NOT NULL REFERENCES channel (number) ON DELETE CASCADE,
  identity     BLOB NOT NULL,
  role         TEXT NOT NULL,
  joined_at    INTEGER NOT NULL,
  joined_after INTEGER NOT NULL,
  UNIQUE (channel, identity)
) STRICT;
CREATE INDEX channel_member_by_identity ON channel_member (identity);

CREATE TABLE channel_ban (
  number   INTEGER PRIMARY KEY,
  channel  INTEGER NOT NULL REFERENCES channel (number) ON DELETE CASCADE,
  identity BLOB NOT NULL,
  reason   TEXT,
  UNIQUE (channel, identity)
) STRICT;

CREATE TABLE channel_invite (
  number     INTEGER PRIMARY KEY,
  channel    INTEGER NOT NULL REFERENCES channel (number) ON DELETE CASCADE,
  hash       BLOB NOT NULL,
  uses       INTEGER NOT NULL,
  expires_at INTEGER,
  UNIQUE (channel, hash)
) STRICT;
CREATE INDEX channel_invite_by_expiry ON channel_invite (expires_at);

CREATE TABLE channel_message (
  number      INTEGER PRIMARY KEY,
  channel     INTEGER NOT NULL REFERENCES channel (number) ON DELETE CASCADE,
  sequence    INTEGER NOT NULL,
  id          BLOB NOT NULL,
  sender      BLOB NOT NULL,
  bucket      INTEGER NOT NULL,
  accepted_at INTEGER NOT NULL,
  expires_at  INTEGER NOT NULL,
  checksum    INTEGER NOT NULL,
  body        BLOB NOT NULL
) STRICT;
CREATE INDEX channel_message_by_sequence
  ON channel_message (channel, sequence, accepted_at, expires_at);
CREATE INDEX channel_message_by_id ON channel_message (channel, id);
CREATE INDEX channel_message_by_expiry ON channel_message (expires_at);

CREATE TABLE sender_key (
  number             INTEGER PRIMARY KEY,
  channel            INTEGER NOT NULL REFERENCES channel (number) ON DELETE CASCADE,
  sender             BLOB NOT NULL,
  recipient          BLOB NOT NULL,
  exchange_key       BLOB NOT NULL,
  exchange_signature BLOB,
  distribution       BLOB NOT NULL,
  UNIQUE (channel, sender, recipient)
) STRICT;
CREATE INDEX sender_key_by_recipient ON sender_key (channel, recipient);

CREATE TABLE channel_record (
  number  INTEGER PRIMARY KEY,
  channel INTEGER NOT NULL REFERENCES channel (number) ON DELETE CASCADE,
  place   INTEGER NOT NULL,
  author  BLOB NOT NULL,
  record  BLOB NOT NULL,
  UNIQUE (channel, place)
) STRICT;
CREATE INDEX channel_record_by_author ON channel_record (channel, author);
`
