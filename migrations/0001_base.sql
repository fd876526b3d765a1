-- The base: what a workspace owns, the messages that are their own queue, and the events that tell of them.
--
-- Rules of this schema, read back from the catalogue by test/project/schema.test.ts so that it also runs sharded by workspace:
--   * workspace_id leads every primary key, unique key and foreign key (reference tables apart: api_keys, pairing_codes, schema_migrations, and those of people);
--   * no triggers, no serials; instants come in as parameters; ids are made by the application and sort by time.
-- There is no foreign key on the road of a message: each would lock its line's row in every intake, and the rows it
-- points to are never deleted while a message can still be sent (lines only by deleted_at, leads are re-read before sending).

-- Search by any part of a name, an address or a company. Both come with PostgreSQL and need no superuser.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gin;

CREATE TABLE workspaces (
  workspace_id                text PRIMARY KEY,
  name                        text NOT NULL,
  timezone                    text NOT NULL DEFAULT 'UTC',
  billing_status              text NOT NULL DEFAULT 'active' CHECK (billing_status IN ('active', 'past_due')),
  line_down_policy            text NOT NULL DEFAULT 'wait' CHECK (line_down_policy IN ('wait', 'move', 'sms')),
  fallback_provider           text,
  fallback_line_id            text,
  fallback_enabled            boolean NOT NULL DEFAULT false,
  fallback_attachment_links   boolean NOT NULL DEFAULT false,
  send_fallback_sms_on_failed boolean NOT NULL DEFAULT false,
  created_at                  timestamptz NOT NULL,
  updated_at                  timestamptz NOT NULL
);

-- Reference table: a request starts with a key and knows no workspace yet.
CREATE TABLE api_keys (
  key_hash     bytea PRIMARY KEY,
  workspace_id text NOT NULL,
  id           text NOT NULL,
  name         text NOT NULL,
  hint         text NOT NULL,
  scopes       text[] NOT NULL,
  -- What it sends at the doors for clients of other services.
  sends_as     text NOT NULL DEFAULT 'imessage_first' CHECK (sends_as IN ('imessage_first', 'sms_only')),
  created_at   timestamptz NOT NULL,
  expires_at   timestamptz,
  last_used_at timestamptz,
  revoked_at   timestamptz
);
CREATE INDEX api_keys_workspace ON api_keys (workspace_id, id);

