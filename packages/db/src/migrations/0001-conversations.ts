import { type Kysely, sql } from 'kysely'

/** Users, sessions, chats and messages. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table users (
      id uuid primary key,
      external_id text unique,
      kind text not null check (kind in ('user', 'visitor', 'admin')),
      email text,
      name text,
      email_opted_out_at timestamptz,
      disabled_at timestamptz,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    )`.execute(db)
  await sql`create unique index users_admin_email on users (email) where kind = 'admin'`.execute(db)
  // Without these signs "order-4711" is a word and a negative number, and "2026/4711" the name of a file.
  await sql`create index users_search on users using gin (to_tsvector('simple',
    translate(coalesce(name, '') || ' ' || coalesce(email, ''), '-+/.@_', '      ')))`.execute(db)

  await sql`
    create table admin_credentials (
      user_id uuid primary key references users (id) on delete cascade,
      password_hash text not null,
      updated_at timestamptz not null default now()
    )`.execute(db)

  await sql`
    create table sessions (
      id uuid primary key,
      user_id uuid not null references users (id) on delete cascade,
      token_hash bytea not null unique,
      expires_at timestamptz not null,
      created_at timestamptz not null default now()
    )`.execute(db)
  await sql`create index sessions_user_id on sessions (user_id)`.execute(db)
  await sql`create index sessions_expires_at on sessions (expires_at)`.execute(db)

  await sql`
    create table installation (
      singleton boolean primary key default true check (singleton),
      epoch uuid not null
    )`.execute(db)
  await sql`insert into installation (epoch) values (gen_random_uuid())`.execute(db)

  await sql`
    create table support_chats (
      id uuid primary key,
      user_id uuid not null unique references users (id) on delete cascade,
      last_seq integer not null default 0,
      last_user_seq integer not null default 0,
      user_read_seq integer not null default 0,
      admin_read_seq integer not null default 0,
      reply_email_due_at timestamptz,
      email_claimed_seq integer not null default 0,
      last_message_at timestamptz not null default now(),
      last_message_preview text,
      last_message_sender_type text check (last_message_sender_type in ('user', 'admin')),
      admin_viewed_at timestamptz,
      archived_at timestamptz,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      check (last_user_seq <= last_seq and user_read_seq <= last_seq and admin_read_seq <= last_seq)
    )`.execute(db)
  // The inbox's two orders: each page is one index descent, however many chats there are.
  await sql`create index support_chats_active on support_chats (last_message_at desc, id desc)
    where archived_at is null`.execute(db)
  await sql`create index support_chats_archived on support_chats (last_message_at desc, id desc)
    where archived_at is not null`.execute(db)
  await sql`create index support_chats_archived_at on support_chats (archived_at)
    where archived_at is not null`.execute(db)
  await sql`create index support_chats_reply_email_due on support_chats (reply_email_due_at)
    where reply_email_due_at is not null`.execute(db)

  await sql`
    create table support_messages (
      id uuid primary key,
      chat_id uuid not null references support_chats (id) on delete cascade,
      seq integer not null check (seq > 0),
      content text not null check (char_length(content) between 1 and 4000),
      sender_type text not null check (sender_type in ('user', 'admin')),
      sender_id uuid not null references users (id),
      read_at timestamptz,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      unique (chat_id, seq)
    )`.execute(db)
  await sql`create index support_messages_chat_created on support_messages (chat_id, created_at)`.execute(db)
  await sql`create index support_messages_unread on support_messages (chat_id, sender_type, seq)
    where read_at is null`.execute(db)
  await sql`create index support_messages_content on support_messages
    using gin (to_tsvector('simple', translate(content, '-+/.@_', '      ')))`.execute(db)

  await sql`
    create table reply_emails (
      chat_id uuid not null references support_chats (id) on delete cascade,
      up_to_seq integer not null,
      state text not null check (state in ('claimed', 'sent', 'rejected', 'unknown')),
      outcome text,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      primary key (chat_id, up_to_seq)
    )`.execute(db)
  await sql`create index reply_emails_claimed on reply_emails (updated_at) where state = 'claimed'`.execute(
    db,
  )
}