-- Who changed what, written in the commit of the change; never changed, never with secrets.
CREATE TABLE audit_log (
  workspace_id text NOT NULL,
  id           text NOT NULL,
  at           timestamptz NOT NULL,
  -- Empty where a person did it.
  api_key_id   text NOT NULL,
  person_id    text,
  route        text NOT NULL,
  action       text NOT NULL,
  entity       text NOT NULL,
  entity_id    text NOT NULL,
  -- The fields that changed.
  before       jsonb NOT NULL,
  after        jsonb NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX audit_log_entity ON audit_log (workspace_id, entity_id, id);

-- People who sign in. A session is known before any workspace is, so that all of these are reference tables. The first five are
-- written by the library that checks passwords (actions/people/sign-in.ts tells it these names).
CREATE TABLE people (
  id                 text PRIMARY KEY,
  name               text NOT NULL,
  -- Lower case.
  email              text NOT NULL,
  email_verified     boolean NOT NULL DEFAULT false,
  image              text,
  two_factor_enabled boolean NOT NULL DEFAULT false,
  created_at         timestamptz NOT NULL,
  updated_at         timestamptz NOT NULL
);
CREATE UNIQUE INDEX people_email ON people (email);

-- The token alone opens nothing: the cookie carries our signature of it.
CREATE TABLE sessions (
  id         text PRIMARY KEY,
  token      text NOT NULL,
  person_id  text NOT NULL,
  ip_address text,
  user_agent text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX sessions_token ON sessions (token);
CREATE INDEX sessions_person ON sessions (person_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- How a person proves who he is: by a password, of which a hash is kept. The tokens are of providers that are not used.
CREATE TABLE accounts (
  id                       text PRIMARY KEY,
  person_id                text NOT NULL,
  provider_id              text NOT NULL,
  account_id               text NOT NULL,
  password                 text,
  access_token             text,
  refresh_token            text,
  id_token                 text,
  access_token_expires_at  timestamptz,
  refresh_token_expires_at timestamptz,
  scope                    text,
  created_at               timestamptz NOT NULL,
  updated_at               timestamptz NOT NULL
);
CREATE UNIQUE INDEX accounts_of_provider ON accounts (provider_id, account_id);
CREATE INDEX accounts_person ON accounts (person_id);

-- Sign-ins between password and code.
CREATE TABLE verifications (
  id         text PRIMARY KEY,
  identifier text NOT NULL,
  value      text NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX verifications_identifier ON verifications (identifier);
CREATE INDEX verifications_value ON verifications (value);
CREATE INDEX verifications_expiry ON verifications (expires_at);

-- Secret and backup codes are encrypted.
CREATE TABLE two_factors (
  id                        text PRIMARY KEY,
  person_id                 text NOT NULL,
  secret                    text NOT NULL,
  backup_codes              text NOT NULL,
  verified                  boolean NOT NULL DEFAULT false,
  failed_verification_count integer NOT NULL DEFAULT 0,
  locked_until              timestamptz
);
CREATE UNIQUE INDEX two_factors_person ON two_factors (person_id);

-- Who may do what in which workspace.
CREATE TABLE memberships (
  workspace_id text NOT NULL,
  person_id    text NOT NULL,
  role         text NOT NULL CHECK (role IN ('owner', 'admin', 'member', 'viewer')),
  created_at   timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, person_id)
);
CREATE INDEX memberships_person ON memberships (person_id);

-- Gone once accepted; who joined stands in the audit log.
CREATE TABLE invitations (
  token_hash   bytea PRIMARY KEY,
  workspace_id text NOT NULL,
  id           text NOT NULL,
  email        text NOT NULL,
  role         text NOT NULL CHECK (role IN ('owner', 'admin', 'member', 'viewer')),
  -- Who invites: a name, as it was then.
  invited_by   text NOT NULL,
  created_at   timestamptz NOT NULL,
  expires_at   timestamptz NOT NULL
);
CREATE INDEX invitations_workspace ON invitations (workspace_id, id);
CREATE INDEX invitations_expiry ON invitations (expires_at);

-- Whoever brings the token becomes an owner of the workspace. Gone with the first use.
CREATE TABLE setup_links (
  token_hash   bytea PRIMARY KEY,
  workspace_id text NOT NULL,
  created_at   timestamptz NOT NULL,
  expires_at   timestamptz NOT NULL
);
CREATE INDEX setup_links_workspace ON setup_links (workspace_id);
CREATE INDEX setup_links_expiry ON setup_links (expires_at);

-- Attempts to sign in, by whom they were about: counted over all processes.
CREATE TABLE sign_in_attempts (
  about      text PRIMARY KEY,
  since      timestamptz NOT NULL,
  count      integer NOT NULL
);
CREATE INDEX sign_in_attempts_since ON sign_in_attempts (since);

-- How the workspace wants to sound. No row: nothing was said.
CREATE TABLE language_audits (
  workspace_id        text PRIMARY KEY,
  allowed_phrases     text[] NOT NULL,
  blocked_phrases     text[] NOT NULL,
  custom_instructions text NOT NULL,
  updated_at          timestamptz NOT NULL
);

CREATE TABLE lists (
  workspace_id text NOT NULL,
  id           text NOT NULL,
  name         text NOT NULL,
  description  text NOT NULL DEFAULT '',
  -- 'quick_sends' and 'inbound' are made on demand, once.
  special      text,
  created_at   timestamptz NOT NULL,
  updated_at   timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX lists_special ON lists (workspace_id, special) WHERE special IS NOT NULL;

CREATE TABLE leads (
  workspace_id        text NOT NULL,
  id                  text NOT NULL,
  list_id             text NOT NULL,
  first_name          text,
  last_name           text,
  email               text,
  phone               text,
  alt_phone1          text,
  alt_phone2          text,
  alt_phone3          text,
  alt_email1          text,
  alt_email2          text,
  alt_email3          text,
  company_name        text,
  job_title           text,
  linkedin_url        text,
  notes               text,
  custom_fields       jsonb NOT NULL DEFAULT '{}',
  source              text NOT NULL,
  external_id         text,
  contact_owner_email text,
  availability_status text CHECK (availability_status IN ('available', 'unavailable', 'error')),
  hs_contact_id       text,
  hs_portal_id        text,
  ghl_contact_id      text,
  ghl_location_id     text,
  tags                text[] NOT NULL DEFAULT '{}',
  -- Set while the lead as a whole is opted out; single addresses are suppressed in `addresses`.
  opted_out_at        timestamptz,
  created_at          timestamptz NOT NULL,
  updated_at          timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX leads_phone ON leads (workspace_id, list_id, phone) WHERE phone IS NOT NULL;
CREATE UNIQUE INDEX leads_email ON leads (workspace_id, list_id, email) WHERE email IS NOT NULL;
-- Leads of a list, counted and in order.
CREATE INDEX leads_list ON leads (workspace_id, list_id, id);
-- store/leads/lead-search.ts repeats the expression. A line break stands in no field, so nothing is found across two of them,
-- but for first and last name.
CREATE INDEX leads_search ON leads USING gin (workspace_id, (coalesce(first_name, '') || ' ' || coalesce(last_name, '')
  || E'\n' || coalesce(email, '') || E'\n' || coalesce(phone, '') || E'\n' || coalesce(company_name, '')) gin_trgm_ops, tags)
  -- Sorted in by a dispatcher, every few seconds: left to whoever inserts one row too many, an intake now and then waited
  -- 0.4 s for it (200,000 leads, 2 busy cores).
  WITH (gin_pending_list_limit = 65536);

-- Leads that opted out, and leads by what is known of them, in the order in which pages show them.
CREATE INDEX leads_opted_out ON leads (workspace_id, id) WHERE opted_out_at IS NOT NULL;
CREATE INDEX leads_availability ON leads (workspace_id, coalesce(availability_status, 'unknown'), id);
-- Which tags there are is counted over these.
CREATE INDEX leads_tagged ON leads (workspace_id, id) WHERE tags <> '{}';

-- Every address of every lead, primary and alternate: who is this number?
CREATE TABLE lead_addresses (
  workspace_id text NOT NULL,
  address      text NOT NULL,
  lead_id      text NOT NULL,
  PRIMARY KEY (workspace_id, address, lead_id),
  CONSTRAINT lead_addresses_lead FOREIGN KEY (workspace_id, lead_id) REFERENCES leads (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX lead_addresses_lead_id ON lead_addresses (workspace_id, lead_id);

-- What the workspace knows of an address, whoever it belongs to.
CREATE TABLE addresses (
  workspace_id            text NOT NULL,
  address                 text NOT NULL,
  availability            text CHECK (availability IN ('available', 'unavailable')),
  availability_checked_at timestamptz,
  availability_line_id    text,
  -- While somebody asks for it: nobody asks twice at once.
  checking_until          timestamptz,
  suppressed_at           timestamptz,
  suppressed_reason       text,
  -- The entry of the ledger that tells of it.
  suppressed_by           text,
  PRIMARY KEY (workspace_id, address)
);
CREATE UNIQUE INDEX addresses_suppressed ON addresses (workspace_id, suppressed_by) WHERE suppressed_by IS NOT NULL;

-- Append-only ledger of opt-outs and opt-ins (D29): who, channel, words, when.
CREATE TABLE suppressions (
  workspace_id text NOT NULL,
  id           text NOT NULL,
  action       text NOT NULL CHECK (action IN ('opt_out', 'opt_in')),
  lead_id      text,
  address      text,
  channel      text NOT NULL,
  source       text NOT NULL,
  words        text,
  -- What told it, where the same may be told again: a carrier's id. One entry of each.
  origin       text,
  -- Who entered it, by a key or signed in; both null when the contact or a carrier said it.
  api_key_id   text,
  person_id    text,
  at           timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
-- The history of an address, or of a lead.
CREATE INDEX suppressions_address ON suppressions (workspace_id, address, id);
CREATE INDEX suppressions_lead ON suppressions (workspace_id, lead_id, id) WHERE lead_id IS NOT NULL;
CREATE UNIQUE INDEX suppressions_origin ON suppressions (workspace_id, origin) WHERE origin IS NOT NULL;

-- A physical device; the lines on it share its gap.
CREATE TABLE devices (
  workspace_id text NOT NULL,
  id           text NOT NULL,
  gap_ms       integer NOT NULL CHECK (gap_ms >= 0),
  last_send_at timestamptz,
  -- Availability checks keep a gap of their own.
  last_check_at timestamptz,
  PRIMARY KEY (workspace_id, id)
);

CREATE TABLE lines (
  workspace_id        text NOT NULL,
  id                  text NOT NULL,
  device_id           text NOT NULL,
  message_type        text NOT NULL CHECK (message_type IN ('imessage', 'sms', 'email')),
  channel_type        text NOT NULL CHECK (channel_type IN ('phone', 'email')),
  transport           text NOT NULL CHECK (transport IN ('relay', 'bluebubbles', 'twilio', 'smtp', 'sandbox')),
  transport_config    jsonb NOT NULL DEFAULT '{}',
  secret              bytea,
  line_type           text NOT NULL DEFAULT 'byon' CHECK (line_type IN ('purchased', 'byon')),
  phone               text,
  email               text,
  first_name          text,
  last_name           text,
  is_active           boolean NOT NULL DEFAULT true,
  provisioning_status text NOT NULL DEFAULT 'active',
  payment_status      text,
  -- Pacing; null means no cap.
  daily_new_conversations_limit  integer CHECK (daily_new_conversations_limit >= 0),
  daily_total_messages_limit     integer CHECK (daily_total_messages_limit >= 0),
  hourly_new_conversations_limit integer CHECK (hourly_new_conversations_limit >= 0),
  contact_gap_ms      integer NOT NULL CHECK (contact_gap_ms >= 0),
  cap_timezone        text NOT NULL DEFAULT 'UTC',
  -- Retries of single sends; copied onto each message when it is accepted.
  attempts            integer NOT NULL CHECK (attempts BETWEEN 1 AND 100),
  retry_gap_ms        integer NOT NULL CHECK (retry_gap_ms >= 0),
  reconcile_limit_ms  integer NOT NULL CHECK (reconcile_limit_ms >= 0),
  -- Counters of the current day and hour; a stale date means zero.
  usage_day               date,
  new_conversations_today integer NOT NULL DEFAULT 0,
  total_messages_today    integer NOT NULL DEFAULT 0,
  usage_hour              timestamptz,
  new_conversations_hour  integer NOT NULL DEFAULT 0,
  last_send_at        timestamptz,
  last_first_touch_at timestamptz,
  -- Availability checks have counters of their own, by the day of UTC. A line that answered that it can't check is left
  -- out for a while.
  checks_day          date,
  checks_today        integer NOT NULL DEFAULT 0,
  last_check_at       timestamptz,
  cannot_check_at     timestamptz,
  health_status       text NOT NULL DEFAULT 'healthy' CHECK (health_status IN ('healthy', 'down')),
  health_checked_at   timestamptz,
  -- Checks in a row that found trouble, and sends in a row that failed for a fault of the line's own.
  health_failures     integer NOT NULL DEFAULT 0,
  refusals            integer NOT NULL DEFAULT 0,
  refusing_since      timestamptz,
  refused_at          timestamptz,
  down_since          timestamptz,
  -- Published score of the last 24 h (D19), renewed with each health check; high risk halves the pace.
  risk                text NOT NULL DEFAULT 'low' CHECK (risk IN ('low', 'medium', 'high')),
  score               jsonb,
  -- When this line may next have something to send; null = nothing waits. With line_wakes, the only thing scanned.
  next_send_at        timestamptz,
  created_at          timestamptz NOT NULL,
  updated_at          timestamptz NOT NULL,
  -- Its row stays, for the history of its messages; nothing goes by it any more.
  deleted_at          timestamptz,
  PRIMARY KEY (workspace_id, id)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
CREATE INDEX lines_next_send_at ON lines (next_send_at) WHERE next_send_at IS NOT NULL;
CREATE INDEX lines_down ON lines (down_since) WHERE down_since IS NOT NULL;
CREATE INDEX lines_health ON lines (health_checked_at) WHERE is_active;
CREATE INDEX lines_device ON lines (workspace_id, device_id);

-- Lines that were asked for by `POST /api/line-requests`: what was said beyond what a line holds.
CREATE TABLE line_requests (
  workspace_id text NOT NULL,
  line_id      text NOT NULL,
  asked        jsonb NOT NULL,
  created_at   timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, line_id)
);

-- Leads to be checked in the background, and how far that has come. A lead that is done leaves the second table in the
-- commit that counts it.
CREATE TABLE availability_jobs (
  workspace_id  text NOT NULL,
  id            text NOT NULL,
  kind          text NOT NULL CHECK (kind IN ('bulk', 'new_leads')),
  total         integer NOT NULL,
  available     integer NOT NULL DEFAULT 0,
  unavailable   integer NOT NULL DEFAULT 0,
  errors        integer NOT NULL DEFAULT 0,
  -- When it is looked at next, or until when somebody is at it; null when it is finished.
  look_at       timestamptz,
  waiting_for   text CHECK (waiting_for IN ('quota', 'line')),
  waiting_until timestamptz,
  created_at    timestamptz NOT NULL,
  finished_at   timestamptz,
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX availability_jobs_look_at ON availability_jobs (look_at) WHERE look_at IS NOT NULL;
CREATE INDEX availability_jobs_finished_at ON availability_jobs (finished_at) WHERE finished_at IS NOT NULL;

CREATE TABLE availability_job_leads (
  workspace_id text NOT NULL,
  job_id       text NOT NULL,
  lead_id      text NOT NULL,
  PRIMARY KEY (workspace_id, job_id, lead_id)
);

-- What came of a line's messages, hour by hour: the score is made of these. `streak` counts failures since the last
-- success of the hour.
CREATE TABLE line_tallies (
  workspace_id text NOT NULL,
  line_id      text NOT NULL,
  hour         timestamptz NOT NULL,
  sent         integer NOT NULL,
  failed       integer NOT NULL,
  streak       integer NOT NULL,
  replies      integer NOT NULL,
  -- Receipts that came in; no part of the score, since not every carrier sends them.
  delivered    integer NOT NULL DEFAULT 0,
  PRIMARY KEY (workspace_id, line_id, hour)
);

-- What happened to messages, counted by minute: what the page "now" shows of today. Whoever writes events adds a row of its own
-- to the first table, in the same commit, so that nobody waits for anybody; a dispatcher folds them into the second. Both
-- together are exact at any instant.
CREATE TABLE fresh_counts (
  workspace_id text NOT NULL,
  id           text NOT NULL,
  minute       timestamptz NOT NULL,
  accepted     integer NOT NULL,
  sent         integer NOT NULL,
  delivered    integer NOT NULL,
  read         integer NOT NULL,
  fallback     integer NOT NULL,
  failed       integer NOT NULL,
  replies      integer NOT NULL,
  opt_outs     integer NOT NULL,
  other        integer NOT NULL,
  PRIMARY KEY (workspace_id, id)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

CREATE TABLE minute_counts (
  workspace_id text NOT NULL,
  minute       timestamptz NOT NULL,
  accepted     integer NOT NULL,
  sent         integer NOT NULL,
  delivered    integer NOT NULL,
  read         integer NOT NULL,
  fallback     integer NOT NULL,
  failed       integer NOT NULL,
  replies      integer NOT NULL,
  opt_outs     integer NOT NULL,
  other        integer NOT NULL,
  PRIMARY KEY (workspace_id, minute)
) WITH (fillfactor = 70);

-- "Look at this line again." Written in the commit that brings a line work, removed by the pass that looked, so that
-- no wake can fall between a pass that found nothing and the commit it could not see, and no intake waits for a line's lock.
CREATE TABLE line_wakes (
  workspace_id text NOT NULL,
  line_id      text NOT NULL,
  id           text NOT NULL,
  PRIMARY KEY (workspace_id, line_id, id)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- Lines whose carrier is asked for news: how far it was asked, and when next. `cursor` is the channel's own.
CREATE TABLE line_news (
  workspace_id text NOT NULL,
  line_id      text NOT NULL,
  ask_at       timestamptz NOT NULL,
  -- Somebody said that there is news: receipts of what was sent lately are asked for before their time.
  is_hinted    boolean NOT NULL DEFAULT false,
  hinted_at    timestamptz,
  cursor       jsonb,
  -- Questions in a row that brought no answer, and what the last of them met.
  failures     integer NOT NULL DEFAULT 0,
  error        text,
  PRIMARY KEY (workspace_id, line_id)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
CREATE INDEX line_news_ask_at ON line_news (ask_at);

-- Tapbacks of contacts on our messages: beside the message, none of their own. The target is the device's id.
CREATE TABLE reactions (
  workspace_id text NOT NULL,
  line_id      text NOT NULL,
  target       text NOT NULL,
  address      text NOT NULL,
  reaction     text NOT NULL,
  is_removed   boolean NOT NULL,
  at           timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, line_id, target, address, reaction)
);

-- Who has been written to from which line: first touches (D17) and sticky conversations (D16).
CREATE TABLE touches (
  workspace_id text NOT NULL,
  lead_id      text NOT NULL,
  line_id      text NOT NULL,
  -- The message that opened the conversation; while that one may still turn out unsent, the touch is only reserved.
  message_id   text NOT NULL,
  first_at     timestamptz NOT NULL,
  last_at      timestamptz NOT NULL,
  -- Last time the lead wrote to this line; who wrote lately is answered before strangers are written to (D11).
  last_reply_at timestamptz,
  -- Until when people have read what the lead wrote; null: nothing of it.
  read_at      timestamptz,
  PRIMARY KEY (workspace_id, lead_id, line_id)
);
-- The inbox: the latest of each line, merged. Every send and every reply moves its entry: one more entry for each, some 220 bytes of
-- WAL and 7 µs (bench/README.md), and the update of a touch is no longer one of its page alone.
CREATE INDEX touches_latest ON touches (workspace_id, line_id, last_at, lead_id);
-- Those in which something is unread: paid for by replies alone.
CREATE INDEX touches_unread ON touches (workspace_id, line_id, last_at, lead_id)
  WHERE last_reply_at IS NOT NULL AND (read_at IS NULL OR read_at < last_reply_at);

CREATE TABLE messages (
  workspace_id   text NOT NULL,
  id             text NOT NULL,
  direction      text NOT NULL CHECK (direction IN ('sent', 'received')),
  status         text NOT NULL CHECK (status IN ('pending', 'scheduled', 'queued', 'sending', 'unknown', 'sent',
                                                 'delivered', 'fallback', 'failed', 'cancelled')),
  reason         text,
  error_message  text,
  error_code     text,
  message_type   text NOT NULL CHECK (message_type IN ('imessage', 'sms', 'email')),
  message        text NOT NULL,
  -- True: placeholders are resolved already; a fallback SMS carries the text its original would have shown.
  rendered       boolean NOT NULL DEFAULT false,
  subject        text,
  attachments    jsonb,
  lead_id        text NOT NULL,
  recipient_phone text,
  recipient_email text,
  recipient_name text,
  -- True: phone or email were given with the message and stand before the lead's own for this send only.
  recipient_given boolean NOT NULL DEFAULT false,
  -- True: one of those given is not the lead's primary one. Only these are looked for by recipient: all others are
  -- found by way of their lead.
  recipient_differs boolean NOT NULL DEFAULT false,
  -- The address it went to, once it went.
  address        text,
  line_id        text NOT NULL,
  line_pinned    boolean NOT NULL DEFAULT false,
  line_decision  jsonb,

  -- The queue: a waiting message is found by its line, its class and its due time.
  priority       smallint NOT NULL,
  first_touch    boolean NOT NULL DEFAULT false,
  due_at         timestamptz NOT NULL,
  scheduled_date timestamptz,
  expires_at     timestamptz,
  settings       jsonb,
  attempt        integer NOT NULL DEFAULT 0,
  attempts       integer NOT NULL,
  retry_gap_ms   integer NOT NULL,
  -- Lease of the process that is sending it. The attempt number is its fence: who holds an older one can't settle.
  lease_until    timestamptz,
  -- While it is leased only to get its attachments: it certainly has not left.
  is_fetching    boolean NOT NULL DEFAULT false,
  reserved       jsonb,
  reconcile_at   timestamptz,
  -- When to ask the carrier what became of it, while a receipt is missing.
  receipt_at     timestamptz,
  unknown_since  timestamptz,
  checked_addresses text[],

  send_fallback_sms_on_failed boolean NOT NULL DEFAULT false,
  force_fallback          boolean NOT NULL DEFAULT false,
  fallback_sms_dispatched boolean NOT NULL DEFAULT false,
  fallback_of    text,
  -- A failed message and the one that somebody sent in its place.
  retry_of       text,
  retried_by     text,
  -- Of a message that came in: which of ours it answers, where the carrier can tell.
  in_reply_to    text,
  -- Of a message that came in: reads as a short yes (domain/positive-reply.ts, as it was on that day).
  is_positive    boolean,

  batch_id       text,
  campaign_id    text,
  step_index     integer,
  -- Which step of the campaign, and which time the lead went through it.
  step_key       text,
  campaign_entry integer,
  campaign_started_at timestamptz,
  -- What a fallback SMS says instead.
  fallback_message text,
  created_by_user_id text,
  -- Of a message that came in: who had written what its contact was sent last. It counts for that user, as for the campaign.
  answers_user_id text,
  contact_owner_email text,
  crm            jsonb,
  correlation_id text NOT NULL,
  external_message_id text,
  sent_at        timestamptz,
  delivered_at   timestamptz,
  read_at        timestamptz,
  created_at     timestamptz NOT NULL,
  updated_at     timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX messages_waiting ON messages (workspace_id, line_id, first_touch, priority, due_at, campaign_started_at, id)
  WHERE status IN ('pending', 'scheduled', 'queued');
-- Without the id on purpose: with it, a planner that has no statistics yet finds messages by id through this index.
CREATE INDEX messages_lead ON messages (workspace_id, lead_id);
CREATE INDEX messages_under_way ON messages (workspace_id, line_id, lead_id) WHERE status IN ('sending', 'unknown');
-- Partial, so that the road of an ordinary message does not pay for them.
CREATE INDEX messages_recipient_phone ON messages (workspace_id, recipient_phone) WHERE recipient_differs;
CREATE INDEX messages_recipient_email ON messages (workspace_id, recipient_email) WHERE recipient_differs;
CREATE INDEX messages_lease ON messages (lease_until) WHERE lease_until IS NOT NULL;
CREATE INDEX messages_reconcile ON messages (reconcile_at) WHERE reconcile_at IS NOT NULL;
CREATE INDEX messages_receipt ON messages (workspace_id, line_id, receipt_at) WHERE receipt_at IS NOT NULL;
CREATE INDEX messages_expiry ON messages (expires_at)
  WHERE expires_at IS NOT NULL AND status IN ('pending', 'scheduled', 'queued');
-- What the figures count, day by day, and with its contact for the scan of dormant conversations. Those that wait are not
-- in it, so that accepting a message does not pay for it.
CREATE INDEX messages_counted ON messages (workspace_id, created_at) INCLUDE (lead_id)
  WHERE status IN ('sent', 'delivered', 'fallback', 'failed');
-- What people wrote, by any part of it. Paid for by what comes in alone: 0.1 to 0.5 ms each.
CREATE INDEX messages_received_text ON messages USING gin (workspace_id, message gin_trgm_ops) WHERE direction = 'received';
-- What ended without arriving is a small part and looked for often. Nothing begins in one of these states but what fails at
-- once, so that accepting a message does not pay for it.
CREATE INDEX messages_ended ON messages (workspace_id, status, id) WHERE status IN ('fallback', 'failed', 'cancelled');
CREATE INDEX messages_batch ON messages (workspace_id, batch_id, id) WHERE batch_id IS NOT NULL;
CREATE INDEX messages_campaign ON messages (workspace_id, campaign_id, id) WHERE campaign_id IS NOT NULL;
-- How far a campaign has come, counted from the index alone: its steps by state, and who replied to it.
CREATE INDEX messages_campaign_steps ON messages (workspace_id, campaign_id, step_key, status) INCLUDE (line_id) WHERE step_key IS NOT NULL;
CREATE INDEX messages_campaign_replies ON messages (workspace_id, campaign_id, lead_id, created_at)
  WHERE direction = 'received' AND campaign_id IS NOT NULL;
-- A lead gets each step once, however often it is asked for.
CREATE UNIQUE INDEX messages_step ON messages (workspace_id, campaign_id, lead_id, campaign_entry, step_key)
  WHERE step_key IS NOT NULL;
-- Never two fallback messages for one original (D24), never one device message twice (D28).
CREATE UNIQUE INDEX messages_fallback_of ON messages (workspace_id, fallback_of) WHERE fallback_of IS NOT NULL;
CREATE UNIQUE INDEX messages_received ON messages (workspace_id, line_id, external_message_id)
  WHERE direction = 'received' AND external_message_id IS NOT NULL;

-- A sequence of steps for many leads. The steps, their conditions and ways are documents (domain/campaign/campaign.ts).
CREATE TABLE campaigns (
  workspace_id    text NOT NULL,
  id              text NOT NULL,
  name            text NOT NULL,
  status          text NOT NULL CHECK (status IN ('draft', 'active', 'paused', 'completed', 'archived')),
  message_type    text NOT NULL CHECK (message_type IN ('imessage', 'sms', 'email')),
  -- Null: leads are added by API alone.
  list_id         text,
  line_ids        text[] NOT NULL,
  steps           jsonb NOT NULL,
  -- Headers of its HTTP conditions, encrypted.
  secret          bytea,
  schedule        jsonb,
  on_reply        text NOT NULL CHECK (on_reply IN ('stop', 'continue')),
  allow_reentry   boolean NOT NULL,
  new_leads_first boolean NOT NULL,
  send_fallback_sms_on_failed boolean NOT NULL,
  -- Which of its lines the next new lead gets: they take turns.
  next_line       integer NOT NULL DEFAULT 0,
  -- While the list is being entered: how far that has come (a lead's id; '' = nowhere yet), and of how many.
  entering_after  text,
  entering_total  integer,
  -- Which list that is, where it is another than the one it was launched on.
  entering_list_id text,
  -- While leads that wait are looked at anew, because steps were changed: how far that has come (a lead's id; '' = nowhere yet).
  rechecking_after text,
  -- When a dispatcher looks at it next: to enter leads, to wake what a pause held, to see whether it is complete.
  look_at         timestamptz,
  -- Messages that a pause held are being woken.
  is_waking       boolean NOT NULL DEFAULT false,
  pause_reason    text,
  started_at      timestamptz,
  paused_at       timestamptz,
  completed_at    timestamptz,
  archived_at     timestamptz,
  created_at      timestamptz NOT NULL,
  updated_at      timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX campaigns_look_at ON campaigns (look_at) WHERE look_at IS NOT NULL;
-- Which are paused or active, and when one of them changed last.
CREATE INDEX campaigns_status ON campaigns (workspace_id, status, updated_at);

-- "Look at this campaign again." Written in the commit that gives one of its leads something to do, removed by the pass
-- that looked: as with line_wakes, nobody who settles a message waits for the campaign's lock.
CREATE TABLE campaign_wakes (
  workspace_id text NOT NULL,
  campaign_id  text NOT NULL,
  id           text NOT NULL,
  PRIMARY KEY (workspace_id, campaign_id, id)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- One lead's way through one campaign; `entry` counts how often it went in. The message of a step and the row that says
-- that it was made are one commit.
CREATE TABLE campaign_leads (
  workspace_id text NOT NULL,
  campaign_id  text NOT NULL,
  lead_id      text NOT NULL,
  entry        integer NOT NULL,
  status       text NOT NULL CHECK (status IN ('active', 'held', 'stopped', 'finished', 'failed')),
  -- The line it stays on; null until its first step is made.
  line_id      text,
  -- The last step that was made or skipped, its message if it was made, and from when on waits are counted.
  step_key     text,
  message_id   text,
  step_at      timestamptz,
  -- The step that was decided on and is not due yet.
  next_step_key text,
  -- When its campaign looks at it next; null while its message is on the road, and once it has ended.
  look_at      timestamptz,
  -- Why it is held, stopped or failed: a word, the sentence, and which condition said so.
  reason       text,
  detail       text,
  condition_id text,
  entered_at   timestamptz NOT NULL,
  ended_at     timestamptz,
  updated_at   timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, campaign_id, lead_id, entry)
);
CREATE INDEX campaign_leads_look_at ON campaign_leads (workspace_id, campaign_id, look_at, lead_id) WHERE look_at IS NOT NULL;
CREATE INDEX campaign_leads_lead ON campaign_leads (workspace_id, lead_id);
CREATE INDEX campaign_leads_status ON campaign_leads (workspace_id, campaign_id, status, lead_id, entry);

-- How many leads a list has, and how many of a campaign's leads stand where: as with the counts of "now", whoever adds, moves or
-- removes some adds rows of its own to the first table, in the same commit, and a dispatcher folds them into the second.
CREATE TABLE fresh_lead_counts (
  workspace_id text NOT NULL,
  -- A list, or a campaign.
  group_id     text NOT NULL,
  id           text NOT NULL,
  -- Of a list: all three empty. Of a campaign: as in campaign_leads, empty for null.
  status       text NOT NULL,
  step_key     text NOT NULL,
  reason       text NOT NULL,
  change       integer NOT NULL,
  PRIMARY KEY (workspace_id, group_id, id)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

CREATE TABLE lead_counts (
  workspace_id text NOT NULL,
  group_id     text NOT NULL,
  status       text NOT NULL,
  step_key     text NOT NULL,
  reason       text NOT NULL,
  leads        integer NOT NULL,
  PRIMARY KEY (workspace_id, group_id, status, step_key, reason)
) WITH (fillfactor = 70);

-- How far the days of a workspace (of UTC, by created_at) are folded into day_figures. A day is closed before it is folded:
-- from then on whoever changes what is counted of it says so in touched_days.
CREATE TABLE figure_folds (
  workspace_id text PRIMARY KEY,
  closed_until date NOT NULL,
  folded_until date NOT NULL,
  -- Contacts that have a number.
  leads        integer NOT NULL DEFAULT 0
) WITH (fillfactor = 70);

-- "Count this day again." Written in the commit of the change, removed by the commit that folds the day: as with line_wakes,
-- nobody waits for anybody. Until then the day is counted message by message.
CREATE TABLE touched_days (
  workspace_id text NOT NULL,
  day          date NOT NULL,
  id           text NOT NULL,
  PRIMARY KEY (workspace_id, day, id)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- A small number for every contact that is in a folded day, so that a set of them takes four bytes for each.
CREATE TABLE counted_leads (
  workspace_id text NOT NULL,
  lead_id      text NOT NULL,
  n            integer NOT NULL,
  PRIMARY KEY (workspace_id, lead_id) INCLUDE (n)
);

-- What was counted of a day. '' is no campaign, or no user. The contacts: numbers of four bytes, in no order.
CREATE TABLE day_figures (
  workspace_id   text NOT NULL,
  day            date NOT NULL,
  line_id        text NOT NULL,
  campaign_id    text NOT NULL,
  user_id        text NOT NULL,
  sent           integer NOT NULL,
  fallback       integer NOT NULL,
  failed         integer NOT NULL,
  replied        integer NOT NULL,
  reached_leads  bytea,
  replied_leads  bytea,
  positive_leads bytea,
  PRIMARY KEY (workspace_id, day, line_id, campaign_id, user_id)
);

-- What HTTP conditions were answered for a lead: used again for a minute, and asked more rarely while it fails. A row that
-- waits for its answer has `ask_at`; the entry that wants it is looked at again when it is there.
CREATE TABLE condition_answers (
  workspace_id text NOT NULL,
  campaign_id  text NOT NULL,
  lead_id      text NOT NULL,
  condition_id text NOT NULL,
  -- When to ask; while somebody asks, when to ask again should that process die.
  ask_at       timestamptz,
  asked_at     timestamptz,
  holds        boolean,
  -- Why there was no answer, how often in a row, and when to ask again at the earliest.
  failed       text,
  failures     integer NOT NULL DEFAULT 0,
  retry_at     timestamptz,
  PRIMARY KEY (workspace_id, campaign_id, lead_id, condition_id)
);
CREATE INDEX condition_answers_ask ON condition_answers (ask_at) WHERE ask_at IS NOT NULL;
CREATE INDEX condition_answers_old ON condition_answers (asked_at) WHERE ask_at IS NULL;

-- Campaigns run on virtual time: what was asked, how far that has come, what came of it (docs/campaigns.md, "Foreseeing").
CREATE TABLE simulations (
  workspace_id text NOT NULL,
  id           text NOT NULL,
  campaign_id  text NOT NULL,
  status       text NOT NULL CHECK (status IN ('waiting', 'running', 'finished', 'failed')),
  asked        jsonb NOT NULL,
  -- How often it was begun, and the fence: whoever holds an older one stores nothing.
  attempt      integer NOT NULL DEFAULT 0,
  -- When it may be begun, or begun again should the process that is at it die; null once it is over.
  look_at      timestamptz,
  progress     jsonb,
  result       jsonb,
  error        text,
  created_at   timestamptz NOT NULL,
  started_at   timestamptz,
  finished_at  timestamptz,
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX simulations_look_at ON simulations (look_at) WHERE look_at IS NOT NULL;
CREATE INDEX simulations_campaign ON simulations (workspace_id, campaign_id, id);
CREATE INDEX simulations_old ON simulations (created_at);

-- Every step of every lead that a simulation saw: those that go in their order, then those that never do.
CREATE TABLE simulation_messages (
  workspace_id  text NOT NULL,
  simulation_id text NOT NULL,
  n             integer NOT NULL,
  lead_id       text NOT NULL,
  step_key      text,
  line_id       text,
  -- Null: it never goes; the reason says why.
  at            timestamptz,
  status        text NOT NULL CHECK (status IN ('sent', 'fallback', 'never')),
  first_touch   boolean NOT NULL,
  reason        text,
  detail        text,
  PRIMARY KEY (workspace_id, simulation_id, n)
);
CREATE INDEX simulation_messages_lead ON simulation_messages (workspace_id, simulation_id, lead_id);
CREATE INDEX simulation_messages_never ON simulation_messages (workspace_id, simulation_id, reason, n) WHERE at IS NULL;

-- The same, added up for a calendar: how many go in each hour of each day (of the workspace's zone) from each line. An hour
-- that a clock repeats in autumn is one. Line '': all of them together.
CREATE TABLE simulation_hours (
  workspace_id  text NOT NULL,
  simulation_id text NOT NULL,
  day           date NOT NULL,
  hour          smallint NOT NULL,
  line_id       text NOT NULL,
  messages      integer NOT NULL,
  first_touches integer NOT NULL,
  PRIMARY KEY (workspace_id, simulation_id, line_id, day, hour)
);

-- One row for every transition, written in the commit that makes it; timelines and webhooks read only these.
CREATE TABLE events (
  workspace_id text NOT NULL,
  id           text NOT NULL,
  type         text NOT NULL,
  message_id   text,
  lead_id      text,
  line_id      text,
  at           timestamptz NOT NULL,
  data         jsonb NOT NULL,
  -- Place in the feed of GET /api/events. Null: not for customers. 0: not placed yet; who reads the feed places it, so that
  -- an event whose commit came late still comes after everything that was read before it.
  sequence     bigint,
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX events_message ON events (workspace_id, message_id, id) WHERE message_id IS NOT NULL;
CREATE INDEX events_unplaced ON events (workspace_id, id) WHERE sequence = 0;
CREATE UNIQUE INDEX events_feed ON events (workspace_id, sequence) WHERE sequence > 0;

-- How far the feed of a workspace is placed; locked by who places. A row appears with the first reader.
CREATE TABLE event_feeds (
  workspace_id text PRIMARY KEY,
  last         bigint NOT NULL
);

-- Where customers want to be told of events (contract 2.7).
CREATE TABLE webhooks (
  workspace_id    text NOT NULL,
  id              text NOT NULL,
  url             text NOT NULL,
  events          text[] NOT NULL,
  name            text NOT NULL,
  description     text,
  is_active       boolean NOT NULL DEFAULT true,
  secret          bytea NOT NULL,
  -- After a rotation both secrets sign, until this one has had its time.
  previous_secret       bytea,
  previous_secret_until timestamptz,
  -- Attempts in a row that failed, and since when.
  failure_count   integer NOT NULL DEFAULT 0,
  failing_since   timestamptz,
  -- Why it was switched off by us; null when it was not.
  disabled_reason text CHECK (disabled_reason IN ('gone', 'failing')),
  -- The receiver asked us to wait until then.
  hold_until      timestamptz,
  last_triggered_at timestamptz,
  last_success_at   timestamptz,
  last_failure_at   timestamptz,
  -- A replay under way: events after the one and up to the other are still to be put into the log again.
  replay_after    text,
  replay_until    text,
  replay_undelivered boolean NOT NULL DEFAULT false,
  -- Gone for everybody; what it leaves in the log is removed later.
  deleted_at      timestamptz,
  created_at      timestamptz NOT NULL,
  updated_at      timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id)
) WITH (fillfactor = 70);
CREATE INDEX webhooks_active ON webhooks (workspace_id, id) WHERE is_active;
CREATE INDEX webhooks_replay ON webhooks (workspace_id, id) WHERE replay_after IS NOT NULL;
CREATE INDEX webhooks_deleted ON webhooks (deleted_at) WHERE deleted_at IS NOT NULL;

-- One event on its way to one webhook: queue and log in one. Written in the commit that writes the event, for the webhooks
-- that are active then and want it.
CREATE TABLE webhook_deliveries (
  workspace_id text NOT NULL,
  webhook_id   text NOT NULL,
  event_id     text NOT NULL,
  event        text NOT NULL,
  message_id   text,
  -- Message, lead or line: of the events of one subject, a later one waits for the earlier.
  subject      text NOT NULL,
  status       text NOT NULL CHECK (status IN ('pending', 'delivered', 'exhausted')),
  -- While it is leased: when the lease ends.
  due_at       timestamptz NOT NULL,
  leased       boolean NOT NULL DEFAULT false,
  -- How many were begun, and the fence: a result of an older one is void. A replay counts anew, from `attempt_base`.
  attempt      integer NOT NULL DEFAULT 0,
  attempt_base integer NOT NULL DEFAULT 0,
  -- The last attempts: when, what the receiver answered, how long it took.
  attempts     jsonb NOT NULL DEFAULT '[]',
  delivered_at timestamptz,
  created_at   timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, webhook_id, event_id)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (workspace_id, webhook_id, due_at, event_id)
  WHERE status = 'pending';
CREATE INDEX webhook_deliveries_subject ON webhook_deliveries (workspace_id, webhook_id, subject, event_id)
  WHERE status = 'pending';

-- Whom to tell what becomes of a message that came by a door for clients of other services, until all of it is told.
CREATE TABLE door_callbacks (
  workspace_id text NOT NULL,
  message_id   text NOT NULL,
  door         text NOT NULL CHECK (door IN ('twilio', 'sendblue')),
  url          text NOT NULL,
  account      text NOT NULL,
  -- The key that the request came with, sealed: callbacks of Twilio's kind are signed with it.
  secret       bytea,
  -- How many steps were told, and attempts in a row that failed.
  told         smallint NOT NULL DEFAULT 0,
  failures     smallint NOT NULL DEFAULT 0,
  look_at      timestamptz NOT NULL,
  created_at   timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, message_id)
) WITH (fillfactor = 70);
CREATE INDEX door_callbacks_look_at ON door_callbacks (look_at);

CREATE TABLE idempotency_keys (
  workspace_id text NOT NULL,
  key          text NOT NULL,
  request_hash text NOT NULL,
  http_status  smallint NOT NULL,
  -- json, not jsonb: a repeated request gets the very same text.
  answer       json NOT NULL,
  created_at   timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, key)
);
CREATE INDEX idempotency_keys_created_at ON idempotency_keys (created_at);

-- Files of messages, one row per content: what was fetched, uploaded or received. The bytes lie in the object store,
-- under the workspace and the hash.
CREATE TABLE files (
  workspace_id text NOT NULL,
  id           text NOT NULL,
  -- SHA-256, lower-case hex.
  hash         text NOT NULL,
  size_bytes   integer NOT NULL,
  -- Sniffed from the bytes.
  mime_type    text NOT NULL,
  -- How it first came.
  origin       text NOT NULL CHECK (origin IN ('fetched', 'uploaded', 'received')),
  source_url   text,
  created_at   timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX files_hash ON files (workspace_id, hash);

-- What lay at an address when it was last asked for, so that the next message with the same attachment need not fetch it.
CREATE TABLE fetched_urls (
  workspace_id  text NOT NULL,
  -- SHA-256 of the URL, lower-case hex.
  url_hash      text NOT NULL,
  file_id       text NOT NULL,
  -- As the server gave them: by these it is asked whether the file has changed.
  etag          text,
  last_modified text,
  checked_at    timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, url_hash)
);

-- Files that came in with a message: fetched from the carrier or device afterwards.
CREATE TABLE inbound_attachments (
  workspace_id text NOT NULL,
  id           text NOT NULL,
  message_id   text NOT NULL,
  line_id      text NOT NULL,
  position     smallint NOT NULL,
  name         text NOT NULL,
  -- By which the channel finds the bytes.
  source       jsonb NOT NULL,
  file_id      text,
  -- Tries that failed so far, and what the last one met.
  failures     integer NOT NULL DEFAULT 0,
  error        text,
  -- null once it is stored or given up.
  next_try_at  timestamptz,
  created_at   timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX inbound_attachments_message ON inbound_attachments (workspace_id, message_id, position);
CREATE INDEX inbound_attachments_due ON inbound_attachments (next_try_at) WHERE next_try_at IS NOT NULL;

-- The simulated phones: what reached them, and what they will say back and when. Written by the sandbox channel only,
-- in transactions of its own: to the engine it is an outside world.
CREATE TABLE sandbox_copies (
  workspace_id text NOT NULL,
  id           text NOT NULL,
  address      text NOT NULL,
  line_id      text NOT NULL,
  reference    text NOT NULL,
  attempt      integer NOT NULL,
  message_type text NOT NULL,
  message      text NOT NULL,
  subject      text,
  attachments  jsonb,
  received_at  timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX sandbox_copies_address ON sandbox_copies (workspace_id, address, id);
CREATE INDEX sandbox_copies_reference ON sandbox_copies (workspace_id, reference);

CREATE TABLE sandbox_callbacks (
  workspace_id text NOT NULL,
  id           text NOT NULL,
  due_at       timestamptz NOT NULL,
  line_id      text NOT NULL,
  kind         text NOT NULL CHECK (kind IN ('delivered', 'read', 'bounced', 'reply')),
  reference    text NOT NULL,
  address      text NOT NULL,
  message      text,
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX sandbox_callbacks_due ON sandbox_callbacks (due_at);

-- Reference table: whoever types a code at a Mac knows no workspace yet.
CREATE TABLE pairing_codes (
  code_hash    bytea PRIMARY KEY,
  workspace_id text NOT NULL,
  line_id      text NOT NULL,
  created_at   timestamptz NOT NULL,
  expires_at   timestamptz NOT NULL,
  used_at      timestamptz
);
CREATE INDEX pairing_codes_line ON pairing_codes (workspace_id, line_id);

-- Macs that are paired with a line. Their token names workspace and device, so that it is looked up by this key.
CREATE TABLE relay_devices (
  workspace_id  text NOT NULL,
  id            text NOT NULL,
  line_id       text NOT NULL,
  token_hash    bytea NOT NULL,
  name          text NOT NULL,
  driver        text NOT NULL,
  agent_version text,
  protocol      integer,
  self_test     jsonb,
  paired_at     timestamptz NOT NULL,
  last_seen_at  timestamptz,
  -- Set while it is away on purpose.
  left_at       timestamptz,
  revoked_at    timestamptz,
  PRIMARY KEY (workspace_id, id)
);
-- A line has one Mac: its journal alone knows what became of an attempt.
CREATE UNIQUE INDEX relay_devices_line ON relay_devices (workspace_id, line_id) WHERE revoked_at IS NULL;
CREATE INDEX relay_devices_history ON relay_devices (workspace_id, line_id, id);

-- What Macs are asked to do. A send is taken by the one device that names its fence first; who waits for it withdraws
-- what nobody took.
CREATE TABLE relay_jobs (
  workspace_id text NOT NULL,
  id           text NOT NULL,
  line_id      text NOT NULL,
  kind         text NOT NULL CHECK (kind IN ('send', 'find', 'check', 'fetch', 'react', 'typing')),
  state        text NOT NULL CHECK (state IN ('queued', 'taken', 'answered', 'withdrawn')),
  -- Of a send: the message.
  reference    text,
  work         jsonb NOT NULL,
  device_id    text,
  fence        text,
  lease_until  timestamptz NOT NULL,
  answer       jsonb,
  created_at   timestamptz NOT NULL,
  taken_at     timestamptz,
  ended_at     timestamptz,
  PRIMARY KEY (workspace_id, id)
) WITH (fillfactor = 70);
CREATE INDEX relay_jobs_queued ON relay_jobs (workspace_id, line_id, id) WHERE state = 'queued';
CREATE INDEX relay_jobs_reference ON relay_jobs (workspace_id, reference, id) WHERE reference IS NOT NULL;
CREATE INDEX relay_jobs_created ON relay_jobs (created_at);

-- Bytes that a Mac brought up, until whoever asked for them has read them.
CREATE TABLE relay_file_pieces (
  workspace_id text NOT NULL,
  job_id       text NOT NULL,
  n            integer NOT NULL,
  bytes        bytea NOT NULL,
  PRIMARY KEY (workspace_id, job_id, n)
);
