-- The schemas public and private as all migrations leave them, one object after the other.
-- Written by "npm run schema" so that a change is seen in a diff. Never edited, never applied: migrations are.

set check_function_bodies = off;

-- Schemas

create schema if not exists private;
comment on schema private is 'Trigger functions and helpers of Holdfast. Not exposed by the Data API.';

create schema if not exists public;
comment on schema public is 'standard public schema';
grant usage on schema public to anon;
grant usage on schema public to authenticated;
grant usage on schema public to public;
grant usage on schema public to service_role;

-- Default privileges

alter default privileges for role postgres revoke all on functions from public;

-- Types

create type private.hold_arrays as (
  id uuid[],
  location_id uuid[],
  quantity integer[],
  elsewhere integer[],
  duration_seconds integer[],
  created_at timestamp with time zone[],
  expires_at timestamp with time zone[],
  max_expires_at timestamp with time zone[],
  replaces_id uuid[],
  change text[],
  shopper_units integer[],
  shopper_holds_left integer[],
  shopper_new_holds integer[],
  moved uuid[]
);
comment on type private.hold_arrays is 'The shoppers'' holds by key of the batch, as they are or are to become: quantity 0 and id null while there is none; elsewhere: live units of the same variant in other holds; change: insert, update or null. By shopper: all their live units, how many new holds they may make in this minute, and how many they make. moved: holds to release, because their line goes to another location.';

create type private.level_arrays as (
  variant_first integer[],
  variant_last integer[],
  location_ids uuid[],
  free integer[],
  next_expiry_at timestamp with time zone[],
  hold_seconds integer[]
);
comment on type private.level_arrays is 'Stock levels as parallel arrays: the levels of the i-th variant are variant_first[i]..variant_last[i] (null: none), in the order in which locations are asked; free units before lapsed holds are looked at, lower bound of the next expiry, the product''s own hold duration in seconds.';

create type private.reserve_batch as (
  shopper_ids uuid[],
  variant_ids uuid[],
  request_shopper integer[],
  request_partial boolean[],
  request_set boolean[],
  request_first integer[],
  request_last integer[],
  line_key integer[],
  line_variant integer[],
  line_quantity integer[],
  line_reservation uuid[],
  key_shopper integer[],
  key_variant integer[]
);
comment on type private.reserve_batch is 'A batch as parallel arrays. shopper_ids and variant_ids are sorted as locks are, request_shopper, line_variant, key_shopper and key_variant point into them. Requests stand in order of arrival, their lines from request_first to request_last. A key is one (shopper, variant): repeated requests for it fold into one hold.';

create type public.order_status as enum ('pending', 'paid', 'refunded_out_of_stock', 'refunded', 'cancelled');
comment on type public.order_status is 'pending: its payment is unfinished. paid: sold, perhaps refunded in part. refunded_out_of_stock: paid when the units were gone. refunded: all money goes or went back. cancelled: its payment ended without money; a success that comes late still becomes a sale or a refund.';

create type public.payment_status as enum ('open', 'processing', 'succeeded', 'failed', 'expired');
comment on type public.payment_status is 'open: somebody may pay. processing: paid by a method that takes days to say so. The others are final by Stripe''s word, except that a success may follow failed and expired.';

create type public.refund_status as enum ('requested', 'pending', 'succeeded', 'failed');
comment on type public.refund_status is 'requested: owed, not at Stripe yet. pending: Stripe works on it. succeeded: it went back. failed: Stripe could not; somebody has to look.';

create type public.reservation_status as enum ('active', 'paying', 'confirmed', 'released', 'expired');
comment on type public.reservation_status is 'active and paying count as reserved; confirmed, released and expired are ended for good.';

create type public.shopper_tier as enum ('standard', 'vip');
comment on type public.shopper_tier is 'Decides the hold duration where the product has none of its own.';

create type private.reserve_plan as (
  holds private.hold_arrays,
  answers jsonb,
  has_changed boolean[],
  refused_variants uuid[],
  refused_reasons text[],
  refused_units integer[]
);
comment on type private.reserve_plan is 'What a batch comes to: the holds to write, the answers in order of arrival with whether the request changed a hold, and the refused lines for the counters.';

create type private.shopper_arrays as (
  tiers public.shopper_tier[],
  minute_began_at timestamp with time zone[],
  holds_in_minute integer[]
);
comment on type private.shopper_arrays is 'Locked shoppers as parallel arrays, in the order of their ids.';

-- Tables

create table public.admin_trail (
  id bigint generated always as identity not null,
  at timestamp with time zone default clock_timestamp() not null,
  actor text not null,
  cause text not null,
  admin_id uuid,
  entity text not null,
  entity_id uuid,
  reason text,
  before jsonb,
  after jsonb,
  constraint admin_trail_entity_check CHECK ((entity = ANY (ARRAY['product'::text, 'variant'::text, 'settings'::text, 'reservation'::text, 'stock_level'::text, 'stock'::text, 'picture'::text]))),
  constraint admin_trail_pkey PRIMARY KEY (id),
  constraint admin_trail_reason_check CHECK ((reason <> ''::text))
);
CREATE INDEX admin_trail_entity_id_idx ON public.admin_trail USING btree (entity_id, id);
alter table public.admin_trail enable row level security;
comment on table public.admin_trail is 'The append-only trail of the catalogue and the settings, whoever changes them, and of what admins did to holds and stock, with their reasons. Grows with what people do, not with what shoppers do, and is never pruned.';
comment on column public.admin_trail.admin_id is 'The user id of the admin; null where somebody typed SQL.';
comment on column public.admin_trail.entity_id is 'The product, variant or reservation; of a stock level its variant; null for settings, pictures and the stock as a whole.';
comment on column public.admin_trail.before is 'What was there, as the columns have it; null for what is new.';
comment on column public.admin_trail.after is 'What came of it, in the same words; null for what was deleted.';
grant select on table public.admin_trail to service_role;

create table public.alerts (
  id uuid default gen_random_uuid() not null,
  kind text not null,
  subject text not null,
  details jsonb default '{}'::jsonb not null,
  opened_at timestamp with time zone default clock_timestamp() not null,
  closed_at timestamp with time zone,
  told text[] default '{}'::text[] not null,
  told_at timestamp with time zone,
  attempts integer default 0 not null,
  claimed_until timestamp with time zone,
  last_error text,
  constraint alerts_attempts_check CHECK ((attempts >= 0)),
  constraint alerts_check CHECK ((closed_at >= opened_at)),
  constraint alerts_kind_check CHECK ((kind <> ''::text)),
  constraint alerts_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX alerts_one_open_idx ON public.alerts USING btree (kind, subject) WHERE (closed_at IS NULL);
CREATE INDEX alerts_untold_idx ON public.alerts USING btree (opened_at) WHERE ((told_at IS NULL) AND (closed_at IS NULL));
alter table public.alerts enable row level security;
comment on table public.alerts is 'What a person has to look at; one open per kind and subject. No personal data.';
comment on column public.alerts.details is 'Figures and ids that help.';
comment on column public.alerts.opened_at is 'When it was first seen.';
comment on column public.alerts.closed_at is 'When it was over; null while it is not.';
comment on column public.alerts.told is 'Ways by which somebody was told: webhook, email.';
comment on column public.alerts.told_at is 'When it had been told by all ways. An alert is told once, and anew when it is opened again.';
comment on column public.alerts.attempts is 'How often somebody tried to tell it.';
comment on column public.alerts.claimed_until is 'Until when somebody is telling it, or waits before trying again.';
grant select on table public.alerts to service_role;

create table public.idempotency_keys (
  shopper_id uuid not null,
  key text not null,
  body_hash text not null,
  answer json not null,
  created_at timestamp with time zone not null,
  constraint idempotency_keys_body_hash_is_hexadecimal CHECK ((body_hash !~ '[^0-9a-f]'::text)),
  constraint idempotency_keys_body_hash_is_long CHECK ((octet_length(body_hash) = 64)),
  constraint idempotency_keys_key_is_short CHECK (((octet_length(key) >= 1) AND (octet_length(key) <= 255))),
  constraint idempotency_keys_key_is_visible_ascii CHECK ((key !~ '[^!-~]'::text)),
  constraint idempotency_keys_pkey PRIMARY KEY (shopper_id, key)
);
CREATE INDEX idempotency_keys_created_at_idx ON public.idempotency_keys USING btree (created_at);
alter table public.idempotency_keys enable row level security;
comment on table public.idempotency_keys is 'Answers of requests that changed something, kept for 24 hours: the same key of the same shopper is answered with them. Read and written under the shopper''s lock, in the transaction of the effect. A refusal leaves nothing here.';
comment on column public.idempotency_keys.shopper_id is 'For whom the request acted. No foreign key: docs/adr/0004.';
comment on column public.idempotency_keys.key is 'As the client chose it, 1 to 255 visible ASCII characters.';
comment on column public.idempotency_keys.body_hash is 'SHA-256 in hexadecimal of all that was asked. With another one the key is refused: idempotency_mismatch.';
comment on column public.idempotency_keys.answer is 'What was answered, without serverNow.';
grant select on table public.idempotency_keys to service_role;

create table public.kept_refusals (
  variant_id uuid not null,
  reason text not null,
  hour timestamp with time zone not null,
  requests bigint not null,
  units bigint not null,
  constraint kept_refusals_pkey PRIMARY KEY (variant_id, reason, hour)
);
alter table public.kept_refusals enable row level security;
comment on table public.kept_refusals is 'Refusals that the sweep has taken over from new_refusals, for good.';
comment on column public.kept_refusals.hour is 'The hour in which they were refused, by its beginning.';
comment on column public.kept_refusals.requests is 'Lines of requests that were refused.';
comment on column public.kept_refusals.units is 'Units that were asked for and not held.';
grant select on table public.kept_refusals to service_role;

create table public.locations (
  id uuid default gen_random_uuid() not null,
  code text not null,
  name text not null,
  priority integer default 0 not null,
  created_at timestamp with time zone default now() not null,
  constraint locations_code_check CHECK ((code <> ''::text)),
  constraint locations_code_key UNIQUE (code),
  constraint locations_name_check CHECK ((name <> ''::text)),
  constraint locations_pkey PRIMARY KEY (id)
);
alter table public.locations enable row level security;
comment on table public.locations is 'A place that keeps stock. A shop has at least one: main.';
comment on column public.locations.priority is 'Lower goes first when a line looks for the location that covers it.';
grant select on table public.locations to service_role;

create unlogged table public.new_refusals (
  variant_id uuid not null,
  reason text not null,
  hour timestamp with time zone not null,
  shard smallint not null,
  requests bigint not null,
  units bigint not null,
  constraint new_refusals_pkey PRIMARY KEY (variant_id, reason, hour, shard)
) with (fillfactor=50);
alter table public.new_refusals enable row level security;
comment on table public.new_refusals is 'Refusals since the last sweep: bounded, so that a flood cannot fill the disk; sharded, so that counting is no hot row.';
comment on column public.new_refusals.hour is 'The hour in which they were refused, by its beginning.';
comment on column public.new_refusals.shard is 'Backend process id modulo 16. Sum over it.';
comment on column public.new_refusals.requests is 'Lines of requests that were refused.';
comment on column public.new_refusals.units is 'Units that were asked for and not held.';
grant select on table public.new_refusals to service_role;

create table public.order_lines (
  id uuid default gen_random_uuid() not null,
  order_id uuid not null,
  "position" integer not null,
  variant_id uuid not null,
  quantity integer not null,
  unit_price_cents integer not null,
  product_name text not null,
  variant_name text not null,
  sku text not null,
  image_path text not null,
  reservation_id uuid,
  left_seconds integer default 0 not null,
  location_id uuid,
  constraint order_lines_left_seconds_check CHECK ((left_seconds >= 0)),
  constraint order_lines_pkey PRIMARY KEY (id),
  constraint order_lines_position_check CHECK (("position" > 0)),
  constraint order_lines_position_is_taken_once UNIQUE (order_id, "position"),
  constraint order_lines_quantity_check CHECK ((quantity > 0)),
  constraint order_lines_sold_from_a_hold CHECK (((location_id IS NULL) OR (reservation_id IS NOT NULL))),
  constraint order_lines_unit_price_cents_check CHECK ((unit_price_cents >= 0))
);
CREATE INDEX order_lines_location_id_idx ON public.order_lines USING btree (location_id);
CREATE INDEX order_lines_reservation_id_idx ON public.order_lines USING btree (reservation_id);
CREATE INDEX order_lines_variant_id_idx ON public.order_lines USING btree (variant_id);
alter table public.order_lines enable row level security;
comment on table public.order_lines is 'What an order consists of, with names and prices as they were.';
comment on column public.order_lines."position" is 'Its place in the order, from 1.';
comment on column public.order_lines.quantity is 'Units of stock.';
comment on column public.order_lines.unit_price_cents is 'Price of one unit then, in minor units of the order''s currency.';
comment on column public.order_lines.reservation_id is 'Its hold; null where there was none. No foreign key: docs/adr/0004.';
comment on column public.order_lines.left_seconds is 'What the hold had left when it was pinned: what it gets back.';
comment on column public.order_lines.location_id is 'Where it was sold from; null until it is sold.';
grant select on table public.order_lines to authenticated;
grant select on table public.order_lines to service_role;

create table public.order_trail (
  id bigint generated always as identity not null,
  at timestamp with time zone default clock_timestamp() not null,
  actor text not null,
  cause text not null,
  entity text not null,
  entity_id uuid not null,
  order_id uuid not null,
  shopper_id uuid,
  before jsonb,
  after jsonb not null,
  constraint order_trail_entity_check CHECK ((entity = ANY (ARRAY['order'::text, 'payment'::text, 'refund'::text, 'refund_line'::text]))),
  constraint order_trail_pkey PRIMARY KEY (id)
);
CREATE INDEX order_trail_at_idx ON public.order_trail USING brin (at);
CREATE INDEX order_trail_order_id_idx ON public.order_trail USING btree (order_id, id);
alter table public.order_trail enable row level security;
comment on table public.order_trail is 'The append-only trail of orders, payments and refunds: a new row in full, a change by what changed. Neither e-mail nor address. No application role can change it.';
comment on column public.order_trail.entity_id is 'The order, payment or refund; of a refund line its order line.';
comment on column public.order_trail.before is 'What was there, by column; null for what is new.';
comment on column public.order_trail.after is 'What came of it, by column.';
grant select on table public.order_trail to service_role;

create table public.order_trail_totals (
  day date not null,
  entity text not null,
  actor text not null,
  cause text not null,
  changes bigint not null,
  constraint order_trail_totals_changes_check CHECK ((changes > 0)),
  constraint order_trail_totals_pkey PRIMARY KEY (day, entity, actor, cause)
);
alter table public.order_trail_totals enable row level security;
comment on table public.order_trail_totals is 'What is left of pruned rows of the trail of orders: one row per day, entity, who and why.';
comment on column public.order_trail_totals.changes is 'Rows that were pruned.';
grant select on table public.order_trail_totals to service_role;

create table public.orders (
  id uuid default gen_random_uuid() not null,
  number bigint generated always as identity not null,
  shopper_id uuid not null,
  source text default 'checkout'::text not null,
  status public.order_status default 'pending'::public.order_status not null,
  email text,
  ship_name text,
  ship_line1 text,
  ship_line2 text,
  ship_postal_code text,
  ship_city text,
  ship_country text,
  cart_version text,
  currency text not null,
  subtotal_cents bigint not null,
  shipping_cents integer default 0 not null,
  total_cents bigint not null,
  refunded_cents bigint default 0 not null,
  tracking text,
  created_at timestamp with time zone default clock_timestamp() not null,
  paid_at timestamp with time zone,
  shipped_at timestamp with time zone,
  cancelled_at timestamp with time zone,
  refunded_at timestamp with time zone,
  disputed_at timestamp with time zone,
  is_erasure_due boolean default false not null,
  erased_at timestamp with time zone,
  constraint orders_checkout_has_address CHECK (((source <> 'checkout'::text) OR (erased_at IS NOT NULL) OR (num_nulls(email, ship_name, ship_line1, ship_postal_code, ship_city, ship_country, cart_version) = 0))),
  constraint orders_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint orders_email_check CHECK (((length(email) >= 3) AND (length(email) <= 320))),
  constraint orders_erased_is_empty CHECK (((erased_at IS NULL) OR (num_nonnulls(email, ship_name, ship_line1, ship_line2, ship_postal_code, ship_city) = 0))),
  constraint orders_number_key UNIQUE (number),
  constraint orders_pkey PRIMARY KEY (id),
  constraint orders_refunded_cents_check CHECK ((refunded_cents >= 0)),
  constraint orders_ship_country_check CHECK ((ship_country ~ '^[A-Z]{2}$'::text)),
  constraint orders_shipped_was_paid CHECK (((shipped_at IS NULL) OR (status = ANY (ARRAY['paid'::public.order_status, 'refunded'::public.order_status])))),
  constraint orders_shipping_cents_check CHECK ((shipping_cents >= 0)),
  constraint orders_source_check CHECK ((source = ANY (ARRAY['checkout'::text, 'phone'::text, 'import'::text]))),
  constraint orders_subtotal_cents_check CHECK ((subtotal_cents >= 0)),
  constraint orders_times_fit_status CHECK (
CASE status
    WHEN 'pending'::public.order_status THEN ((paid_at IS NULL) AND (cancelled_at IS NULL) AND (refunded_at IS NULL))
    WHEN 'cancelled'::public.order_status THEN ((paid_at IS NULL) AND (cancelled_at IS NOT NULL) AND (refunded_at IS NULL))
    WHEN 'paid'::public.order_status THEN ((paid_at IS NOT NULL) AND (refunded_at IS NULL))
    ELSE ((paid_at IS NOT NULL) AND (refunded_at IS NOT NULL))
END),
  constraint orders_total_is_sum CHECK ((total_cents = (subtotal_cents + shipping_cents)))
);
CREATE INDEX orders_email_idx ON public.orders USING btree (lower(email));
CREATE INDEX orders_erasure_due_idx ON public.orders USING btree (number) WHERE (is_erasure_due AND (erased_at IS NULL));
CREATE INDEX orders_shopper_id_idx ON public.orders USING btree (shopper_id, number);
CREATE INDEX orders_to_ship_idx ON public.orders USING btree (number) WHERE ((status = 'paid'::public.order_status) AND (shipped_at IS NULL) AND (cancelled_at IS NULL));
alter table public.orders enable row level security;
comment on table public.orders is 'One checkout or one order from elsewhere. Prices are what they were then. A new checkout is a new order.';
comment on column public.orders.number is 'What people call it: HF-<number>.';
comment on column public.orders.cart_version is 'The cartVersion that was paid for: the same cart again is the same order while its payment is open.';
comment on column public.orders.subtotal_cents is 'Its lines, in minor units of currency.';
comment on column public.orders.shipping_cents is 'Minor units of currency.';
comment on column public.orders.total_cents is 'Subtotal and shipping: what is asked for.';
comment on column public.orders.refunded_cents is 'What went back by Stripe''s word. Written by a trigger on refunds.';
comment on column public.orders.paid_at is 'When the money was known to have come.';
comment on column public.orders.shipped_at is 'When it was sent off.';
comment on column public.orders.cancelled_at is 'When its payment ended without money; or, of a paid order, when the shop cancelled it.';
comment on column public.orders.refunded_at is 'When it was decided that all of it goes back (out of stock, wrong amount), or when all of it had gone back.';
comment on column public.orders.disputed_at is 'When a dispute was first heard of.';
comment on column public.orders.is_erasure_due is 'Its account was erased while it had to be sent yet: its address goes afterwards (erase_due_orders).';
comment on column public.orders.erased_at is 'When e-mail and address were cleared.';
grant select on table public.orders to authenticated;
grant select on table public.orders to service_role;

create table public.outgoing_mails (
  id uuid default gen_random_uuid() not null,
  order_id uuid not null,
  kind text not null,
  refund_id uuid,
  created_at timestamp with time zone default clock_timestamp() not null,
  sent_at timestamp with time zone,
  attempts integer default 0 not null,
  claimed_until timestamp with time zone,
  last_error text,
  constraint outgoing_mails_attempts_check CHECK ((attempts >= 0)),
  constraint outgoing_mails_kind_check CHECK ((kind = ANY (ARRAY['confirmation'::text, 'out_of_stock'::text, 'payment_failed'::text, 'shipped'::text, 'refunded'::text]))),
  constraint outgoing_mails_once UNIQUE NULLS NOT DISTINCT (order_id, kind, refund_id),
  constraint outgoing_mails_pkey PRIMARY KEY (id)
);
CREATE INDEX outgoing_mails_refund_id_idx ON public.outgoing_mails USING btree (refund_id);
CREATE INDEX outgoing_mails_unsent_idx ON public.outgoing_mails USING btree (created_at) WHERE (sent_at IS NULL);
alter table public.outgoing_mails enable row level security;
comment on table public.outgoing_mails is 'Mails to send, once per order, kind and refund. Sent by the server afterwards: at least once, where it dies between sending and saying so.';
comment on column public.outgoing_mails.sent_at is 'When it was handed over.';
comment on column public.outgoing_mails.attempts is 'How often somebody tried.';
comment on column public.outgoing_mails.claimed_until is 'Until when somebody is sending it, or waits before trying again.';
grant select on table public.outgoing_mails to service_role;

create table public.payment_events (
  event_id text not null,
  type text not null,
  payment_id uuid,
  at timestamp with time zone default clock_timestamp() not null,
  outcome text not null,
  constraint payment_events_event_id_check CHECK (((length(event_id) >= 1) AND (length(event_id) <= 255))),
  constraint payment_events_pkey PRIMARY KEY (event_id)
);
CREATE INDEX payment_events_payment_id_idx ON public.payment_events USING btree (payment_id);
alter table public.payment_events enable row level security;
comment on table public.payment_events is 'Events of Stripe, each written in the transaction of its effect: the same event again has none. Append-only.';
grant select on table public.payment_events to service_role;

create table public.payments (
  id uuid default gen_random_uuid() not null,
  order_id uuid not null,
  shopper_id uuid not null,
  status public.payment_status default 'open'::public.payment_status not null,
  amount_cents bigint not null,
  currency text not null,
  return_origin text,
  session_expires_at timestamp with time zone,
  window_ends_at timestamp with time zone,
  session_id text,
  session_url text,
  payment_intent_id text,
  received_cents bigint,
  received_currency text,
  created_at timestamp with time zone default clock_timestamp() not null,
  settled_at timestamp with time zone,
  claimed_until timestamp with time zone,
  constraint payments_amount_cents_check CHECK ((amount_cents >= 0)),
  constraint payments_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint payments_order_id_key UNIQUE (order_id),
  constraint payments_payment_intent_id_check CHECK (((length(payment_intent_id) >= 1) AND (length(payment_intent_id) <= 255))),
  constraint payments_payment_intent_id_key UNIQUE (payment_intent_id),
  constraint payments_pkey PRIMARY KEY (id),
  constraint payments_received_cents_check CHECK ((received_cents >= 0)),
  constraint payments_received_currency_check CHECK ((received_currency ~ '^[A-Z]{3}$'::text)),
  constraint payments_received_when_succeeded CHECK ((num_nonnulls(received_cents, received_currency) =
CASE status
    WHEN 'succeeded'::public.payment_status THEN 2
    ELSE 0
END)),
  constraint payments_session_id_check CHECK (((length(session_id) >= 1) AND (length(session_id) <= 255))),
  constraint payments_session_id_key UNIQUE (session_id),
  constraint payments_settled_at_fits_status CHECK (((settled_at IS NULL) = (status = ANY (ARRAY['open'::public.payment_status, 'processing'::public.payment_status])))),
  constraint payments_unfinished_has_window CHECK (((status <> ALL (ARRAY['open'::public.payment_status, 'processing'::public.payment_status])) OR (num_nulls(return_origin, session_expires_at, window_ends_at) = 0)))
);
CREATE UNIQUE INDEX payments_one_unfinished_per_shopper_idx ON public.payments USING btree (shopper_id) WHERE (status = ANY (ARRAY['open'::public.payment_status, 'processing'::public.payment_status]));
CREATE INDEX payments_shopper_id_idx ON public.payments USING btree (shopper_id);
CREATE INDEX payments_unfinished_window_idx ON public.payments USING btree (window_ends_at) WHERE (status = ANY (ARRAY['open'::public.payment_status, 'processing'::public.payment_status]));
alter table public.payments enable row level security;
comment on table public.payments is 'One per order. Changed under the locks of its shopper and its order. While it is unfinished its order''s holds are paying.';
comment on column public.payments.amount_cents is 'What is asked for, in minor units of currency.';
comment on column public.payments.return_origin is 'Where Stripe sends the shopper back to.';
comment on column public.payments.session_expires_at is 'A parameter of the call: when Stripe ends the session by itself, 30 minutes ahead at least.';
comment on column public.payments.window_ends_at is 'Until when the holds are pinned. Whoever ends the window expires the session at Stripe first.';
comment on column public.payments.received_cents is 'What Stripe received, in minor units of received_currency. A refund is never more.';
comment on column public.payments.settled_at is 'When its final state was written.';
comment on column public.payments.claimed_until is 'Until when somebody is settling it with Stripe, or need not look again.';
grant select on table public.payments to service_role;

create table public.product_pictures (
  content bytea not null,
  hash text generated always as (encode(sha256(content), 'hex'::text)) stored not null,
  type text generated always as (
CASE
    WHEN (SUBSTRING(content FROM 1 FOR 16) = '\x89504e470d0a1a0a0000000d49484452'::bytea) THEN 'png'::text
    WHEN (SUBSTRING(content FROM 1 FOR 3) = '\xffd8ff'::bytea) THEN 'jpg'::text
    WHEN ((SUBSTRING(content FROM 1 FOR 4) = '\x52494646'::bytea) AND (SUBSTRING(content FROM 9 FOR 7) = '\x57454250565038'::bytea)) THEN 'webp'::text
    WHEN ((SUBSTRING(content FROM 5 FOR 4) = '\x66747970'::bytea) AND (POSITION(('\x61766966'::bytea) IN (SUBSTRING(content FROM 9 FOR 32))) > 0)) THEN 'avif'::text
    ELSE NULL::text
END) stored not null,
  admin_id uuid not null,
  created_at timestamp with time zone default clock_timestamp() not null,
  constraint product_pictures_content_is_small CHECK ((octet_length(content) <= 2097152)),
  constraint product_pictures_pkey PRIMARY KEY (hash)
);
alter table public.product_pictures enable row level security;
comment on table public.product_pictures is 'Pictures of products that admins uploaded, each once. Never changed: another picture has another hash. The shop serves them at /pictures/{hash}.{type}; pictures that are files of the deployment are not here.';
comment on column public.product_pictures.content is 'The file as it came, at most 2 MiB.';
comment on column public.product_pictures.hash is 'SHA-256 of the content, in hexadecimal.';
comment on column public.product_pictures.type is 'What the file is by its first bytes, whatever it is called: png, jpg, webp or avif. Nothing else is taken, SVG and HTML neither: they have no type.';
comment on column public.product_pictures.admin_id is 'Who uploaded it first.';
grant select on table public.product_pictures to service_role;

create table public.products (
  id uuid default gen_random_uuid() not null,
  slug text not null,
  name text not null,
  tagline text default ''::text not null,
  description text default ''::text not null,
  image_path text not null,
  image_alt text not null,
  "position" integer default 0 not null,
  hold_seconds integer,
  published_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  constraint products_hold_seconds_check CHECK (((hold_seconds >= 1) AND (hold_seconds <= 86400))),
  constraint products_name_check CHECK ((name <> ''::text)),
  constraint products_pkey PRIMARY KEY (id),
  constraint products_slug_check CHECK ((slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text)),
  constraint products_slug_key UNIQUE (slug)
);
alter table public.products enable row level security;
comment on table public.products is 'What the shop shows. Visible to the public once published.';
comment on column public.products."position" is 'Where it stands in the catalogue: lower comes first.';
comment on column public.products.hold_seconds is 'This product''s own hold duration in seconds; null: the shopper''s tier, then the store, decides.';
comment on column public.products.published_at is 'From when on it is shown and sold; null: not yet.';
grant select on table public.products to anon;
grant select on table public.products to authenticated;
grant select on table public.products to service_role;

create table public.prune_runs (
  id bigint generated always as identity not null,
  started_at timestamp with time zone not null,
  finished_at timestamp with time zone not null,
  trail_before timestamp with time zone,
  trail_rows integer not null,
  counters integer not null,
  is_more boolean not null,
  constraint prune_runs_check CHECK ((finished_at >= started_at)),
  constraint prune_runs_counters_check CHECK ((counters >= 0)),
  constraint prune_runs_pkey PRIMARY KEY (id),
  constraint prune_runs_trail_rows_check CHECK ((trail_rows >= 0))
);
CREATE INDEX prune_runs_started_at_idx ON public.prune_runs USING btree (started_at);
alter table public.prune_runs enable row level security;
comment on table public.prune_runs is 'One row per run of prune_old_records, kept for 400 days: what went of the trail by age, its totals kept.';
comment on column public.prune_runs.started_at is 'The instant by which counters were old or not.';
comment on column public.prune_runs.finished_at is 'When the run was about to commit.';
comment on column public.prune_runs.trail_before is 'Rows of the trail from before this instant went; null: the trail is kept for ever.';
comment on column public.prune_runs.trail_rows is 'Rows of the trail that went.';
comment on column public.prune_runs.counters is 'Counters of webhook failures that went.';
comment on column public.prune_runs.is_more is 'Whether as much went as the run was allowed to take, so that there may be more.';
grant select on table public.prune_runs to service_role;

create table public.refund_lines (
  refund_id uuid not null,
  order_line_id uuid not null,
  quantity integer not null,
  restock text default 'undecided'::text not null,
  decided_at timestamp with time zone,
  constraint refund_lines_decided_at_fits CHECK (((decided_at IS NULL) = (restock = 'undecided'::text))),
  constraint refund_lines_pkey PRIMARY KEY (refund_id, order_line_id),
  constraint refund_lines_quantity_check CHECK ((quantity > 0)),
  constraint refund_lines_restock_check CHECK ((restock = ANY (ARRAY['undecided'::text, 'restocked'::text, 'kept_out'::text])))
);
CREATE INDEX refund_lines_order_line_id_idx ON public.refund_lines USING btree (order_line_id);
CREATE INDEX refund_lines_undecided_idx ON public.refund_lines USING btree (refund_id) WHERE (restock = 'undecided'::text);
alter table public.refund_lines enable row level security;
comment on table public.refund_lines is 'Which units a refund is for, and whether they went back on the shelf: decided once, never beyond what was sold.';
comment on column public.refund_lines.quantity is 'Units of stock.';
comment on column public.refund_lines.decided_at is 'When it was decided whether they are sold again.';
grant select on table public.refund_lines to service_role;

create table public.refunds (
  id uuid default gen_random_uuid() not null,
  order_id uuid not null,
  payment_id uuid not null,
  amount_cents bigint not null,
  currency text not null,
  reason text not null,
  payment_intent_id text,
  actor text not null,
  status public.refund_status default 'requested'::public.refund_status not null,
  attempt integer default 1 not null,
  stripe_refund_id text,
  last_error text,
  claimed_until timestamp with time zone,
  created_at timestamp with time zone default clock_timestamp() not null,
  settled_at timestamp with time zone,
  constraint refunds_amount_cents_check CHECK ((amount_cents >= 0)),
  constraint refunds_attempt_check CHECK ((attempt > 0)),
  constraint refunds_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint refunds_payment_intent_id_check CHECK (((length(payment_intent_id) >= 1) AND (length(payment_intent_id) <= 255))),
  constraint refunds_pending_is_at_stripe CHECK (((status <> 'pending'::public.refund_status) OR (stripe_refund_id IS NOT NULL))),
  constraint refunds_pkey PRIMARY KEY (id),
  constraint refunds_reason_check CHECK ((reason = ANY (ARRAY['out_of_stock'::text, 'wrong_amount'::text, 'requested'::text, 'cancelled'::text, 'outside'::text, 'second_payment'::text]))),
  constraint refunds_second_payment_is_named CHECK (((reason = 'second_payment'::text) = (payment_intent_id IS NOT NULL))),
  constraint refunds_settled_at_fits_status CHECK (((settled_at IS NULL) = (status = ANY (ARRAY['requested'::public.refund_status, 'pending'::public.refund_status])))),
  constraint refunds_stripe_refund_id_check CHECK (((length(stripe_refund_id) >= 1) AND (length(stripe_refund_id) <= 255))),
  constraint refunds_stripe_refund_id_key UNIQUE (stripe_refund_id)
);
CREATE UNIQUE INDEX refunds_one_of_a_second_payment_idx ON public.refunds USING btree (payment_intent_id) WHERE (payment_intent_id IS NOT NULL);
CREATE UNIQUE INDEX refunds_one_of_the_ladder_idx ON public.refunds USING btree (payment_id) WHERE (reason = ANY (ARRAY['out_of_stock'::text, 'wrong_amount'::text]));
CREATE INDEX refunds_order_id_idx ON public.refunds USING btree (order_id);
CREATE INDEX refunds_payment_id_idx ON public.refunds USING btree (payment_id);
CREATE INDEX refunds_undone_idx ON public.refunds USING btree (created_at) WHERE (status <> 'succeeded'::public.refund_status);
alter table public.refunds enable row level security;
comment on table public.refunds is 'What goes back, one row per refund. Those that did not fail are never more than was received. Changed under the order''s lock.';
comment on column public.refunds.amount_cents is 'Minor units of currency. 0 where units of no price come back.';
comment on column public.refunds.payment_intent_id is 'Which money goes back, where it is not the payment''s own: of a second payment for the same order. All of it, beside what the payment received.';
comment on column public.refunds.actor is 'Who asked for it, for example admin:<id> or system.';
comment on column public.refunds.attempt is 'Part of the key for Stripe, refund-<id>-<attempt>: only a retry after a failure is another call.';
comment on column public.refunds.claimed_until is 'Until when somebody is doing it, or need not ask Stripe again.';
comment on column public.refunds.settled_at is 'When Stripe''s last word on it was written.';
grant select on table public.refunds to service_role;

create table public.reservation_trail (
  id bigint generated always as identity not null,
  at timestamp with time zone default clock_timestamp() not null,
  actor text not null,
  cause text not null,
  reservation_id uuid not null,
  variant_id uuid not null,
  location_id uuid not null,
  old_shopper_id uuid,
  old_status public.reservation_status,
  old_quantity integer,
  old_expires_at timestamp with time zone,
  new_shopper_id uuid,
  new_status public.reservation_status,
  new_quantity integer,
  new_expires_at timestamp with time zone,
  constraint reservation_trail_check CHECK (((old_status IS NOT NULL) OR (new_status IS NOT NULL))),
  constraint reservation_trail_pkey PRIMARY KEY (variant_id, at, id)
);
CREATE INDEX reservation_trail_at_idx ON public.reservation_trail USING brin (at);
alter table public.reservation_trail enable row level security;
comment on table public.reservation_trail is 'The append-only trail of holds: one row for every hold that was made, changed or deleted, what it was and what it became. No application role can change it.';
comment on column public.reservation_trail.actor is 'shopper, admin or system from our functions; the database role where somebody typed SQL.';
comment on column public.reservation_trail.cause is 'Which operation did it, for example reserve, extend, expire; sql where somebody typed it.';
comment on column public.reservation_trail.old_status is 'What was there before; null, as all of old_, for a new hold.';
comment on column public.reservation_trail.old_quantity is 'Units of stock before.';
comment on column public.reservation_trail.old_expires_at is 'When it would have ended before.';
comment on column public.reservation_trail.new_status is 'What came of it; null, as all of new_, for a hold that was deleted.';
comment on column public.reservation_trail.new_quantity is 'Units of stock after.';
comment on column public.reservation_trail.new_expires_at is 'When it ends or would have ended after.';
grant select on table public.reservation_trail to service_role;

create table public.reservations (
  id uuid default gen_random_uuid() not null,
  shopper_id uuid not null,
  variant_id uuid not null,
  location_id uuid not null,
  quantity integer not null,
  status public.reservation_status default 'active'::public.reservation_status not null,
  duration_seconds integer not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  max_expires_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  replaces_id uuid,
  is_withdrawn boolean default false not null,
  paying_seconds integer default 0 not null,
  constraint reservations_duration_positive CHECK ((duration_seconds > 0)),
  constraint reservations_ended_at_fits_status CHECK (((ended_at IS NULL) = ((status = 'active'::public.reservation_status) OR (status = 'paying'::public.reservation_status)))),
  constraint reservations_expired_after_expiry CHECK (((status <> 'expired'::public.reservation_status) OR (ended_at >= expires_at))),
  constraint reservations_pkey PRIMARY KEY (id),
  constraint reservations_quantity_positive CHECK ((quantity > 0)),
  constraint reservations_replaces_another CHECK ((replaces_id <> id)),
  constraint reservations_times_in_order CHECK (((created_at <= max_expires_at) AND (expires_at <= max_expires_at))),
  constraint reservations_withdrawn_is_released CHECK (((NOT is_withdrawn) OR (status = 'released'::public.reservation_status)))
) with (fillfactor=80);
CREATE INDEX reservations_active_expiry_idx ON public.reservations USING btree (variant_id, location_id, expires_at) WHERE (status = 'active'::public.reservation_status);
CREATE INDEX reservations_not_active_shopper_idx ON public.reservations USING btree (shopper_id, status, ended_at) WHERE (status <> 'active'::public.reservation_status);
CREATE UNIQUE INDEX reservations_one_active_per_level_idx ON public.reservations USING btree (shopper_id, variant_id, location_id) WHERE (status = 'active'::public.reservation_status);
alter table public.reservations enable row level security;
comment on table public.reservations is 'Holds: units of one variant at one location, kept for one shopper. There is no cart table; the cart is the shopper''s active holds.';
comment on column public.reservations.quantity is 'Units of stock.';
comment on column public.reservations.duration_seconds is 'What applied when the hold was made: one turn, in seconds.';
comment on column public.reservations.expires_at is 'An active hold is live while this lies ahead. A paying hold is live whatever this says.';
comment on column public.reservations.max_expires_at is 'No extension goes past this.';
comment on column public.reservations.ended_at is 'When the hold was confirmed, released or expired; null while it counts.';
comment on column public.reservations.replaces_id is 'The ended hold whose units were taken again with this one. No foreign key: the old row may be pruned.';
comment on column public.reservations.is_withdrawn is 'Released by the shop, because the units were not there after all: the shopper is told, as of an expired hold.';
comment on column public.reservations.paying_seconds is 'How long payments have pinned it that came to nothing, in seconds: max_paying_seconds caps them together.';
grant select on table public.reservations to authenticated;
grant select on table public.reservations to service_role;

create table public.shoppers (
  id uuid not null,
  tier public.shopper_tier default 'standard'::public.shopper_tier not null,
  merged_into uuid,
  minute_began_at timestamp with time zone default '-infinity'::timestamp with time zone not null,
  holds_in_minute integer default 0 not null,
  created_at timestamp with time zone default now() not null,
  merged_at timestamp with time zone,
  constraint shoppers_holds_in_minute_check CHECK ((holds_in_minute >= 0)),
  constraint shoppers_not_merged_into_itself CHECK ((merged_into <> id)),
  constraint shoppers_pkey PRIMARY KEY (id)
);
CREATE INDEX shoppers_merged_into_idx ON public.shoppers USING btree (merged_into) WHERE (merged_into IS NOT NULL);
alter table public.shoppers enable row level security;
comment on table public.shoppers is 'A guest or a signed-in user, one row per shopper_id. Its row lock serialises what one shopper does: caps are decided under it.';
comment on column public.shoppers.merged_into is 'Whom this guest became by signing in. A late request with the old identity acts for that shopper. Never a chain.';
comment on column public.shoppers.minute_began_at is 'When the minute began whose new holds are counted: with the first of them.';
comment on column public.shoppers.holds_in_minute is 'New holds since minute_began_at, for max_holds_per_minute.';
comment on column public.shoppers.merged_at is 'When merged_into was written. After merged_guest_seconds the guest is a guest like any other.';
grant select on table public.shoppers to service_role;

create table public.sign_in_attempts (
  key bytea not null,
  began_at timestamp with time zone not null,
  attempts integer not null,
  constraint sign_in_attempts_attempts_check CHECK ((attempts > 0)),
  constraint sign_in_attempts_pkey PRIMARY KEY (key)
);
CREATE INDEX sign_in_attempts_began_at_idx ON public.sign_in_attempts USING btree (began_at);
alter table public.sign_in_attempts enable row level security;
comment on table public.sign_in_attempts is 'Attempts to sign in, per address and way, since began_at. The key is a hash: nobody''s address is kept here. Rows are forgotten an hour after they began.';
comment on column public.sign_in_attempts.began_at is 'When the 15 minutes began in which attempts are counted.';
comment on column public.sign_in_attempts.attempts is 'How many were made since began_at, at most one more than allowed.';
grant select on table public.sign_in_attempts to service_role;

create table public.source_holders (
  variant_id uuid not null,
  source text not null,
  shopper_id uuid not null,
  noted_at timestamp with time zone not null,
  constraint source_holders_pkey PRIMARY KEY (variant_id, source, shopper_id),
  constraint source_holders_source_check CHECK ((source <> ''::text))
);
CREATE INDEX source_holders_noted_at_idx ON public.source_holders USING btree (noted_at);
CREATE INDEX source_holders_shopper_id_idx ON public.source_holders USING btree (shopper_id, variant_id);
alter table public.source_holders enable row level security;
comment on table public.source_holders is 'Who holds a variant from which source: what a source''s share is counted by. Whether they hold it still, the holds say. Rows that say nothing any more are removed when they are met, and by prune_sources.';
comment on column public.source_holders.source is 'A keyed hash of a network address; never the address itself.';
comment on column public.source_holders.noted_at is 'When the shopper last took units from there.';
grant select on table public.source_holders to service_role;

create table public.source_requests (
  source text not null,
  shard smallint not null,
  minute timestamp with time zone not null,
  requests integer not null,
  constraint source_requests_pkey PRIMARY KEY (source, shard),
  constraint source_requests_requests_check CHECK ((requests > 0)),
  constraint source_requests_source_check CHECK ((source <> ''::text))
) with (fillfactor=50);
CREATE INDEX source_requests_minute_idx ON public.source_requests USING btree (minute);
alter table public.source_requests enable row level security;
comment on table public.source_requests is 'Requests for holds per source in the minute that each row names. Sharded, so that counting is no hot row where many share an address.';
comment on column public.source_requests.source is 'A keyed hash of a network address; never the address itself.';
comment on column public.source_requests.shard is 'Backend process id modulo 8. Sum over it.';
comment on column public.source_requests.minute is 'The minute that is counted, by its beginning; another one counts as none.';
comment on column public.source_requests.requests is 'Requests that were let through in that minute.';
grant select on table public.source_requests to service_role;

create table public.stock_levels (
  variant_id uuid not null,
  location_id uuid not null,
  on_hand integer default 0 not null,
  reserved integer default 0 not null,
  safety_stock integer default 0 not null,
  next_expiry_at timestamp with time zone default 'infinity'::timestamp with time zone not null,
  constraint stock_levels_pkey PRIMARY KEY (variant_id, location_id),
  constraint stock_levels_reserved_within_on_hand CHECK (((reserved >= 0) AND (reserved <= on_hand))),
  constraint stock_levels_safety_stock_check CHECK ((safety_stock >= 0))
) with (fillfactor=50);
CREATE INDEX stock_levels_location_id_idx ON public.stock_levels USING btree (location_id);
alter table public.stock_levels enable row level security;
comment on table public.stock_levels is 'One row per (variant, location), in units. The row that every hold of the level locks; a low fillfactor keeps its updates HOT.';
comment on column public.stock_levels.on_hand is 'Units that are physically there.';
comment on column public.stock_levels.reserved is 'Units of the active and paying holds. Written by the counting triggers on reservations and by nothing else.';
comment on column public.stock_levels.safety_stock is 'Units that new holds leave alone. Limits new holds only.';
comment on column public.stock_levels.next_expiry_at is 'A lower bound of expires_at over the level''s active holds: while it lies ahead nothing here has lapsed, and looking for lapsed holds starts here. Lowered by the counting triggers, raised under the level''s lock.';
grant select on table public.stock_levels to service_role;

create table public.stock_movements (
  id bigint generated always as identity not null,
  at timestamp with time zone default clock_timestamp() not null,
  actor text not null,
  reason text not null,
  variant_id uuid not null,
  location_id uuid not null,
  delta integer not null,
  on_hand_after integer not null,
  constraint stock_movements_delta_check CHECK ((delta <> 0)),
  constraint stock_movements_on_hand_after_check CHECK ((on_hand_after >= 0)),
  constraint stock_movements_pkey PRIMARY KEY (id),
  constraint stock_movements_reason_check CHECK ((reason <> ''::text))
);
CREATE INDEX stock_movements_level_idx ON public.stock_movements USING btree (variant_id, location_id, id);
alter table public.stock_movements enable row level security;
comment on table public.stock_movements is 'The append-only ledger of on_hand, in units: the sum of a level''s movements is its on_hand. Written by a trigger, whoever changes on_hand.';
comment on column public.stock_movements.reason is 'What was given as the reason, or the operation; sql where somebody typed an UPDATE.';
comment on column public.stock_movements.delta is 'Units that came, or with a minus went.';
comment on column public.stock_movements.on_hand_after is 'Units on hand once they had.';
grant select on table public.stock_movements to service_role;

create table public.stock_trail (
  id bigint generated always as identity not null,
  at timestamp with time zone default clock_timestamp() not null,
  actor text not null,
  cause text not null,
  reservation_id uuid,
  variant_id uuid not null,
  location_id uuid not null,
  before jsonb,
  after jsonb,
  constraint stock_trail_pkey PRIMARY KEY (id)
);
CREATE INDEX stock_trail_variant_id_at_idx ON public.stock_trail USING btree (variant_id, at);
alter table public.stock_trail enable row level security;
comment on table public.stock_trail is 'The append-only trail of stock levels: every change of on_hand and safety_stock, and every repair. No application role can change it.';
comment on column public.stock_trail.reservation_id is 'The hold that a repair was about; null for a stock level.';
comment on column public.stock_trail.before is 'What was there; null for what is new.';
comment on column public.stock_trail.after is 'What came of it, in the same words; null for what was deleted.';
grant select on table public.stock_trail to service_role;

create table public.store_settings (
  is_only_row boolean default true not null,
  hold_seconds integer default 900 not null,
  vip_hold_seconds integer default 1800 not null,
  max_hold_turns integer default 11 not null,
  max_units_per_line integer default 100 not null,
  max_units_per_variant integer default 100 not null,
  max_units_per_shopper integer default 500 not null,
  max_holds_per_minute integer default 60 not null,
  shown_stock_limit integer default 20 not null,
  low_stock_at integer default 5 not null,
  lapsed_shown_seconds integer default 1800 not null,
  trail_kept_days integer default 365,
  merged_guest_seconds integer default 600 not null,
  max_unconverted_holds integer default 5 not null,
  unconverted_window_seconds integer default 7200 not null,
  cool_down_seconds integer default 900 not null,
  max_share_per_address_percent integer default 25 not null,
  min_units_per_address integer default 3 not null,
  max_units_per_address integer default 1000 not null,
  max_requests_per_address integer default 600 not null,
  shop_currency text default 'EUR'::text not null,
  shipping_cents integer default 490 not null,
  payment_window_seconds integer default 900 not null,
  max_paying_seconds integer default 3600 not null,
  min_returned_seconds integer default 120 not null,
  low_stock_clears_at integer default 10 not null,
  constraint store_settings_cool_down_seconds_check CHECK ((cool_down_seconds >= 0)),
  constraint store_settings_hold_seconds_check CHECK (((hold_seconds >= 1) AND (hold_seconds <= 86400))),
  constraint store_settings_is_only_row_check CHECK (is_only_row),
  constraint store_settings_lapsed_shown_seconds_check CHECK ((lapsed_shown_seconds >= 0)),
  constraint store_settings_low_stock_at_check CHECK ((low_stock_at >= 0)),
  constraint store_settings_low_stock_clears_at_check CHECK ((low_stock_clears_at >= 0)),
  constraint store_settings_max_hold_turns_check CHECK (((max_hold_turns >= 1) AND (max_hold_turns <= 100))),
  constraint store_settings_max_holds_per_minute_check CHECK ((max_holds_per_minute > 0)),
  constraint store_settings_max_paying_seconds_check CHECK (((max_paying_seconds >= 1) AND (max_paying_seconds <= 864000))),
  constraint store_settings_max_requests_per_address_check CHECK ((max_requests_per_address > 0)),
  constraint store_settings_max_share_per_address_percent_check CHECK (((max_share_per_address_percent >= 1) AND (max_share_per_address_percent <= 100))),
  constraint store_settings_max_unconverted_holds_check CHECK ((max_unconverted_holds > 0)),
  constraint store_settings_max_units_per_address_check CHECK ((max_units_per_address > 0)),
  constraint store_settings_max_units_per_line_check CHECK ((max_units_per_line > 0)),
  constraint store_settings_max_units_per_shopper_check CHECK ((max_units_per_shopper > 0)),
  constraint store_settings_max_units_per_variant_check CHECK ((max_units_per_variant > 0)),
  constraint store_settings_merged_guest_seconds_check CHECK (((merged_guest_seconds >= 1) AND (merged_guest_seconds <= 86400))),
  constraint store_settings_min_returned_seconds_check CHECK (((min_returned_seconds >= 1) AND (min_returned_seconds <= 86400))),
  constraint store_settings_min_units_per_address_check CHECK ((min_units_per_address > 0)),
  constraint store_settings_payment_window_seconds_check CHECK (((payment_window_seconds >= 1) AND (payment_window_seconds <= 84000))),
  constraint store_settings_pkey PRIMARY KEY (is_only_row),
  constraint store_settings_shipping_cents_check CHECK ((shipping_cents >= 0)),
  constraint store_settings_shop_currency_check CHECK ((shop_currency ~ '^[A-Z]{3}$'::text)),
  constraint store_settings_shown_stock_limit_check CHECK (((shown_stock_limit >= 1) AND (shown_stock_limit <= 100))),
  constraint store_settings_trail_kept_days_check CHECK (((trail_kept_days >= 30) AND (trail_kept_days <= 36500))),
  constraint store_settings_unconverted_window_seconds_check CHECK ((unconverted_window_seconds > 0)),
  constraint store_settings_vip_hold_seconds_check CHECK (((vip_hold_seconds >= 1) AND (vip_hold_seconds <= 86400)))
);
alter table public.store_settings enable row level security;
comment on table public.store_settings is 'Durations and caps as data. One row. A hold keeps a copy of what applied to it, so a change here never shortens a promise.';
comment on column public.store_settings.hold_seconds is 'How long adding to the cart holds units, in seconds.';
comment on column public.store_settings.vip_hold_seconds is 'The same for shoppers of tier vip, in seconds.';
comment on column public.store_settings.max_hold_turns is 'Total life of a hold, in turns of its duration: 11 are the first and ten extensions (WCAG 2.2.1, docs/accessibility.md).';
comment on column public.store_settings.max_units_per_line is 'Most units one hold may have.';
comment on column public.store_settings.max_units_per_variant is 'Most live units of one variant per shopper.';
comment on column public.store_settings.max_units_per_shopper is 'Most live units of anything per shopper.';
comment on column public.store_settings.max_holds_per_minute is 'Most new holds of one shopper within a minute that begins with the first. Changing or extending a hold makes none.';
comment on column public.store_settings.shown_stock_limit is 'The public sees availability up to this many units, then "or more".';
comment on column public.store_settings.low_stock_at is 'At this many available units or fewer a variant reads as low on stock.';
comment on column public.store_settings.lapsed_shown_seconds is 'How long an expired hold stays in the cart as "no longer held", in seconds.';
comment on column public.store_settings.trail_kept_days is 'How old a row of the trail is before it is pruned, in days; null: never. Its total is kept.';
comment on column public.store_settings.merged_guest_seconds is 'How long after a sign-in the guest''s identity acts for the user, in seconds. Only requests that were under way need it, with all their retries: the browser gets another guest''s cookie with the answer to its sign-in. A copy of the old cookie shall not reach into the user''s cart for ever.';
comment on column public.store_settings.max_unconverted_holds is 'So many holds of one variant may a shopper let go without buying, within unconverted_window_seconds, before the next has to wait.';
comment on column public.store_settings.unconverted_window_seconds is 'How far back holds that came to nothing are counted, in seconds.';
comment on column public.store_settings.cool_down_seconds is 'How long after the last of them the next hold has to wait, in seconds; 0: no cool-down.';
comment on column public.store_settings.max_share_per_address_percent is 'Of the units of a variant that can be held at all, the share that one address may hold, in percent; 100: no limit.';
comment on column public.store_settings.min_units_per_address is 'Units of a variant that one address may hold in any case, however small its share: many people may share an address.';
comment on column public.store_settings.max_units_per_address is 'Units of a variant that one address may hold at most, however large its share. Bounds what counting them costs.';
comment on column public.store_settings.max_requests_per_address is 'Requests for holds per minute from one address.';
comment on column public.store_settings.shop_currency is 'The currency in which carts are paid, ISO 4217.';
comment on column public.store_settings.shipping_cents is 'Flat shipping per order, in minor units of shop_currency.';
comment on column public.store_settings.payment_window_seconds is 'How long starting to pay pins the holds, in seconds. A session of Stripe lives half an hour longer, and a day at most.';
comment on column public.store_settings.max_paying_seconds is 'All payment windows of a hold together, in seconds.';
comment on column public.store_settings.min_returned_seconds is 'What a hold has left at least when its payment is ended and it goes back to the cart, in seconds. Each pinning counts as this much toward max_paying_seconds at least, or pinning for a moment again and again would hold for ever.';
comment on column public.store_settings.low_stock_clears_at is 'At so many available units or more an alert of low stock is over; at least one more than low_stock_at, whatever stands here.';
grant select on table public.store_settings to service_role;

create table public.sweep_runs (
  id bigint generated always as identity not null,
  started_at timestamp with time zone not null,
  finished_at timestamp with time zone not null,
  expired integer not null,
  units integer not null,
  is_more boolean not null,
  constraint sweep_runs_check CHECK ((finished_at >= started_at)),
  constraint sweep_runs_expired_check CHECK ((expired >= 0)),
  constraint sweep_runs_pkey PRIMARY KEY (id),
  constraint sweep_runs_units_check CHECK ((units >= 0))
);
CREATE INDEX sweep_runs_started_at_idx ON public.sweep_runs USING btree (started_at);
alter table public.sweep_runs enable row level security;
comment on table public.sweep_runs is 'One row per run of the sweep: holds marked expired, units that came back, whether more were left.';
comment on column public.sweep_runs.started_at is 'The instant by which holds were lapsed or not.';
comment on column public.sweep_runs.finished_at is 'When the run was about to commit.';
comment on column public.sweep_runs.expired is 'Holds marked expired.';
comment on column public.sweep_runs.units is 'Units that came back with them.';
grant select on table public.sweep_runs to service_role;

create table public.trail_totals (
  day date not null,
  variant_id uuid not null,
  location_id uuid not null,
  entity text not null,
  actor text not null,
  cause text not null,
  changes bigint not null,
  units_before bigint not null,
  units_after bigint not null,
  constraint trail_totals_changes_check CHECK ((changes > 0)),
  constraint trail_totals_entity_check CHECK ((entity = ANY (ARRAY['reservation'::text, 'stock_level'::text]))),
  constraint trail_totals_pkey PRIMARY KEY (variant_id, location_id, day, entity, actor, cause)
);
alter table public.trail_totals enable row level security;
comment on table public.trail_totals is 'What is left of pruned rows of the trail: one row per day, stock level, who and why.';
comment on column public.trail_totals.day is 'The day in UTC.';
comment on column public.trail_totals.changes is 'Rows of the trail that were pruned.';
comment on column public.trail_totals.units_before is 'Their units before, summed: of holds, or on hand. Nothing counts as 0.';
comment on column public.trail_totals.units_after is 'Their units after, summed: of holds, or on hand. Nothing counts as 0.';
grant select on table public.trail_totals to service_role;

create table public.variants (
  id uuid default gen_random_uuid() not null,
  product_id uuid not null,
  sku text not null,
  name text not null,
  price_cents integer not null,
  currency text default 'EUR'::text not null,
  "position" integer default 0 not null,
  created_at timestamp with time zone default now() not null,
  constraint variants_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint variants_name_check CHECK ((name <> ''::text)),
  constraint variants_pkey PRIMARY KEY (id),
  constraint variants_price_cents_check CHECK ((price_cents >= 0)),
  constraint variants_sku_check CHECK ((sku <> ''::text)),
  constraint variants_sku_key UNIQUE (sku)
);
CREATE INDEX variants_product_id_idx ON public.variants USING btree (product_id);
alter table public.variants enable row level security;
comment on table public.variants is 'The thing that is sold and counted (a SKU).';
comment on column public.variants.price_cents is 'Price of one unit in integer minor units of `currency`.';
comment on column public.variants."position" is 'Where it stands within its product: lower comes first.';
grant select on table public.variants to anon;
grant select on table public.variants to authenticated;
grant select on table public.variants to service_role;

create table public.webhook_failures (
  hour timestamp with time zone not null,
  reason text not null,
  deliveries bigint not null,
  last_at timestamp with time zone not null,
  constraint webhook_failures_deliveries_check CHECK ((deliveries > 0)),
  constraint webhook_failures_pkey PRIMARY KEY (hour, reason),
  constraint webhook_failures_reason_check CHECK ((reason = ANY (ARRAY['signature_refused'::text, 'wrong_mode'::text, 'body_too_large'::text, 'payment_unavailable'::text, 'database_unavailable'::text, 'failed'::text])))
);
alter table public.webhook_failures enable row level security;
comment on table public.webhook_failures is 'Deliveries to the webhook that were not answered 200, counted per hour and reason: at most six rows an hour, whoever sends what. Kept for 90 days (prune_old_records). No body and nothing of a sender.';
comment on column public.webhook_failures.hour is 'The hour by the database''s clock.';
comment on column public.webhook_failures.reason is 'The code of the answer: signature_refused, wrong_mode, body_too_large (anybody can cause the first and the last), payment_unavailable (Stripe did not answer), database_unavailable (as far as that could be written down), failed: anything else.';
comment on column public.webhook_failures.deliveries is 'How many there were. What a process that ended had not written down yet is missing.';
comment on column public.webhook_failures.last_at is 'When some were last added.';
grant select on table public.webhook_failures to service_role;

-- Functions

CREATE OR REPLACE FUNCTION private.act_as_admin(p_admin_id uuid, p_cause text, p_reason text DEFAULT ''::text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform private.set_cause('admin:' || p_cause);
  perform set_config('holdfast.admin', p_admin_id::text, true);
  perform set_config('holdfast.reason', coalesce(p_reason, ''), true);
end;
$function$;
comment on function private.act_as_admin(pg_catalog.uuid,pg_catalog.text,pg_catalog.text) is 'Says for the trails of this transaction which admin does what, and why. Ended by private.end_acting.';

CREATE OR REPLACE FUNCTION private.acting_shopper(p_shopper_id uuid)
 RETURNS uuid
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  v_into uuid;
  v_merged_at timestamptz;
begin
  select s.merged_into, s.merged_at into v_into, v_merged_at from public.shoppers as s where s.id = p_shopper_id;
  if v_into is not null and private.merge_holds(v_merged_at) then
    return v_into;
  end if;
  return p_shopper_id;
end;
$function$;
comment on function private.acting_shopper(pg_catalog.uuid) is 'For whom a request with this identity acts: the user that a guest became not long ago, else the shopper.';

CREATE OR REPLACE FUNCTION private.admin_change(p_change text, p_args jsonb, p_admin_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  return case p_change
    when 'admin_release_reservation' then public.admin_release_reservation(
      (p_args ->> 'p_reservation_id')::uuid, p_args ->> 'p_reason', p_admin_id)
    when 'admin_save_product' then public.admin_save_product(
      p_args -> 'p_product', p_admin_id, (p_args ->> 'p_product_id')::uuid)
    when 'admin_save_variant' then public.admin_save_variant(
      p_args -> 'p_variant', p_admin_id, (p_args ->> 'p_variant_id')::uuid, (p_args ->> 'p_product_id')::uuid)
    when 'admin_save_picture' then public.admin_save_picture(p_args ->> 'p_content', p_admin_id)
    when 'admin_adjust_stock' then public.admin_adjust_stock(
      (p_args ->> 'p_variant_id')::uuid, (p_args ->> 'p_location_id')::uuid, (p_args ->> 'p_delta')::integer,
      p_args ->> 'p_reason', (p_args ->> 'p_release_newest')::boolean, p_admin_id)
    when 'admin_set_safety_stock' then public.admin_set_safety_stock(
      (p_args ->> 'p_variant_id')::uuid, (p_args ->> 'p_location_id')::uuid, (p_args ->> 'p_safety_stock')::integer,
      p_admin_id)
    when 'admin_import_stock' then public.admin_import_stock(
      p_args -> 'p_rows', p_args ->> 'p_reason', p_admin_id, p_args ->> 'p_version')
    when 'admin_save_settings' then public.admin_save_settings(p_args -> 'p_settings', p_admin_id)
    when 'admin_repair_stock' then public.admin_repair_stock((p_args ->> 'p_dry_run')::boolean, p_admin_id)
    when 'cancel_order' then public.cancel_order(
      (p_args ->> 'p_order_id')::uuid, (p_args ->> 'p_restock')::boolean, p_admin_id::text)
    when 'mark_shipped' then public.mark_shipped((p_args ->> 'p_order_id')::uuid, p_args ->> 'p_tracking')
    when 'decide_restock' then public.decide_restock(
      (p_args ->> 'p_refund_id')::uuid, (p_args ->> 'p_order_line_id')::uuid, (p_args ->> 'p_restock')::boolean,
      (p_args ->> 'p_quantity')::integer)
    when 'retry_refund' then public.retry_refund((p_args ->> 'p_refund_id')::uuid)
  end;
end;
$function$;
comment on function private.admin_change(pg_catalog.text,pg_catalog.jsonb,pg_catalog.uuid) is 'Calls the function of that name with those arguments, by their names, and answers as it does; null for a name that is none of a change of admins. request_refund is not among them: it keeps its keys itself, by order.';

CREATE OR REPLACE FUNCTION private.admin_holds(p_ids uuid[], p_now timestamp with time zone)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
      'reservationId', r.id, 'shopperId', r.shopper_id, 'variantId', r.variant_id, 'sku', v.sku,
      'productName', p.name, 'variantName', v.name, 'locationCode', l.code, 'quantity', r.quantity,
      'state', case when r.status = 'active' and r.expires_at <= p_now then 'lapsed' else r.status::text end,
      'heldAt', r.created_at, 'expiresAt', r.expires_at, 'maxExpiresAt', r.max_expires_at, 'endedAt', r.ended_at,
      'durationSeconds', r.duration_seconds, 'isWithdrawn', r.is_withdrawn, 'replacesId', r.replaces_id)
      order by r.id desc), '[]')
    from public.reservations as r
    -- Holds have no foreign keys: one whose variant is gone is drift, and to be seen.
    left join public.variants as v on v.id = r.variant_id
    left join public.products as p on p.id = v.product_id
    left join public.locations as l on l.id = r.location_id
    where r.id = any (p_ids));
end;
$function$;
comment on function private.admin_holds(pg_catalog.uuid[],timestamp with time zone) is 'Holds with what they are of, newest first. state is the status, but lapsed for an active hold whose time is over at p_now.';

CREATE OR REPLACE FUNCTION private.admin_product(p_product public.products, p_now timestamp with time zone)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return jsonb_build_object(
    'id', p_product.id, 'slug', p_product.slug, 'name', p_product.name, 'tagline', p_product.tagline,
    'description', p_product.description, 'imagePath', p_product.image_path, 'imageAlt', p_product.image_alt,
    'position', p_product.position, 'holdSeconds', p_product.hold_seconds,
    'isPublished', coalesce(p_product.published_at <= p_now, false), 'publishedAt', p_product.published_at,
    'variants', private.admin_variants(p_product.id));
end;
$function$;
comment on function private.admin_product(public.products,timestamp with time zone) is 'A product as its admins see it, published or not, with its variants.';

CREATE OR REPLACE FUNCTION private.admin_variants(p_product_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
      'id', v.id, 'sku', v.sku, 'name', v.name, 'priceCents', v.price_cents, 'currency', v.currency,
      'position', v.position) order by v.position, v.sku), '[]')
    from public.variants as v where v.product_id = p_product_id);
end;
$function$;
comment on function private.admin_variants(pg_catalog.uuid) is 'The variants of a product, in the shop''s order.';

CREATE OR REPLACE FUNCTION private.alert_refund_beyond(p_payment public.payments, p_subject text, p_amount_cents bigint)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform private.open_alert('refund_beyond', p_subject, jsonb_build_object(
    'orderId', p_payment.order_id, 'amountCents', p_amount_cents, 'currency', p_payment.received_currency,
    'receivedCents', p_payment.received_cents, 'refundableCents', private.refundable_cents(p_payment)));
end;
$function$;
comment on function private.alert_refund_beyond(public.payments,pg_catalog.text,bigint) is 'Stripe tells of a refund for which the books have no room. Failing would make it tell the same for days; a person has to look, until the refund is in the books or Stripe says that it failed. p_subject: its id at Stripe, or ours where it has none.';

CREATE OR REPLACE FUNCTION private.availability_of(p_variant_id uuid, p_settings public.store_settings, p_now timestamp with time zone)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  v_level record;
  v_lapsed integer;
  v_available integer := 0;
  v_is_held boolean := false;
  v_shown integer;
begin
  for v_level in
    select s.* from public.stock_levels as s where s.variant_id = p_variant_id
  loop
    v_lapsed := 0;
    if v_level.next_expiry_at <= p_now then
      -- As many lapsed holds as units are shown at most are enough: each has at least one unit.
      select coalesce(sum(r.quantity), 0) into v_lapsed
      from (
        select r.quantity from public.reservations as r
        where r.variant_id = v_level.variant_id and r.location_id = v_level.location_id
          and r.status = 'active' and r.expires_at <= p_now and r.expires_at >= v_level.next_expiry_at
        order by r.expires_at
        limit p_settings.shown_stock_limit
          + greatest(v_level.reserved + v_level.safety_stock - v_level.on_hand, 0)
      ) as r;
    end if;
    v_available := greatest(
      v_available, v_level.on_hand - v_level.safety_stock - v_level.reserved + v_lapsed);
    v_is_held := v_is_held
      or (v_level.reserved > v_lapsed and v_level.on_hand > v_level.safety_stock);
  end loop;
  v_shown := least(v_available, p_settings.shown_stock_limit);
  return jsonb_build_object(
    'variantId', p_variant_id,
    'available', v_shown,
    'atLeast', v_available >= p_settings.shown_stock_limit,
    'state', case when v_shown > p_settings.low_stock_at then 'in_stock'
                  when v_shown > 0 then 'low_stock'
                  when v_is_held then 'held' else 'sold_out' end,
    'nextReleaseAt', case when v_shown = 0 and v_is_held then private.next_release_at(p_variant_id, p_now) end);
end;
$function$;
comment on function private.availability_of(pg_catalog.uuid,public.store_settings,timestamp with time zone) is 'What of a variant can be held now, as get_availability says it. Its cost grows neither with the holds that are live nor with those that have lapsed.';

CREATE OR REPLACE FUNCTION private.cart_rows(p_shopper_id uuid, p_now timestamp with time zone)
 RETURNS TABLE(id uuid, variant_id uuid, quantity integer, created_at timestamp with time zone, is_live boolean, lost_at timestamp with time zone, reason text, hold jsonb, price_cents integer, currency text, shown jsonb)
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  v_shown_since timestamptz;
begin
  select p_now - make_interval(secs => s.lapsed_shown_seconds) into strict v_shown_since
  from public.store_settings as s;
  return query
  with mine as (
    select r.*, r.expires_at > p_now as live, r.expires_at as lost, 'expired' as why
    from public.reservations as r where r.shopper_id = p_shopper_id and r.status = 'active'
    union all
    select r.*, false, r.expires_at, 'expired'
    from public.reservations as r
    where r.shopper_id = p_shopper_id and r.status = 'expired' and r.ended_at > v_shown_since
    union all
    select r.*, false, r.ended_at, 'withdrawn'
    from public.reservations as r
    where r.shopper_id = p_shopper_id and r.status = 'released' and r.ended_at > v_shown_since and r.is_withdrawn
  )
  select m.id, m.variant_id, m.quantity, m.created_at, m.live, m.lost, m.why,
         private.hold_as_json(m.id, m.variant_id, m.location_id, m.quantity, m.status, m.created_at,
                              m.duration_seconds, m.expires_at, m.max_expires_at),
         v.price_cents, v.currency,
         jsonb_build_object(
           'productSlug', p.slug, 'productName', p.name, 'variantName', v.name, 'imagePath', p.image_path,
           'imageAlt', p.image_alt, 'unitPriceCents', v.price_cents, 'currency', v.currency)
  from mine as m
  join public.variants as v on v.id = m.variant_id
  join public.products as p on p.id = v.product_id
  where m.live or m.lost > v_shown_since;
end;
$function$;
comment on function private.cart_rows(pg_catalog.uuid,timestamp with time zone) is 'What a cart is made of: the shopper''s live active holds, and those that were lost within lapsed_shown_seconds (expired, swept or not, or withdrawn by the shop).';

CREATE OR REPLACE FUNCTION private.changed_something(p_change text, p_answer jsonb)
 RETURNS boolean
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
begin
  -- By both: 'shipped' is what mark_shipped did, and why cancel_order does not.
  return case p_change
    when 'admin_repair_stock' then (p_answer ->> 'dryRun')::boolean is false
    else coalesce(p_answer ->> 'outcome' = case p_change
      when 'admin_release_reservation' then 'released'
      when 'admin_adjust_stock' then 'adjusted'
      when 'admin_import_stock' then 'applied'
      when 'cancel_order' then 'cancelled'
      when 'mark_shipped' then 'shipped'
      when 'decide_restock' then 'decided'
      when 'retry_refund' then 'requested'
      else 'saved'
    end, false)
  end;
end;
$function$;
comment on function private.changed_something(pg_catalog.text,pg_catalog.jsonb) is 'Whether an answer to this change of admins says that it was done. A refusal, a preview and a dry run changed nothing.';

CREATE OR REPLACE FUNCTION private.check_checkout_details(p_details jsonb)
 RETURNS void
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
begin
  if jsonb_typeof(p_details) is distinct from 'object'
     or exists (select 1 from unnest('{email,name,line1,postalCode,city,country}'::text[]) as k (key)
                where jsonb_typeof(p_details -> k.key) is distinct from 'string'
                   or length(p_details ->> k.key) not between 1 and 320)
     or (p_details -> 'line2' <> 'null' and jsonb_typeof(p_details -> 'line2') <> 'string')
     or p_details ->> 'country' !~ '^[A-Z]{2}$' or length(p_details ->> 'email') < 3 then
    perform private.raise_invalid_request('p_details has email, name, line1, line2 or null, postalCode, city and country');
  end if;
end;
$function$;
comment on function private.check_checkout_details(pg_catalog.jsonb) is 'Raises HF001 unless these are an e-mail and an address.';

CREATE OR REPLACE FUNCTION private.check_idempotency_key(p_key text, p_body_hash text)
 RETURNS void
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  if (p_key is not null or p_body_hash is not null)
     and not private.is_idempotency_key(to_jsonb(p_key), to_jsonb(p_body_hash)) then
    perform private.raise_invalid_request(
      'an idempotency key is 1 to 255 visible ASCII characters, with the SHA-256 of what is asked in hexadecimal');
  end if;
end;
$function$;
comment on function private.check_idempotency_key(pg_catalog.text,pg_catalog.text) is 'Raises HF001 for a malformed key or hash, and for one without the other. Both null: no key.';

CREATE OR REPLACE FUNCTION private.check_paid_order(p_source text, p_details jsonb, p_lines jsonb, p_payment jsonb)
 RETURNS void
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
begin
  if p_source is null or p_source not in ('phone', 'import') or jsonb_typeof(p_details) is distinct from 'object'
     or jsonb_typeof(p_lines) is distinct from 'array' or jsonb_array_length(p_lines) not between 1 and 100
     or exists (select 1 from jsonb_array_elements(p_lines) as l (line)
                where jsonb_typeof(l.line) <> 'object' or pg_input_is_valid(l.line ->> 'variantId', 'uuid') is not true
                   or pg_input_is_valid(l.line ->> 'quantity', 'integer') is not true
                   or (l.line ->> 'unitPriceCents' is not null
                       and pg_input_is_valid(l.line ->> 'unitPriceCents', 'integer') is not true))
     or jsonb_typeof(p_payment) is distinct from 'object'
     or pg_input_is_valid(p_payment ->> 'amountCents', 'integer') is not true
     or pg_input_is_valid(p_details ->> 'shippingCents', 'integer') is false
     or pg_input_is_valid(p_payment ->> 'paymentId', 'uuid') is false
     or coalesce(p_payment ->> 'currency', '') !~ '^[A-Za-z]{3}$' then
    perform private.raise_invalid_request('a paid order has its source, details, 1 to 100 lines and a payment');
  end if;
  -- Only now: a plan may cast what is constant before it asks whether that can be cast.
  if exists (select 1 from jsonb_array_elements(p_lines) as l (line)
             where (l.line ->> 'quantity')::integer not between 1 and 999999 or (l.line ->> 'unitPriceCents')::integer < 0)
     or (p_payment ->> 'amountCents')::integer < 0
     or coalesce(p_details ->> 'country', 'DE') !~ '^[A-Z]{2}$' or length(p_details ->> 'email') not between 3 and 320
     or (p_details ->> 'shippingCents')::integer < 0 then
    perform private.raise_invalid_request('quantities, prices and the address of a paid order are what they say');
  end if;
end;
$function$;
comment on function private.check_paid_order(pg_catalog.text,pg_catalog.jsonb,pg_catalog.jsonb,pg_catalog.jsonb) is 'Raises HF001 unless this is an order that was paid elsewhere.';

CREATE OR REPLACE FUNCTION private.check_reason(p_admin_id uuid, p_reason text)
 RETURNS void
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  if p_admin_id is null or coalesce(trim(p_reason), '') = '' then
    perform private.raise_invalid_request('p_admin_id says who, and p_reason why');
  end if;
end;
$function$;
comment on function private.check_reason(pg_catalog.uuid,pg_catalog.text) is 'Raises HF001 unless an admin gives a reason.';

CREATE OR REPLACE FUNCTION private.check_refund_lines(p_lines jsonb)
 RETURNS void
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
begin
  if jsonb_typeof(p_lines) is distinct from 'array'
     or exists (select 1 from jsonb_array_elements(p_lines) as l (line)
                where jsonb_typeof(l.line) <> 'object' or pg_input_is_valid(l.line ->> 'orderLineId', 'uuid') is not true
                   or pg_input_is_valid(l.line ->> 'quantity', 'integer') is not true
                   or coalesce(l.line ->> 'restock', '') not in ('undecided', 'restocked', 'kept_out'))
     or (select count(*) <> count(distinct (l.line ->> 'orderLineId')) from jsonb_array_elements(p_lines) as l (line)) then
    perform private.raise_invalid_request('p_lines has orderLineId, once each, quantity and restock');
  end if;
  if exists (select 1 from jsonb_array_elements(p_lines) as l (line) where (l.line ->> 'quantity')::integer < 1) then
    perform private.raise_invalid_request('p_lines has quantities of one unit and more');
  end if;
end;
$function$;
comment on function private.check_refund_lines(pg_catalog.jsonb) is 'Raises HF001 unless these are lines of a refund.';

CREATE OR REPLACE FUNCTION private.check_reserve_requests(p_requests jsonb)
 RETURNS void
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  if jsonb_typeof(p_requests) is distinct from 'array' or jsonb_array_length(p_requests) not between 1 and 256 then
    perform private.raise_invalid_request('p_requests is an array of 1 to 256 requests');
  end if;
  if exists (
    select 1 from jsonb_array_elements(p_requests) as r (request)
    where pg_input_is_valid(r.request ->> 'shopperId', 'uuid') is not true
       or coalesce(r.request ->> 'mode', 'all_or_nothing') not in ('all_or_nothing', 'partial')
       or coalesce(r.request ->> 'quantityMode', 'add') not in ('add', 'set')
       or jsonb_typeof(r.request -> 'lines') is distinct from 'array'
       or jsonb_array_length(r.request -> 'lines') not between 1 and 100
  ) then
    perform private.raise_invalid_request(
      'a request has shopperId (uuid), 1 to 100 lines, mode all_or_nothing or partial, quantityMode add or set');
  end if;
  if exists (
    select 1 from jsonb_array_elements(p_requests) as r (request)
    where r.request ?| '{idempotencyKey,bodyHash}'
      and not private.is_idempotency_key(r.request -> 'idempotencyKey', r.request -> 'bodyHash')
  ) then
    perform private.raise_invalid_request(
      'idempotencyKey has 1 to 255 visible ASCII characters, and with it comes bodyHash, a SHA-256 in hexadecimal');
  end if;
  if exists (
    select 1
    from jsonb_array_elements(p_requests) as r (request)
    cross join jsonb_array_elements(r.request -> 'lines') as l (line)
    where pg_input_is_valid(l.line ->> 'variantId', 'uuid') is not true
       or pg_input_is_valid(l.line ->> 'reservationId', 'uuid') is false
       or jsonb_typeof(l.line -> 'quantity') is distinct from 'number'
       or (l.line ->> 'quantity') !~ '^[1-9][0-9]{0,5}$'
  ) then
    perform private.raise_invalid_request(
      'a line has variantId (uuid), reservationId (uuid or none) and a whole quantity of 1 to 999999 units');
  end if;
end;
$function$;
comment on function private.check_reserve_requests(pg_catalog.jsonb) is 'Raises HF001 unless p_requests has the shape that reserve_stock takes. Checked before anything is locked or written.';

CREATE OR REPLACE FUNCTION private.check_settled()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_order public.orders;
  v_payment public.payments;
begin
  select * into v_order from public.orders as o
  where o.id = case tg_table_name when 'orders' then new.id else (to_jsonb(new) ->> 'order_id')::uuid end;
  select * into v_payment from public.payments as p where p.order_id = v_order.id;
  if (v_payment.status is not distinct from 'succeeded')
       is distinct from (v_order.status in ('paid', 'refunded', 'refunded_out_of_stock')) then
    raise exception 'payment_unsettled: a payment that succeeded and its order are settled together' using errcode = 'HF015';
  end if;
  if v_order.status = 'paid' and exists (
       select 1 from public.order_lines as l left join public.reservations as r on r.id = l.reservation_id
       where l.order_id = v_order.id
         and (l.location_id is null or r.status is distinct from 'confirmed' or r.quantity <> l.quantity)) then
    raise exception 'payment_unsettled: a paid order is sold to its last unit' using errcode = 'HF015';
  end if;
  if v_order.status = 'refunded_out_of_stock' and (
       exists (select 1 from public.order_lines as l where l.order_id = v_order.id and l.location_id is not null)
       or v_payment.received_cents <> (select coalesce(sum(f.amount_cents), 0) from public.refunds as f
                                       where f.order_id = v_order.id and f.reason = 'out_of_stock')) then
    raise exception 'payment_unsettled: what was gone is refunded in full, once' using errcode = 'HF015';
  end if;
  if v_payment.status in ('succeeded', 'failed', 'expired') and exists (
       select 1 from public.order_lines as l join public.reservations as r on r.id = l.reservation_id
       where l.order_id = v_order.id and r.status = 'paying' and not exists (
         -- The next order may have pinned the same hold.
         select 1 from public.order_lines as n join public.payments as p on p.order_id = n.order_id
         where n.reservation_id = r.id and p.status in ('open', 'processing'))) then
    raise exception 'payment_unsettled: a final payment pins nothing' using errcode = 'HF015';
  end if;
  if v_payment.status in ('open', 'processing') and exists (
       select 1 from public.order_lines as l left join public.reservations as r on r.id = l.reservation_id
       where l.order_id = v_order.id
         and (r.status is distinct from 'paying' or r.quantity <> l.quantity or r.shopper_id <> v_payment.shopper_id)) then
    raise exception 'payment_unsettled: nobody pays for what is not held' using errcode = 'HF015';
  end if;
  return null;
end;
$function$;
comment on function private.check_settled() is 'Invariants 7 and 8, when the transaction ends: a payment that succeeded has its sale or its refund, a final one pins nothing, an unfinished one has a paying hold for every unit. Raises HF015.';

CREATE OR REPLACE FUNCTION private.check_stripe_session(p_stripe jsonb)
 RETURNS void
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
begin
  if jsonb_typeof(p_stripe) is distinct from 'object'
     or coalesce(p_stripe ->> 'status', '') not in ('open', 'complete', 'expired')
     or coalesce(p_stripe ->> 'paymentStatus', '') not in ('paid', 'unpaid', 'no_payment_required')
     or (p_stripe ->> 'paymentStatus' = 'paid'
         and (jsonb_typeof(p_stripe -> 'amountCents') is distinct from 'number'
              or not pg_input_is_valid(p_stripe ->> 'amountCents', 'bigint')
              or p_stripe ->> 'amountCents' like '-%'
              or coalesce(p_stripe ->> 'currency', '') !~ '^[A-Za-z]{3}$')) then
    perform private.raise_invalid_request('p_stripe has status, paymentStatus and, when paid, amountCents and currency');
  end if;
end;
$function$;
comment on function private.check_stripe_session(pg_catalog.jsonb) is 'Raises HF001 unless this is what Stripe says of a Checkout Session.';

CREATE OR REPLACE FUNCTION private.choose_level(p_free integer[], p_first integer, p_last integer, p_current integer, p_held integer, p_wanted integer)
 RETURNS integer
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
declare
  v_best integer := p_first;
  v_best_units integer := -1;
  v_units integer;
begin
  -- One parcel: the line stays where it is if that location covers it, else moves to the first that does.
  if p_current is not null and p_free[p_current] + p_held >= p_wanted then
    return p_current;
  end if;
  for i in p_first .. p_last loop
    v_units := p_free[i] + case when i = p_current then p_held else 0 end;
    if v_units >= p_wanted then
      return i;
    end if;
    if v_units > v_best_units then
      v_best := i;
      v_best_units := v_units;
    end if;
  end loop;
  return v_best;
end;
$function$;
comment on function private.choose_level(integer[],integer,integer,integer,integer,integer) is 'The strategy for several locations, replaceable: given the free units of the levels p_first..p_last in order of priority, the level that holds the line now (null: none) with its units, and the units wanted in total, answers the level that gives the line. Where none covers it: the one that could give most.';

CREATE OR REPLACE FUNCTION private.close_alert(p_kind text, p_subject text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  update public.alerts as a set closed_at = greatest(clock_timestamp(), a.opened_at)
  where a.kind = p_kind and a.subject = p_subject and a.closed_at is null;
end;
$function$;
comment on function private.close_alert(pg_catalog.text,pg_catalog.text) is 'Closes the open alert of that subject, if there is one.';

CREATE OR REPLACE FUNCTION private.cool_down_ends_at(p_shopper_id uuid, p_variant_id uuid, p_settings public.store_settings, p_now timestamp with time zone)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  v_since timestamptz := p_now - make_interval(secs => p_settings.unconverted_window_seconds);
  v_count integer;
  v_last timestamptz;
begin
  select greatest(v_since, max(r.ended_at)) into v_since from public.reservations as r
  where r.shopper_id = p_shopper_id and r.variant_id = p_variant_id and r.status = 'confirmed'
    and r.status in ('released', 'confirmed');
  select count(*), max(u.ended_at) into v_count, v_last
  from (
    select r.expires_at as ended_at from public.reservations as r
    where r.shopper_id = p_shopper_id and r.variant_id = p_variant_id and r.status = 'expired'
      and r.expires_at > v_since
    union all
    select r.expires_at from public.reservations as r
    where r.shopper_id = p_shopper_id and r.variant_id = p_variant_id and r.status = 'active'
      and r.expires_at > v_since and r.expires_at <= p_now
    union all
    -- Given back at the last moment is as good as expired; given back soon harms nobody.
    select r.ended_at from public.reservations as r
    where r.shopper_id = p_shopper_id and r.variant_id = p_variant_id and r.status = 'released'
      and r.status in ('released', 'confirmed') and not r.is_withdrawn and r.ended_at > v_since
      and r.ended_at - r.created_at >= make_interval(secs => r.duration_seconds / 2.0)
  ) as u;
  if v_count < p_settings.max_unconverted_holds then
    return null;
  end if;
  return nullif(greatest(v_last + make_interval(secs => p_settings.cool_down_seconds), p_now), p_now);
end;
$function$;
comment on function private.cool_down_ends_at(pg_catalog.uuid,pg_catalog.uuid,public.store_settings,timestamp with time zone) is 'Until when a shopper who let max_unconverted_holds holds of this variant come to nothing has to wait with the next; null: not at all. Counted: holds that expired, swept or not, or were given back after half of their turn, since the last that was bought. The caller holds the shopper''s lock.';

CREATE OR REPLACE FUNCTION private.cooling_requests(p_requests jsonb, p_skip jsonb, p_settings public.store_settings, p_now timestamp with time zone, p_made_at timestamp with time zone DEFAULT NULL::timestamp with time zone)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  v_limits jsonb;
begin
  if p_settings.cool_down_seconds = 0 then
    return null;
  end if;
  select jsonb_object_agg(c.ord, private.limit_reached(
           'max_unconverted_holds', p_settings.max_unconverted_holds, c.ends_at, p_now))
  into v_limits
  from (
    select l.ord, max(private.cool_down_ends_at(l.shopper_id, l.variant_id, p_settings, p_now)) as ends_at
    from private.lines_of_requests(p_requests) as l
    where l.is_known and not p_skip ? l.ord::text
      -- Whoever holds it already may change and keep it: only a new hold has to wait.
      and not exists (select 1 from public.reservations as r
                      where r.shopper_id = l.shopper_id and r.variant_id = l.variant_id and r.status = 'active'
                        and r.expires_at > p_now and r.created_at is distinct from p_made_at)
    group by l.ord
  ) as c
  where c.ends_at is not null;
  return v_limits;
end;
$function$;
comment on function private.cooling_requests(pg_catalog.jsonb,pg_catalog.jsonb,public.store_settings,timestamp with time zone,timestamp with time zone) is 'Requests that would make a new hold of something of which the shopper let too many come to nothing: {position: limit}, null where there are none. p_skip: positions that do not matter. p_made_at: holds of that instant are the ones in question.';

CREATE OR REPLACE FUNCTION private.count_deleted_reservations()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
declare
  v_actor text := private.log_actor();
  v_cause text := private.log_cause();
begin
  with delta as (
    select o.variant_id, o.location_id, sum(o.quantity) as units
    from old_rows as o where o.status in ('active', 'paying')
    group by o.variant_id, o.location_id
  ), counted as (
    update public.stock_levels as s
    set reserved = s.reserved - d.units
    from delta as d
    where s.variant_id = d.variant_id and s.location_id = d.location_id
  )
  insert into public.reservation_trail
    (actor, cause, reservation_id, variant_id, location_id, old_shopper_id, old_status, old_quantity, old_expires_at)
  select v_actor, v_cause, o.id, o.variant_id, o.location_id, o.shopper_id, o.status, o.quantity, o.expires_at
  from old_rows as o;
  return null;
end;
$function$;
comment on function private.count_deleted_reservations() is 'Invariant 2 for DELETE: takes deleted live holds out of reserved, once per level and statement, and writes the trail.';

CREATE OR REPLACE FUNCTION private.count_inserted_reservations()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
declare
  v_actor text := private.log_actor();
  v_cause text := private.log_cause();
  v_counted bigint;
  v_holds bigint;
  v_levels bigint;
begin
  if v_cause = 'sql' then
    -- Our functions have made and locked the shoppers' rows. Whoever types SQL need not know of them.
    insert into public.shoppers (id) select distinct n.shopper_id from new_rows as n order by n.shopper_id
    on conflict (id) do nothing;
  end if;
  update public.stock_levels as s
  set reserved = s.reserved + d.units,
      next_expiry_at = least(s.next_expiry_at, d.soonest)
  from (
    select n.variant_id, n.location_id, sum(n.quantity) as units,
           min(n.expires_at) filter (where n.status = 'active') as soonest
    from new_rows as n
    where n.status in ('active', 'paying')
    group by n.variant_id, n.location_id
  ) as d
  where s.variant_id = d.variant_id and s.location_id = d.location_id;
  get diagnostics v_counted = row_count;
  insert into public.reservation_trail
    (actor, cause, reservation_id, variant_id, location_id, new_shopper_id, new_status, new_quantity, new_expires_at)
  select v_actor, v_cause, n.id, n.variant_id, n.location_id, n.shopper_id, n.status, n.quantity, n.expires_at
  from new_rows as n;
  get diagnostics v_holds = row_count;
  -- As many levels as holds, as with a single one: then none is without its level. Else they are counted.
  if v_counted < v_holds then
    select count(*) into v_levels from (
      select from new_rows as n where n.status in ('active', 'paying') group by n.variant_id, n.location_id) as d;
    if v_counted < v_levels then
      raise exception 'unknown_stock_level: a hold needs the stock level of its variant and location'
        using errcode = 'HF005';
    end if;
  end if;
  return null;
end;
$function$;
comment on function private.count_inserted_reservations() is 'Invariant 2 for INSERT: adds new holds to reserved, once per level and statement, writes the trail, and makes the rows of shoppers where SQL was typed. Locks the levels (FOR NO KEY UPDATE). Raises HF005 for a hold without a stock level, 23514 where reserved would pass on_hand.';

CREATE OR REPLACE FUNCTION private.count_limited(p_requests jsonb, p_limits jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_variants uuid[];
  v_units integer[];
begin
  select array_agg(l.variant_id), array_agg(l.quantity) into v_variants, v_units
  from private.lines_of_requests(p_requests) as l where p_limits ? l.ord::text;
  if v_variants is not null then
    perform private.count_refusals(v_variants, array_fill('limit_reached'::text, array[cardinality(v_variants)]), v_units);
  end if;
end;
$function$;
comment on function private.count_limited(pg_catalog.jsonb,pg_catalog.jsonb) is 'Counts what limits refused, with all other refusals.';

CREATE OR REPLACE FUNCTION private.count_new_holds(p_shopper_ids uuid[], p_holds integer[], p_now timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  update public.shoppers as s
  set minute_began_at = case when m.is_over then p_now else s.minute_began_at end,
      holds_in_minute = case when m.is_over then 0 else s.holds_in_minute end + n.holds
  from unnest(p_shopper_ids, p_holds) as n (id, holds)
  cross join lateral (
    select o.minute_began_at <= p_now - interval '1 minute' as is_over from public.shoppers as o where o.id = n.id
  ) as m
  where s.id = n.id and n.holds > 0;
end;
$function$;
comment on function private.count_new_holds(pg_catalog.uuid[],integer[],timestamp with time zone) is 'Counts new holds toward max_holds_per_minute. The caller holds the shoppers'' locks.';

CREATE OR REPLACE FUNCTION private.count_refunds()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  update public.orders as o
  set refunded_cents = f.cents,
      status = case when f.is_all then 'refunded' else o.status end,
      refunded_at = case when f.is_all then clock_timestamp() else o.refunded_at end
  from (
    select c.id, s.cents, c.status = 'paid' and s.cents >= p.received_cents
             and (p.received_cents > 0 or c.cancelled_at is not null) as is_all
    from public.orders as c join public.payments as p on p.order_id = c.id
    cross join lateral (
      select coalesce(sum(r.amount_cents), 0) as cents from public.refunds as r
      where r.order_id = c.id and r.status = 'succeeded' and r.payment_intent_id is null) as s
    where c.id = new.order_id
  ) as f
  where o.id = f.id;
  return null;
end;
$function$;
comment on function private.count_refunds() is 'refunded_cents is what went back of the order''s own payment by Stripe''s word, whoever writes it; with the last cent the order is refunded. Locks the order.';

CREATE OR REPLACE FUNCTION private.count_refusal(p_variant_id uuid, p_reason text, p_units integer)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  insert into public.new_refusals as f (variant_id, reason, hour, shard, requests, units)
  values (p_variant_id, p_reason, date_trunc('hour', statement_timestamp()), pg_backend_pid() % 16, 1, p_units)
  on conflict (variant_id, reason, hour, shard)
  do update set requests = f.requests + 1, units = f.units + excluded.units;
end;
$function$;
comment on function private.count_refusal(pg_catalog.uuid,pg_catalog.text,integer) is 'Adds one refusal to its hourly counter, as private.count_refusals does with many, for half the cost.';

CREATE OR REPLACE FUNCTION private.count_refusals(p_variant_ids uuid[], p_reasons text[], p_units integer[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  insert into public.new_refusals as f (variant_id, reason, hour, shard, requests, units)
  select r.variant_id, r.reason, date_trunc('hour', statement_timestamp()), pg_backend_pid() % 16,
         count(*), sum(r.units)
  from unnest(p_variant_ids, p_reasons, p_units) as r (variant_id, reason, units)
  group by r.variant_id, r.reason
  order by r.variant_id, r.reason
  on conflict (variant_id, reason, hour, shard)
  do update set requests = f.requests + excluded.requests, units = f.units + excluded.units;
end;
$function$;
comment on function private.count_refusals(pg_catalog.uuid[],pg_catalog.text[],integer[]) is 'Adds a batch''s refusals to the hourly counters: one row per variant and reason, sorted, in one of 16 shards.';

CREATE OR REPLACE FUNCTION private.count_source_requests(p_sources text[], p_now timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  insert into public.source_requests as r (source, shard, minute, requests)
  select s.source, pg_backend_pid() % 8, date_trunc('minute', p_now), count(*)
  from unnest(p_sources) as s (source)
  where s.source is not null
  group by s.source
  order by s.source
  on conflict (source, shard) do update
  set requests = case when r.minute = excluded.minute then r.requests else 0 end + excluded.requests,
      minute = excluded.minute;
end;
$function$;
comment on function private.count_source_requests(pg_catalog.text[],timestamp with time zone) is 'Counts one request of each of these sources (null: none), sorted, in one of 8 shards. Last of all in a transaction, so that a lock that is waited for keeps nobody else from counting.';

CREATE OR REPLACE FUNCTION private.count_updated_reservations()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
declare
  v_actor text := private.log_actor();
  v_cause text := private.log_cause();
begin
  with changed as materialized (
    select n.id, n.variant_id, n.location_id, o.shopper_id as old_shopper_id, o.status as old_status,
           o.quantity as old_quantity, o.expires_at as old_expires_at, n.shopper_id, n.status, n.quantity, n.expires_at
    -- Every row has its partner. A full join all the same: that is never a nested loop, which is quadratic.
    from new_rows as n full join old_rows as o on o.id = n.id
  ), delta as (
    -- A hold never changes its level, so both its rows count there. An end that comes earlier locks the level
    -- whatever the bound is now: somebody may be raising it from a snapshot in which the end was later.
    select c.variant_id, c.location_id,
           sum(case when c.status in ('active', 'paying') then c.quantity else 0 end
               - case when c.old_status in ('active', 'paying') then c.old_quantity else 0 end) as units,
           min(c.expires_at) filter (
             where c.status = 'active' and (c.old_status <> 'active' or c.expires_at < c.old_expires_at)) as soonest
    from changed as c
    group by c.variant_id, c.location_id
  ), counted as (
    update public.stock_levels as s
    set reserved = s.reserved + d.units,
        next_expiry_at = least(s.next_expiry_at, d.soonest)
    from delta as d
    where s.variant_id = d.variant_id and s.location_id = d.location_id
      and (d.units <> 0 or d.soonest is not null)
  )
  insert into public.reservation_trail
    (actor, cause, reservation_id, variant_id, location_id, old_shopper_id, old_status, old_quantity, old_expires_at,
     new_shopper_id, new_status, new_quantity, new_expires_at)
  select v_actor, v_cause, c.id, c.variant_id, c.location_id, c.old_shopper_id, c.old_status, c.old_quantity,
         c.old_expires_at, c.shopper_id, c.status, c.quantity, c.expires_at
  from changed as c;
  return null;
end;
$function$;
comment on function private.count_updated_reservations() is 'Invariant 2 for UPDATE: moves the difference into reserved, once per level and statement, and writes the trail. Locks the levels that change. Raises 23514 where reserved would leave 0..on_hand.';

CREATE OR REPLACE FUNCTION private.decide_reservations(p_batch private.reserve_batch, p_levels private.level_arrays, p_free integer[], p_holds private.hold_arrays, p_settings public.store_settings, p_now timestamp with time zone)
 RETURNS private.reserve_plan
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  b private.reserve_batch := p_batch;
  h private.hold_arrays := p_holds;
  plan private.reserve_plan;
  v_free integer[] := p_free;
  v_answers jsonb[] := '{}';
  v_has_changed boolean[];
  -- Per variant: who first took units in this batch, and when what was taken ends. No table shows that yet.
  v_taker integer[]; v_taker_ends timestamptz[]; v_others_end timestamptz[];
  -- Per line of the batch: what it could get, before the request as a whole is decided.
  g_total integer[]; g_level integer[]; g_from integer[]; g_outcome text[]; g_available integer[];
  g_limit jsonb[]; g_shortfall integer[];
  v_refusal text; v_gained boolean; v_lines jsonb; v_line jsonb;
  v_wanted integer; v_allowed integer; v_can integer; v_extra integer; v_new integer; v_units integer;
  v_is_too_often boolean;
  k integer; x integer; s integer; j integer; f integer := 0;
begin
  for r in 1 .. cardinality(b.request_shopper) loop
    s := b.request_shopper[r];
    v_refusal := null;
    v_gained := false;
    v_has_changed[r] := false;
    v_extra := 0;
    v_new := 0;

    for i in b.request_first[r] .. b.request_last[r] loop
      k := b.line_key[i];
      x := b.line_variant[i];
      j := case when p_levels.variant_first[x] is not null then
             array_position(p_levels.location_ids, h.location_id[k], p_levels.variant_first[x]) end;
      v_wanted := b.line_quantity[i] + case when b.request_set[r] then 0 else h.quantity[k] end;
      g_from[i] := j;
      g_level[i] := j;
      g_total[i] := h.quantity[k];
      g_limit[i] := null;
      g_available[i] := 0;
      g_shortfall[i] := 0;
      g_outcome[i] := case
        when b.line_reservation[i] is null or h.id[k] = b.line_reservation[i]
          or h.replaces_id[k] = b.line_reservation[i] then null
        else private.refusal_of_reservation(b.line_reservation[i], b.shopper_ids[s], b.variant_ids[x]) end;
      if g_outcome[i] is not null then
        null;
      elsif p_levels.variant_first[x] is null then
        g_outcome[i] := 'variant_not_found';
      elsif v_wanted <= h.quantity[k] then
        g_outcome[i] := 'held';
        g_total[i] := v_wanted;
      else
        g_level[i] := private.choose_level(
          case when h.elsewhere[k] = 0 then v_free else private.free_beside(
            v_free, p_levels.location_ids, p_levels.variant_first[x], p_levels.variant_last[x], b.shopper_ids[s],
            b.variant_ids[x], h.id[k]) end,
          p_levels.variant_first[x], p_levels.variant_last[x], j, h.quantity[k], v_wanted);
        v_can := greatest(v_free[g_level[i]] + case when g_level[i] = j then h.quantity[k] else 0 end, 0);
        v_allowed := least(v_wanted, p_settings.max_units_per_line,
                           p_settings.max_units_per_variant - h.elsewhere[k],
                           h.quantity[k] + p_settings.max_units_per_shopper - h.shopper_units[s] - v_extra);
        v_is_too_often := h.id[k] is null and h.shopper_holds_left[s] <= v_new;
        if v_is_too_often then
          v_allowed := 0;
        end if;
        g_available[i] := greatest(v_can - h.quantity[k], 0);
        g_total[i] := greatest(least(v_can, v_allowed), h.quantity[k]);
        g_shortfall[i] := v_wanted - g_total[i];
        g_outcome[i] := case when g_total[i] = v_wanted then 'held'
                             when v_can >= v_wanted then 'limit_reached' else 'insufficient_stock' end;
        if g_outcome[i] = 'limit_reached' then
          g_limit[i] := case
            when v_is_too_often then
              jsonb_build_object('name', 'max_holds_per_minute', 'value', p_settings.max_holds_per_minute)
            when v_allowed = p_settings.max_units_per_line then
              jsonb_build_object('name', 'max_units_per_line', 'value', p_settings.max_units_per_line)
            when v_allowed = p_settings.max_units_per_variant - h.elsewhere[k] then
              jsonb_build_object('name', 'max_units_per_variant', 'value', p_settings.max_units_per_variant)
            else jsonb_build_object('name', 'max_units_per_shopper', 'value', p_settings.max_units_per_shopper) end;
        end if;
      end if;
      v_extra := v_extra + g_total[i] - h.quantity[k];
      v_new := v_new + (h.id[k] is null and g_total[i] > 0)::integer;
      v_gained := v_gained or g_outcome[i] = 'held' or g_total[i] > h.quantity[k];
      if g_outcome[i] <> 'held' then
        v_refusal := coalesce(v_refusal, g_outcome[i]);
      end if;
    end loop;

    v_lines := '[]';
    for i in b.request_first[r] .. b.request_last[r] loop
      k := b.line_key[i];
      x := b.line_variant[i];
      if v_refusal is null or (b.request_partial[r] and (g_outcome[i] = 'held' or g_total[i] > h.quantity[k])) then
        v_units := g_total[i] - h.quantity[k];
        if h.id[k] is null or (g_level[i] <> g_from[i] and h.change[k] is distinct from 'insert') then
          -- A new hold, or one parcel from another location: the old row ends, its units go back.
          if h.id[k] is not null then
            -- It moves with its times: a way to another shelf is no way to a longer life.
            h.moved := h.moved || h.id[k];
            h.replaces_id[k] := h.id[k];
          else
            h.replaces_id[k] := coalesce(h.replaces_id[k], b.line_reservation[i]);
            h.duration_seconds[k] := coalesce(p_levels.hold_seconds[g_level[i]], h.duration_seconds[k]);
            h.max_expires_at[k] := p_now + make_interval(
              secs => h.duration_seconds[k] * p_settings.max_hold_turns);
            h.expires_at[k] := p_now + make_interval(secs => h.duration_seconds[k]);
            h.shopper_new_holds[s] := h.shopper_new_holds[s] + 1;
            h.shopper_holds_left[s] := h.shopper_holds_left[s] - 1;
          end if;
          h.id[k] := private.reservation_id_prefix(p_now) || substr(gen_random_uuid()::text, 16);
          h.created_at[k] := p_now;
          h.change[k] := 'insert';
          v_has_changed[r] := true;
        elsif v_units <> 0 then
          v_has_changed[r] := true;
          h.change[k] := coalesce(h.change[k], 'update');
        end if;
        if v_units > 0 then
          h.expires_at[k] := least(h.max_expires_at[k], greatest(
            h.expires_at[k], p_now + make_interval(secs => h.duration_seconds[k])));
          v_taker[x] := coalesce(v_taker[x], s);
          if v_taker[x] = s then
            v_taker_ends[x] := h.expires_at[k];
          else
            v_others_end[x] := least(v_others_end[x], h.expires_at[k]);
          end if;
        end if;
        if g_from[i] is not null then
          v_free[g_from[i]] := v_free[g_from[i]] + h.quantity[k];
        end if;
        v_free[g_level[i]] := v_free[g_level[i]] - g_total[i];
        h.location_id[k] := p_levels.location_ids[g_level[i]];
        h.shopper_units[s] := h.shopper_units[s] + v_units;
        h.quantity[k] := g_total[i];
        v_line := jsonb_build_object(
          'variantId', b.variant_ids[x], 'outcome', g_outcome[i], 'requested', b.line_quantity[i],
          'reservation', private.hold_as_json(
            h.id[k], b.variant_ids[x], h.location_id[k], h.quantity[k], 'active', h.created_at[k],
            h.duration_seconds[k], h.expires_at[k], h.max_expires_at[k]),
          -- A line that named a hold which ended learns what stands in its place, however often it asks.
          'replacesId', coalesce(h.replaces_id[k], nullif(b.line_reservation[i], h.id[k])));
      else
        v_line := jsonb_build_object(
          'variantId', b.variant_ids[x], 'requested', b.line_quantity[i],
          'outcome', case g_outcome[i] when 'held' then 'not_attempted' else g_outcome[i] end);
      end if;
      if g_outcome[i] in ('insufficient_stock', 'limit_reached') then
        v_line := v_line || jsonb_build_object(
          'available', g_available[i], 'shortfall', g_shortfall[i], 'limit', g_limit[i],
          'nextReleaseAt', least(
            private.next_release_at(b.variant_ids[x], p_now, b.shopper_ids[s]), v_others_end[x],
            case when v_taker[x] <> s then v_taker_ends[x] end));
        f := f + 1;
        plan.refused_variants[f] := b.variant_ids[x];
        plan.refused_reasons[f] := g_outcome[i];
        plan.refused_units[f] := g_shortfall[i];
      end if;
      v_lines := v_lines || v_line;
    end loop;
    v_answers := v_answers || jsonb_build_object(
      'outcome', case when v_refusal is null then 'held'
                      when b.request_partial[r] and v_gained then 'partial' else v_refusal end,
      'lines', v_lines);
  end loop;
  plan.holds := h;
  plan.answers := to_jsonb(v_answers);
  plan.has_changed := v_has_changed;
  return plan;
end;
$function$;
comment on function private.decide_reservations(private.reserve_batch,private.level_arrays,integer[],private.hold_arrays,public.store_settings,timestamp with time zone) is 'Decides a batch, request by request in order of arrival, on p_free units by level. Writes nothing. all_or_nothing: every line or none; partial: each line as far as stock and caps reach. Adding units sets a line to the later of old end and now + duration, within its maximum; fewer units or a refusal change no time. Line outcomes: held, insufficient_stock, limit_reached, variant_not_found, reservation_not_found, reservation_ended, payment_open, not_attempted.';

CREATE OR REPLACE FUNCTION private.demand_by_product(p_since timestamp with time zone, p_now timestamp with time zone)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return (
    with refused as (
      select v.product_id, sum(f.requests) as requests, sum(f.units) as units
      from public.reservation_refusals as f join public.variants as v on v.id = f.variant_id
      where f.hour >= date_trunc('hour', p_since) group by v.product_id
    ), blocked as (
      -- Units that were kept from others by holds that came to nothing, for as long as they were.
      select v.product_id, sum(r.quantity * extract(epoch from case
               when r.status = 'released' then r.ended_at else least(r.expires_at, p_now) end - r.created_at)) / 3600 as hours
      from public.reservations as r join public.variants as v on v.id = r.variant_id
      where r.created_at >= p_since
        and (r.status in ('released', 'expired') or (r.status = 'active' and r.expires_at <= p_now))
      group by v.product_id
    )
    select coalesce(jsonb_agg(jsonb_build_object(
      'productId', p.id, 'name', p.name, 'refusedRequests', coalesce(f.requests, 0),
      'refusedUnits', coalesce(f.units, 0), 'blockedUnitHours', round(coalesce(b.hours, 0), 2)) order by p.position, p.slug), '[]')
    from public.products as p
    left join refused as f on f.product_id = p.id
    left join blocked as b on b.product_id = p.id
    where f.product_id is not null or b.product_id is not null);
end;
$function$;
comment on function private.demand_by_product(timestamp with time zone,timestamp with time zone) is 'Per product: requests and units that were refused (whole hours), and blocked unit-hours: units times hours of the holds made since then that came to nothing. A hold whose units changed counts with its last.';

CREATE OR REPLACE FUNCTION private.differences_of_cart(p_shopper_id uuid, p_now timestamp with time zone, p_currency text)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
      'variantId', d.variant_id, 'productName', d.product_name, 'variantName', d.variant_name,
      'change', 'gone', 'before', d.quantity, 'after', 0)), '[]')
    from (
      select (g.line ->> 'variantId')::uuid as variant_id, g.line ->> 'productName' as product_name,
             g.line ->> 'variantName' as variant_name, (g.line ->> 'quantity')::integer as quantity
      from jsonb_array_elements(public.get_cart(p_shopper_id) -> 'lapsed') as g (line)
      union all
      select c.variant_id, c.shown ->> 'productName', c.shown ->> 'variantName', c.quantity
      from private.cart_rows(p_shopper_id, p_now) as c
      where c.is_live and not private.is_payable(c.variant_id, c.currency, p_currency, p_now)
    ) as d);
end;
$function$;
comment on function private.differences_of_cart(pg_catalog.uuid,timestamp with time zone,pg_catalog.text) is 'What of a cart is gone, as far as the database knows what was seen: lines whose hold was lost, and those that are not for sale any more.';

CREATE OR REPLACE FUNCTION private.drift_of_sales()
 RETURNS TABLE(order_id uuid, variant_id uuid, location_id uuid, kind text, expected bigint, found bigint)
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return query
  with told as (
    select o.id as order_id, 'sale ' || o.number as reason, l.variant_id, l.location_id, -sum(l.quantity) as units
    from public.orders as o join public.order_lines as l on l.order_id = o.id and l.location_id is not null
    group by o.id, l.variant_id, l.location_id
    union all
    select o.id, 'refund ' || o.number, l.variant_id, l.location_id, sum(r.quantity)
    from public.orders as o join public.order_lines as l on l.order_id = o.id and l.location_id is not null
    join public.refund_lines as r on r.order_line_id = l.id and r.restock = 'restocked'
    group by o.id, l.variant_id, l.location_id
  ), moved as (
    select m.reason, m.variant_id, m.location_id, sum(m.delta) as units
    from public.stock_movements as m where m.reason ~ '^(sale|refund) [0-9]+$'
    group by m.reason, m.variant_id, m.location_id
  )
  select t.order_id, t.variant_id, t.location_id,
         case when t.reason like 'sale%' then 'sale_drift' else 'restock_drift' end, t.units::bigint, coalesce(m.units, 0)::bigint
  from told as t left join moved as m using (reason, variant_id, location_id)
  where t.units <> coalesce(m.units, 0);
end;
$function$;
comment on function private.drift_of_sales() is 'Where orders and the ledger disagree about what was sold or came back. Reads all of both.';

CREATE OR REPLACE FUNCTION private.end_acting()
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform private.set_cause('');
  perform set_config('holdfast.admin', '', true);
  perform set_config('holdfast.reason', '', true);
end;
$function$;
comment on function private.end_acting() is 'What somebody types later in the same transaction is theirs, not the admin''s.';

CREATE OR REPLACE FUNCTION private.end_merge(p_shopper_ids uuid[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  update public.shoppers as s set merged_into = null
  where s.id = any (p_shopper_ids) and s.merged_into is not null and not private.merge_holds(s.merged_at);
end;
$function$;
comment on function private.end_merge(pg_catalog.uuid[]) is 'Makes guests of those whose merge is over, before they hold anything again. The caller holds their locks.';

CREATE OR REPLACE FUNCTION private.end_payment(p_payment public.payments, p_is_failed boolean, p_then text, p_now timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  update public.payments as p
  set status = case when p_is_failed then 'failed' else 'expired' end::public.payment_status, settled_at = p_now,
      claimed_until = null
  where p.id = p_payment.id;
  perform private.unpin_holds(p_payment, p_then, p_now);
  update public.orders as o set status = 'cancelled', cancelled_at = p_now where o.id = p_payment.order_id;
  if p_is_failed then
    perform private.write_mail(p_payment.order_id, 'payment_failed');
  end if;
end;
$function$;
comment on function private.end_payment(public.payments,boolean,pg_catalog.text,timestamp with time zone) is 'The payment ended without money: its holds go back to the cart or expire, the order is cancelled. The caller holds the locks of shopper, order and levels.';

CREATE OR REPLACE FUNCTION private.erase_orders(p_ids uuid[], p_now timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  update public.orders as o
  set email = null, ship_name = null, ship_line1 = null, ship_line2 = null, ship_postal_code = null, ship_city = null,
      tracking = null, is_erasure_due = false, erased_at = p_now
  where o.id = any (p_ids) and o.erased_at is null;
end;
$function$;
comment on function private.erase_orders(pg_catalog.uuid[],timestamp with time zone) is 'Clears e-mail, address and tracking of orders; the country stays, for the books. The caller holds their locks.';

CREATE OR REPLACE FUNCTION private.erase_orders_of(p_shopper_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform 1 from public.orders as o where o.shopper_id = p_shopper_id order by o.id for no key update;
  perform private.erase_orders(array(
    select o.id from public.orders as o
    where o.shopper_id = p_shopper_id
      and (o.status <> 'paid' or o.shipped_at is not null or o.cancelled_at is not null)), clock_timestamp());
  -- Whoever paid and is not sent it yet still wants it.
  update public.orders as o set is_erasure_due = true
  where o.shopper_id = p_shopper_id and o.erased_at is null and not o.is_erasure_due;
end;
$function$;
comment on function private.erase_orders_of(pg_catalog.uuid) is 'Clears who an erased shopper''s orders were for: at once, but for those that have to be sent yet. Locks the orders.';

CREATE OR REPLACE FUNCTION private.expire_lapsed(p_variant_id uuid, p_location_id uuid, p_limit integer, p_now timestamp with time zone, OUT holds integer, OUT units integer)
 RETURNS record
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_ids uuid[];
begin
  -- The lower bound keeps the scan away from index entries of holds that were expired before.
  select array_agg(r.id), coalesce(sum(r.quantity), 0), count(*) into v_ids, units, holds
  from (
    select r.id, r.quantity from public.reservations as r
    where r.variant_id = p_variant_id and r.location_id = p_location_id and r.status = 'active'
      and r.expires_at <= p_now
      and r.expires_at >= (select s.next_expiry_at from public.stock_levels as s
                           where s.variant_id = p_variant_id and s.location_id = p_location_id)
    order by r.expires_at limit p_limit
  ) as r;

  if v_ids is not null then
    perform private.mark_expired(v_ids, p_now);
  end if;
  update public.stock_levels as s
  set next_expiry_at = coalesce(
    (select r.expires_at from public.reservations as r
     where r.variant_id = p_variant_id and r.location_id = p_location_id and r.status = 'active'
       and r.expires_at >= s.next_expiry_at
     order by r.expires_at limit 1), 'infinity')
  where s.variant_id = p_variant_id and s.location_id = p_location_id;
end;
$function$;
comment on function private.expire_lapsed(pg_catalog.uuid,pg_catalog.uuid,integer,timestamp with time zone) is 'Marks up to p_limit lapsed holds of one level expired, oldest first, and raises the level''s lower bound of the next expiry. Answers how many holds and units came back. The caller holds the level''s lock. Its cost follows p_limit, not the number of holds.';

CREATE OR REPLACE FUNCTION private.extend_each(p_shopper_id uuid, p_ids uuid[], p_now timestamp with time zone)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_extended jsonb := private.extend_live(p_shopper_id, p_ids, p_now);
  v_answers jsonb[] := '{}';
  v_answer jsonb;
  v_row record;
begin
  -- By variant, so that refusals are counted in the same order as everywhere.
  for v_row in
    select i.id, i.ord, r.variant_id, r.quantity, r.status
    from unnest(p_ids) with ordinality as i (id, ord)
    left join public.reservations as r on r.id = i.id and r.shopper_id = p_shopper_id
    order by r.variant_id, i.ord
  loop
    v_answer := v_extended -> v_row.id::text;
    if v_answer is null and v_row.status in ('active', 'expired') then
      -- Invariant 6: lapsed, so its units are taken again under the same locks, or the shopper is told.
      v_answer := private.reserve_from_known_sources(jsonb_build_array(jsonb_build_object(
        'shopperId', p_shopper_id, 'quantityMode', 'set',
        'lines', jsonb_build_array(jsonb_build_object(
          'variantId', v_row.variant_id, 'reservationId', v_row.id,
          -- Where a newer hold stands in its place already, that one stays as it is.
          'quantity', coalesce(
            (select r.quantity from public.reservations as r
             where r.shopper_id = p_shopper_id and r.variant_id = v_row.variant_id and r.status = 'active'
               and r.expires_at > p_now
             limit 1), v_row.quantity))))), p_now) #> '{answers,0,lines,0}';
      v_answer := v_answer || jsonb_build_object(
        'outcome', case v_answer ->> 'outcome' when 'held' then 'held_again' else 'expired' end,
        'refusal', case when v_answer ->> 'outcome' <> 'held' then v_answer ->> 'outcome' end);
    elsif v_answer is null then
      v_answer := jsonb_build_object('outcome', case v_row.status
        when 'paying' then 'payment_open' when 'released' then 'reservation_ended'
        when 'confirmed' then 'reservation_ended' else 'reservation_not_found' end);
    end if;
    v_answers[v_row.ord] := v_answer || jsonb_build_object('reservationId', v_row.id);
  end loop;
  return to_jsonb(v_answers);
end;
$function$;
comment on function private.extend_each(pg_catalog.uuid,pg_catalog.uuid[],timestamp with time zone) is 'Extends each of these holds or takes a lapsed one again; answers in their order. The caller holds the locks of the shopper and of the levels.';

CREATE OR REPLACE FUNCTION private.extend_live(p_shopper_id uuid, p_ids uuid[], p_now timestamp with time zone)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  with live as materialized (
    select r.* from public.reservations as r
    where r.shopper_id = p_shopper_id and r.id = any (p_ids) and r.status = 'active' and r.expires_at > p_now
  ), extended as (
    update public.reservations as r
    set expires_at = least(p_now + make_interval(secs => r.duration_seconds), r.max_expires_at)
    from live as l
    where r.id = l.id
      and least(p_now + make_interval(secs => r.duration_seconds), r.max_expires_at) > l.expires_at
    returning r.*
  )
  select coalesce(jsonb_object_agg(l.id, jsonb_build_object(
    'outcome', case when l.expires_at >= l.max_expires_at then 'extension_limit' else 'extended' end,
    'reservation', private.hold_as_json(
      l.id, l.variant_id, l.location_id, l.quantity, l.status, l.created_at, l.duration_seconds,
      coalesce(e.expires_at, l.expires_at), l.max_expires_at),
    'replacesId', null)), '{}')
  from live as l left join extended as e on e.id = l.id
$function$;
comment on function private.extend_live(pg_catalog.uuid,pg_catalog.uuid[],timestamp with time zone) is 'Extends the live ones of these holds to least(now + duration, max_expires_at); answers by id. The caller holds the levels'' locks.';

CREATE OR REPLACE FUNCTION private.forget_idle_holders(p_variant_id uuid, p_source text, p_now timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  c_kept constant integer := 50;
  v_idle uuid[];
begin
  if (select count(*) from public.source_holders as n where n.variant_id = p_variant_id and n.source = p_source) <= c_kept then
    return;
  end if;
  select array_agg(n.shopper_id) into v_idle
  from public.source_holders as n
  left join public.shoppers as s on s.id = n.shopper_id
  where n.variant_id = p_variant_id and n.source = p_source
    and not exists (
      select 1 from public.reservations as a
      where a.shopper_id = coalesce(s.merged_into, n.shopper_id) and a.variant_id = p_variant_id
        and a.status = 'active' and a.expires_at > p_now)
    and not exists (
      select 1 from public.reservations as a
      where a.shopper_id = coalesce(s.merged_into, n.shopper_id) and a.variant_id = p_variant_id
        and a.status = 'paying');
  -- A bot that changes its identity would leave a row for each: so many that counting them costs something go.
  if cardinality(v_idle) > c_kept then
    delete from public.source_holders as n
    where n.variant_id = p_variant_id and n.source = p_source and n.shopper_id = any (v_idle);
  end if;
end;
$function$;
comment on function private.forget_idle_holders(pg_catalog.uuid,pg_catalog.text,timestamp with time zone) is 'Removes the holders of a source who hold nothing, once they are more than 50. The caller holds the level''s lock: without it somebody who holds again right now would be forgotten, and whoever waits for the level would keep rows that its owner wants.';

CREATE OR REPLACE FUNCTION private.free_beside(p_free integer[], p_locations uuid[], p_first integer, p_last integer, p_shopper_id uuid, p_variant_id uuid, p_reservation_id uuid)
 RETURNS integer[]
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  v_free integer[] := p_free;
begin
  for i in p_first .. p_last loop
    if exists (select 1 from public.reservations as r
               where r.shopper_id = p_shopper_id and r.variant_id = p_variant_id and r.location_id = p_locations[i]
                 and r.status = 'active' and r.id is distinct from p_reservation_id) then
      v_free[i] := -1;
    end if;
  end loop;
  return v_free;
end;
$function$;
comment on function private.free_beside(integer[],pg_catalog.uuid[],integer,integer,pg_catalog.uuid,pg_catalog.uuid,pg_catalog.uuid) is 'Invariant 3: free units by level for a line of a shopper who holds the variant at another location too, as after a sign-in: none there, since one level has one active hold of a shopper.';

CREATE OR REPLACE FUNCTION private.free_units(p_line public.order_lines, p_shopper_id uuid, p_now timestamp with time zone)
 RETURNS uuid
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_level record;
  v_free integer;
begin
  for v_level in
    select s.* from public.stock_levels as s join public.locations as l on l.id = s.location_id
    where s.variant_id = p_line.variant_id order by l.priority, l.id
  loop
    v_free := v_level.on_hand - v_level.safety_stock - v_level.reserved;
    if v_free < p_line.quantity and v_level.next_expiry_at <= p_now then
      v_free := v_free + (private.expire_lapsed(
        v_level.variant_id, v_level.location_id, p_line.quantity - v_free, p_now)).units;
    end if;
    if v_free >= p_line.quantity then
      return private.insert_paying_hold(p_shopper_id, p_line.variant_id, v_level.location_id, p_line.quantity,
                                        p_line.reservation_id, p_now);
    end if;
  end loop;
  return null;
end;
$function$;
comment on function private.free_units(public.order_lines,pg_catalog.uuid,timestamp with time zone) is 'The second rung: the line''s units at the first location that has them free, lapsed holds of others included, as a paying hold; null where none has. Nothing is split, safety stock is left alone. The caller holds the levels'' locks.';

CREATE OR REPLACE FUNCTION private.give_way_to_outside(p_payment public.payments, p_amount_cents bigint, p_now timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_refund public.refunds;
begin
  for v_refund in
    select * from public.refunds as f
    where f.payment_id = p_payment.id and f.status = 'requested' and f.payment_intent_id is null order by f.created_at desc, f.id
  loop
    exit when private.refundable_cents(p_payment) >= p_amount_cents;
    perform private.write_refund_status(v_refund, null, 'failed', 'given back in another way', p_now);
  end loop;
end;
$function$;
comment on function private.give_way_to_outside(public.payments,bigint,timestamp with time zone) is 'The money went back already: our refunds that Stripe would refuse now are marked failed, newest first, as far as need be.';

CREATE OR REPLACE FUNCTION private.guard_paying_hold()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  if exists (select 1 from public.order_lines as l join public.payments as p on p.order_id = l.order_id
             where l.reservation_id = old.id and p.status in ('open', 'processing')) then
    raise exception 'payment_unfinished: a hold that is being paid stays as it is until its payment has ended'
      using errcode = 'HF012';
  end if;
  if tg_op = 'DELETE' then
    return old;
  end if;
  if new.status = 'confirmed' and not exists (
       select 1 from public.order_lines as l join public.payments as p on p.order_id = l.order_id
       where l.reservation_id = old.id and l.quantity = old.quantity and p.status = 'succeeded') then
    raise exception 'payment_unfinished: nobody gets goods without a payment that succeeded' using errcode = 'HF012';
  end if;
  return new;
end;
$function$;
comment on function private.guard_paying_hold() is 'Invariant 7: a paying hold is changed or deleted only once its payment is final, and confirmed only by one that succeeded. Raises HF012.';

CREATE OR REPLACE FUNCTION private.guard_refund()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_payment public.payments;
begin
  -- A lock, so that two who come at once cannot both find room.
  select * into v_payment from public.payments as p where p.id = new.payment_id for no key update;
  if v_payment.order_id is distinct from new.order_id or (new.payment_intent_id is null and (
       v_payment.received_currency is distinct from new.currency
       or new.amount_cents + (select coalesce(sum(f.amount_cents), 0) from public.refunds as f
                              where f.payment_id = new.payment_id and f.status <> 'failed' and f.id <> new.id
                                and f.payment_intent_id is null)
          > coalesce(v_payment.received_cents, 0))) then
    raise exception 'refund_exceeds: no more goes back than was received' using errcode = 'HF016';
  end if;
  return new;
end;
$function$;
comment on function private.guard_refund() is 'Refunds of a payment that did not fail are together never more than was received; a second payment goes back beside it. Locks the payment. Raises HF016.';

CREATE OR REPLACE FUNCTION private.guard_refund_line()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_line public.order_lines;
begin
  -- What stays off the shelf takes nothing from the refund with which the same units came back.
  if tg_op = 'UPDATE' and new.restock = 'kept_out' then
    return new;
  end if;
  select * into v_line from public.order_lines as l where l.id = new.order_line_id for no key update;
  if v_line.location_id is null
     or v_line.order_id is distinct from (select f.order_id from public.refunds as f where f.id = new.refund_id)
     or new.quantity + (select coalesce(sum(o.quantity), 0)
                        from public.refund_lines as o join public.refunds as f on f.id = o.refund_id
                        where o.order_line_id = new.order_line_id and o.refund_id <> new.refund_id
                          -- What is on the shelf again cannot come back once more, whatever became of the money.
                          and (f.status <> 'failed' or o.restock = 'restocked'))
        > v_line.quantity then
    raise exception 'refund_exceeds: no more units come back than were sold' using errcode = 'HF016';
  end if;
  return new;
end;
$function$;
comment on function private.guard_refund_line() is 'No unit is refunded or put back beyond what was sold; units that are kept out are not asked about again. Locks the order line. Raises HF016.';

CREATE OR REPLACE FUNCTION private.has_extended(p_answers jsonb, p_now timestamp with time zone)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return exists (
    select 1 from jsonb_array_elements(p_answers) as a (answer)
    where a.answer ->> 'outcome' = 'extended'
       -- Else a newer hold stood in its place already, and stayed as it was.
       or (a.answer ->> 'outcome' = 'held_again' and (a.answer #>> '{reservation,heldAt}')::timestamptz = p_now));
end;
$function$;
comment on function private.has_extended(pg_catalog.jsonb,timestamp with time zone) is 'Whether one of the answers of extend_each at p_now changed a hold.';

CREATE OR REPLACE FUNCTION private.has_refund_undone(p_order_id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return exists (
    select 1 from public.refunds as f
    join public.orders as o on o.id = f.order_id
    join public.payments as p on p.id = f.payment_id
    where f.order_id = p_order_id and f.status <> 'succeeded'
      -- What failed and went back in another way is done.
      and (f.status <> 'failed' or f.payment_intent_id is not null or o.refunded_cents < p.received_cents));
end;
$function$;
comment on function private.has_refund_undone(pg_catalog.uuid) is 'Whether an order has a refund that somebody still has to see to.';

CREATE OR REPLACE FUNCTION private.has_restock_undecided(p_order_id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return exists (
    select 1 from public.refunds as f join public.refund_lines as l on l.refund_id = f.id
    where f.order_id = p_order_id and l.restock = 'undecided')
  -- All of the money went back, and units that no refund names can have come with one: what decide_restock still takes.
  or exists (
    select 1 from public.orders as o
    join public.order_lines as l on l.order_id = o.id
    join public.refunds as f on f.order_id = o.id and f.status <> 'failed' and f.payment_intent_id is null
    where o.id = p_order_id and o.status = 'refunded' and private.unreturned_units(l.id) > 0 and not exists (
      select 1 from public.refund_lines as r where r.refund_id = f.id and r.order_line_id = l.id));
end;
$function$;
comment on function private.has_restock_undecided(pg_catalog.uuid) is 'Whether somebody still has to say of units of an order whether they go back on the shelf.';

CREATE OR REPLACE FUNCTION private.has_sources(p_requests jsonb)
 RETURNS boolean
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
begin
  return p_requests @? '$[*].source';
end;
$function$;
comment on function private.has_sources(pg_catalog.jsonb) is 'Whether a request of the batch says where it comes from.';

CREATE OR REPLACE FUNCTION private.held_at(p_variant_id uuid, p_at timestamp with time zone)
 RETURNS TABLE(location_id uuid, live_holds bigint, live_units bigint, paying_holds bigint, paying_units bigint, lapsed_units bigint)
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return query
  with last_word as (
    -- No hold that its settings allow lives longer: a day a turn, a hundred turns.
    select distinct on (t.reservation_id) t.location_id, t.new_status, t.new_quantity, t.new_expires_at
    from public.reservation_trail as t
    where t.variant_id = p_variant_id and t.at <= p_at and t.at > p_at - interval '101 days'
    order by t.reservation_id, t.at desc, t.id desc
  )
  select w.location_id,
         count(*) filter (where w.new_status = 'active' and w.new_expires_at > p_at),
         coalesce(sum(w.new_quantity) filter (where w.new_status = 'active' and w.new_expires_at > p_at), 0),
         count(*) filter (where w.new_status = 'paying'),
         coalesce(sum(w.new_quantity) filter (where w.new_status = 'paying'), 0),
         coalesce(sum(w.new_quantity) filter (where w.new_status = 'active' and w.new_expires_at <= p_at), 0)
  from last_word as w where w.new_status in ('active', 'paying')
  group by w.location_id;
end;
$function$;
comment on function private.held_at(pg_catalog.uuid,timestamp with time zone) is 'Holds and units of a variant per location as they were at an instant, from the trail: live, being paid, and lapsed but not marked yet, which blocked nobody. Reads the variant''s trail of 101 days.';

CREATE OR REPLACE FUNCTION private.hold_as_json(p_id uuid, p_variant_id uuid, p_location_id uuid, p_quantity integer, p_status public.reservation_status, p_created_at timestamp with time zone, p_duration_seconds integer, p_expires_at timestamp with time zone, p_max_expires_at timestamp with time zone)
 RETURNS jsonb
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
begin
  return jsonb_build_object(
    'reservationId', p_id, 'variantId', p_variant_id, 'locationId', p_location_id, 'quantity', p_quantity,
    'status', p_status, 'heldAt', p_created_at, 'durationSeconds', p_duration_seconds,
    'expiresAt', p_expires_at, 'maxExpiresAt', p_max_expires_at);
end;
$function$;
comment on function private.hold_as_json(pg_catalog.uuid,pg_catalog.uuid,pg_catalog.uuid,integer,public.reservation_status,timestamp with time zone,integer,timestamp with time zone,timestamp with time zone) is 'A hold as every answer carries it. Units of stock, seconds, ISO 8601 instants.';

CREATE OR REPLACE FUNCTION private.holds_as_json(p_ids uuid[])
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return (
    select coalesce(jsonb_agg(
      jsonb_build_object('shopperId', r.shopper_id) || private.hold_as_json(
        r.id, r.variant_id, r.location_id, r.quantity, r.status, r.created_at, r.duration_seconds, r.expires_at,
        r.max_expires_at) order by r.created_at desc, r.id), '[]')
    from public.reservations as r where r.id = any (p_ids));
end;
$function$;
comment on function private.holds_as_json(pg_catalog.uuid[]) is 'Holds with their shoppers, newest first. For those who operate the shop.';

CREATE OR REPLACE FUNCTION private.holds_over_time(p_since timestamp with time zone, p_now timestamp with time zone, p_unit text)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return (
    with slot as (
      select g.at from generate_series(date_trunc(p_unit, p_since), p_now, ('1 ' || p_unit)::interval) as g (at)
    ), made as (
      select date_trunc(p_unit, r.created_at) as at, count(*) as made,
             count(*) filter (where r.status = 'confirmed') as confirmed,
             count(*) filter (where r.status = 'released') as released,
             count(*) filter (where r.status = 'expired' or (r.status = 'active' and r.expires_at <= p_now)) as expired
      from public.reservations as r where r.created_at >= p_since group by 1
    )
    select jsonb_agg(jsonb_build_object(
      'at', s.at, 'made', coalesce(m.made, 0), 'confirmed', coalesce(m.confirmed, 0),
      'released', coalesce(m.released, 0), 'expired', coalesce(m.expired, 0)) order by s.at)
    from slot as s left join made as m on m.at = s.at);
end;
$function$;
comment on function private.holds_over_time(timestamp with time zone,timestamp with time zone,pg_catalog.text) is 'Holds by when they were made, per hour or day (UTC), and what became of them. The first slot begins with the period.';

CREATE OR REPLACE FUNCTION private.import_rows(p_rows jsonb, p_now timestamp with time zone)
 RETURNS TABLE(line integer, sku text, location text, units integer, variant_id uuid, location_id uuid, name text, before integer, held integer, outcome text)
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return query
  with given as (
    select (g.r ->> 'line')::integer as line, g.r ->> 'sku' as sku, g.r ->> 'location' as location,
           (g.r ->> 'onHand')::bigint as units
    from jsonb_array_elements(p_rows) as g (r)
  ), known as (
    select g.*, v.id as variant_id, l.id as location_id, p.name || ' – ' || v.name as name, s.on_hand,
           -- What has lapsed stands in nobody's way.
           coalesce(s.reserved - (select coalesce(sum(r.quantity), 0) from public.reservations as r
                                  where r.variant_id = s.variant_id and r.location_id = s.location_id
                                    and r.status = 'active' and r.expires_at <= p_now), 0)::integer as held,
           count(*) over (partition by g.sku, g.location) as times
    from given as g
    left join public.variants as v on v.sku = g.sku
    left join public.products as p on p.id = v.product_id
    left join public.locations as l on l.code = g.location
    left join public.stock_levels as s on s.variant_id = v.id and s.location_id = l.id
  )
  select k.line, k.sku, k.location, case when k.units between 0 and 2147483647 then k.units::integer end,
         k.variant_id, k.location_id, k.name, k.on_hand, k.held,
         case when k.variant_id is null then 'unknown_sku'
              when k.location_id is null then 'unknown_location'
              when k.times > 1 then 'twice'
              when k.units is null or k.units not between 0 and 2147483647 then 'out_of_range'
              when k.units < k.held then 'units_held'
              when k.on_hand is null then 'new'
              when k.units = k.on_hand then 'unchanged'
              else 'changed' end
  from known as k order by k.line;
end;
$function$;
comment on function private.import_rows(pg_catalog.jsonb,timestamp with time zone) is 'What each row of an import comes to, in the order of its lines: changed, unchanged and new (not kept there so far) can be done; unknown_sku, unknown_location, twice, out_of_range and units_held (fewer than are held there) cannot. Units of stock.';

CREATE OR REPLACE FUNCTION private.insert_paying_hold(p_shopper_id uuid, p_variant_id uuid, p_location_id uuid, p_quantity integer, p_replaces_id uuid, p_now timestamp with time zone)
 RETURNS uuid
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_id uuid := private.reservation_id_prefix(p_now) || substr(gen_random_uuid()::text, 16);
begin
  insert into public.reservations
    (id, shopper_id, variant_id, location_id, quantity, status, duration_seconds, created_at, expires_at,
     max_expires_at, replaces_id)
  select v_id, p_shopper_id, p_variant_id, p_location_id, p_quantity, 'paying', s.hold_seconds, p_now, p_now, p_now,
         (select r.id from public.reservations as r where r.id = p_replaces_id and r.ended_at is not null)
  from public.store_settings as s;
  return v_id;
end;
$function$;
comment on function private.insert_paying_hold(pg_catalog.uuid,pg_catalog.uuid,pg_catalog.uuid,integer,pg_catalog.uuid,timestamp with time zone) is 'Takes units for somebody who has paid. The caller holds the level''s lock and has seen that they are free.';

CREATE OR REPLACE FUNCTION private.is_idempotency_key(p_key jsonb, p_body_hash jsonb)
 RETURNS boolean
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
begin
  return coalesce(
    jsonb_typeof(p_key) = 'string' and jsonb_typeof(p_body_hash) = 'string'
      and octet_length(p_key #>> '{}') between 1 and 255 and p_key #>> '{}' !~ '[^!-~]'
      and octet_length(p_body_hash #>> '{}') = 64 and p_body_hash #>> '{}' !~ '[^0-9a-f]', false);
end;
$function$;
comment on function private.is_idempotency_key(pg_catalog.jsonb,pg_catalog.jsonb) is 'Whether these are a key and the hash of what it stands for. One without the other is neither.';

CREATE OR REPLACE FUNCTION private.is_payable(p_variant_id uuid, p_currency text, p_shop_currency text, p_now timestamp with time zone)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return p_currency = p_shop_currency and exists (
    select 1 from public.variants as v join public.products as p on p.id = v.product_id
    where v.id = p_variant_id and p.published_at <= p_now);
end;
$function$;
comment on function private.is_payable(pg_catalog.uuid,pg_catalog.text,pg_catalog.text,timestamp with time zone) is 'Whether something in a cart is for sale, in the shop''s currency.';

CREATE OR REPLACE FUNCTION private.is_refused(p_answers jsonb, p_fine text[])
 RETURNS boolean
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
begin
  return exists (select 1 from jsonb_array_elements(p_answers) as a (answer)
                 where a.answer ->> 'outcome' <> all (p_fine));
end;
$function$;
comment on function private.is_refused(pg_catalog.jsonb,pg_catalog.text[]) is 'True where one of the answers has an outcome that is not among the fine ones.';

CREATE OR REPLACE FUNCTION private.is_refused_unseen(p_batch private.reserve_batch, p_levels private.level_arrays, p_now timestamp with time zone)
 RETURNS boolean
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
declare
  v_chance boolean;
  v_hopeless integer;
  v_units integer;
  x integer;
begin
  for r in 1 .. cardinality(p_batch.request_shopper) loop
    if p_batch.request_set[r] then
      return false; -- may be about giving units back
    end if;
    v_hopeless := 0;
    for n in p_batch.request_first[r] .. p_batch.request_last[r] loop
      x := p_batch.line_variant[n];
      v_units := case when p_batch.request_partial[r] then 1 else p_batch.line_quantity[n] end;
      v_chance := false;
      for i in coalesce(p_levels.variant_first[x], 1) .. coalesce(p_levels.variant_last[x], 0) loop
        if p_levels.free[i] < v_units and p_levels.next_expiry_at[i] <= p_now then
          return false; -- lapsed units may suffice: unseen, the line would be told that there are none
        end if;
        v_chance := v_chance or p_levels.free[i] >= v_units;
      end loop;
      v_hopeless := v_hopeless + (not v_chance)::integer;
    end loop;
    -- all_or_nothing fails with one hopeless line, partial only with all of them.
    if v_hopeless < (case when p_batch.request_partial[r]
                          then p_batch.request_last[r] - p_batch.request_first[r] + 1 else 1 end) then
      return false;
    end if;
  end loop;
  return true;
end;
$function$;
comment on function private.is_refused_unseen(private.reserve_batch,private.level_arrays,timestamp with time zone) is 'True where every request of the batch must be refused whatever the shoppers hold: too little is free and nothing has lapsed, judged from one snapshot. A crowd before an empty shelf then needs no lock.';

CREATE OR REPLACE FUNCTION private.is_session_of(p_payment public.payments, p_stripe jsonb)
 RETURNS boolean
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
begin
  return case
    -- That none was ever made may be overtaken: another request of the shopper wrote one down, which can be paid.
    when coalesce(p_stripe ->> 'sessionId', '') = '' then p_payment.session_id is null
    -- A crash between Stripe and our row leaves no id here; what we made says in its metadata for which payment.
    when p_payment.session_id is null then p_stripe ->> 'madeFor' is not distinct from p_payment.id::text
    else p_payment.session_id = p_stripe ->> 'sessionId' end;
end;
$function$;
comment on function private.is_session_of(public.payments,pg_catalog.jsonb) is 'Whether what Stripe says is said of the payment''s own session: the one that is written down, or, as long as none is, one that carries our metadata. That a session names the payment is not enough: anybody on the account can write that. Without a session (none was ever made) it is said of the payment as long as none is written down.';

CREATE OR REPLACE FUNCTION private.join_known(p_known jsonb[], p_decided jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
declare
  v_answers jsonb[];
  v_decided integer := 0;
begin
  for r in 1 .. cardinality(p_known) loop
    if p_known[r] is null then
      v_answers[r] := p_decided -> v_decided;
      v_decided := v_decided + 1;
    elsif jsonb_typeof(p_known[r]) = 'number' then
      v_answers[r] := v_answers[p_known[r]::integer];
    else
      v_answers[r] := p_known[r];
    end if;
  end loop;
  return to_jsonb(v_answers);
end;
$function$;
comment on function private.join_known(pg_catalog.jsonb[],pg_catalog.jsonb) is 'The answers of a whole batch, in order: those that known_answers knew, and those that were decided.';

CREATE OR REPLACE FUNCTION private.keep_answer(p_shopper_id uuid, p_key text, p_body_hash text, p_answer jsonb, p_now timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform private.keep_answers(
    array[p_shopper_id], array[p_key], array[p_body_hash], array[p_answer::json], p_now);
end;
$function$;
comment on function private.keep_answer(pg_catalog.uuid,pg_catalog.text,pg_catalog.text,pg_catalog.jsonb,timestamp with time zone) is 'Keeps the answer to a request that changed something; nothing where it has no key. The caller holds the shopper''s lock.';

CREATE OR REPLACE FUNCTION private.keep_answers(p_shopper_ids uuid[], p_keys text[], p_body_hashes text[], p_answers json[], p_now timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  -- In the way stands only what is too old, and not pruned yet.
  insert into public.idempotency_keys (shopper_id, key, body_hash, answer, created_at)
  select a.shopper_id, a.key, a.body_hash, a.answer, p_now
  from unnest(p_shopper_ids, p_keys, p_body_hashes, p_answers) as a (shopper_id, key, body_hash, answer)
  where a.key is not null
  on conflict (shopper_id, key)
  do update set body_hash = excluded.body_hash, answer = excluded.answer, created_at = excluded.created_at;
end;
$function$;
comment on function private.keep_answers(pg_catalog.uuid[],pg_catalog.text[],pg_catalog.text[],json[],timestamp with time zone) is 'keep_answer for a batch: those that have a key. No shopper has the same key in it twice.';

CREATE OR REPLACE FUNCTION private.keep_decided(p_requests jsonb, p_batch private.reserve_batch, p_plan private.reserve_plan, p_now timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_shopper_ids uuid[];
  v_keys text[];
  v_body_hashes text[];
  v_answers json[];
begin
  select array_agg(p_batch.shopper_ids[r.shopper]), array_agg(r.key), array_agg(r.body_hash),
         array_agg((p_plan.answers -> (r.ord - 1)::integer)::json)
  into v_shopper_ids, v_keys, v_body_hashes, v_answers
  from rows from (jsonb_to_recordset(p_requests) as ("idempotencyKey" text, "bodyHash" text),
                  unnest(p_batch.request_shopper, p_plan.has_changed))
       with ordinality as r (key, body_hash, shopper, has_changed, ord)
  where r.has_changed;
  perform private.keep_answers(v_shopper_ids, v_keys, v_body_hashes, v_answers, p_now);
end;
$function$;
comment on function private.keep_decided(pg_catalog.jsonb,private.reserve_batch,private.reserve_plan,timestamp with time zone) is 'Keeps the answers of a decided batch for the keys of the requests that changed something.';

CREATE OR REPLACE FUNCTION private.keep_refusals()
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  with taken as (
    delete from public.new_refusals as f
    where (f.variant_id, f.reason, f.hour, f.shard) in (
      select n.variant_id, n.reason, n.hour, n.shard from public.new_refusals as n limit 1000 for update skip locked)
    returning f.*
  )
  insert into public.kept_refusals as k (variant_id, reason, hour, requests, units)
  select t.variant_id, t.reason, t.hour, sum(t.requests), sum(t.units) from taken as t
  group by t.variant_id, t.reason, t.hour
  order by t.variant_id, t.reason, t.hour
  on conflict (variant_id, reason, hour)
  do update set requests = k.requests + excluded.requests, units = k.units + excluded.units;
end;
$function$;
comment on function private.keep_refusals() is 'Takes at most 1000 counters over into kept_refusals, where a crash cannot take them back. What somebody is counting on right now is left for the next time.';

CREATE OR REPLACE FUNCTION private.keep_total_of_order_trail()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  insert into public.order_trail_totals as t (day, entity, actor, cause, changes)
  select (g.at at time zone 'UTC')::date, g.entity, g.actor, g.cause, count(*) from gone as g group by 1, 2, 3, 4
  on conflict (day, entity, actor, cause) do update set changes = t.changes + excluded.changes;
  return null;
end;
$function$;
comment on function private.keep_total_of_order_trail() is 'Adds what is deleted from the trail of orders to its totals, in the same statement.';

CREATE OR REPLACE FUNCTION private.keep_total_of_trail()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if tg_table_name = 'reservation_trail' then
    insert into public.trail_totals as t
      (day, variant_id, location_id, entity, actor, cause, changes, units_before, units_after)
    select (g.at at time zone 'UTC')::date, g.variant_id, g.location_id, 'reservation', g.actor, g.cause, count(*),
           sum(coalesce(g.old_quantity, 0)), sum(coalesce(g.new_quantity, 0))
    from gone as g group by 1, 2, 3, 5, 6
    on conflict (variant_id, location_id, day, entity, actor, cause) do update
    set changes = t.changes + excluded.changes, units_before = t.units_before + excluded.units_before,
        units_after = t.units_after + excluded.units_after;
  else
    insert into public.trail_totals as t
      (day, variant_id, location_id, entity, actor, cause, changes, units_before, units_after)
    select (g.at at time zone 'UTC')::date, g.variant_id, g.location_id, 'stock_level', g.actor, g.cause, count(*),
           sum(coalesce((g.before ->> 'onHand')::bigint, 0)), sum(coalesce((g.after ->> 'onHand')::bigint, 0))
    from gone as g group by 1, 2, 3, 5, 6
    on conflict (variant_id, location_id, day, entity, actor, cause) do update
    set changes = t.changes + excluded.changes, units_before = t.units_before + excluded.units_before,
        units_after = t.units_after + excluded.units_after;
  end if;
  return null;
end;
$function$;
comment on function private.keep_total_of_trail() is 'Adds what is deleted from the trail to trail_totals, in the same statement: no row goes that is not counted.';

CREATE OR REPLACE FUNCTION private.kept_answer(p_shopper_id uuid, p_key text, p_body_hash text, p_now timestamp with time zone)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return (
    select case when k.body_hash = p_body_hash then k.answer::jsonb
                else jsonb_build_object('outcome', 'idempotency_mismatch') end
    from public.idempotency_keys as k
    where k.shopper_id = p_shopper_id and k.key = p_key and k.created_at > private.kept_since(p_now));
end;
$function$;
comment on function private.kept_answer(pg_catalog.uuid,pg_catalog.text,pg_catalog.text,timestamp with time zone) is 'What this request was answered before, or that its key stands for another one; null where it is to be done. The caller holds the shopper''s lock.';

CREATE OR REPLACE FUNCTION private.kept_since(p_now timestamp with time zone)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return p_now - interval '24 hours';
end;
$function$;
comment on function private.kept_since(timestamp with time zone) is 'Answers that were kept at that instant or before count as absent.';

CREATE OR REPLACE FUNCTION private.known_answers(p_requests jsonb, p_batch private.reserve_batch, p_now timestamp with time zone)
 RETURNS jsonb[]
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  v_known jsonb[];
begin
  select array_agg(
    case when r.key is null then null
         when k.body_hash = r.body_hash then k.answer::jsonb
         when k.body_hash is null and r.ord = r.first_ord then null
         when k.body_hash is null and r.body_hash = r.first_hash then to_jsonb(r.first_ord)
         else jsonb_build_object('outcome', 'idempotency_mismatch', 'lines', jsonb_build_array()) end order by r.ord)
  into v_known
  from (
    select q.key, q.body_hash, p_batch.shopper_ids[q.shopper] as shopper_id, q.ord,
           first_value(q.ord) over same_key as first_ord, first_value(q.body_hash) over same_key as first_hash
    from rows from (jsonb_to_recordset(p_requests) as ("idempotencyKey" text, "bodyHash" text),
                    unnest(p_batch.request_shopper))
         with ordinality as q (key, body_hash, shopper, ord)
    window same_key as (partition by q.shopper, q.key order by q.ord)
  ) as r
  left join public.idempotency_keys as k
    on k.shopper_id = r.shopper_id and k.key = r.key and k.created_at > private.kept_since(p_now);
  return case when array_remove(v_known, null) <> '{}' then v_known end;
end;
$function$;
comment on function private.known_answers(pg_catalog.jsonb,private.reserve_batch,timestamp with time zone) is 'By request of a batch what is known of it already: the answer that was kept for its key; that the key stands for another body; or the number of the request before it in the batch that has the same key and body. Null where it is to be decided; null altogether where that is so for all. The caller holds the shoppers'' locks.';

CREATE OR REPLACE FUNCTION private.known_requests(p_requests jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  -- One statement, or a sign-in between two would hide what was kept for the guest.
  return (
    select jsonb_object_agg(r.ord, true)
    from rows from (jsonb_to_recordset(p_requests) as ("shopperId" uuid, "idempotencyKey" text))
         with ordinality as r (shopper_id, key, ord)
    left join public.shoppers as s on s.id = r.shopper_id
    join public.idempotency_keys as k
      on k.shopper_id = case when s.merged_into is null then r.shopper_id
                             when private.merge_holds(s.merged_at) then s.merged_into else r.shopper_id end
         and k.key = r.key and k.created_at > private.kept_since(statement_timestamp()));
end;
$function$;
comment on function private.known_requests(pg_catalog.jsonb) is 'For which requests of a batch something was kept: {position: true}, null for none. Locks nothing, so ask it after the stock levels were read: whoever sees an empty shelf because of this very request then sees its answer too.';

CREATE OR REPLACE FUNCTION private.lapsed_and_unswept(p_now timestamp with time zone)
 RETURNS TABLE(lag_seconds integer, holds integer)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select extract(epoch from p_now - min(l.first))::integer,
         -- Counted to a bound: a million of them shall cost no more than ten thousand.
         (select count(*)::integer from (
            select 1 from public.stock_levels as s
            join public.reservations as r on r.variant_id = s.variant_id and r.location_id = s.location_id
            where s.next_expiry_at <= p_now and r.status = 'active' and r.expires_at <= p_now
            limit 10000) as c)
  from public.stock_levels as s
  cross join lateral (
    select min(r.expires_at) as first from public.reservations as r
    where r.variant_id = s.variant_id and r.location_id = s.location_id and r.status = 'active' and r.expires_at <= p_now
  ) as l
  where s.next_expiry_at <= p_now
$function$;
comment on function private.lapsed_and_unswept(timestamp with time zone) is 'What the sweep has left at p_now: seconds since the first of it ended (null when there is none), and how many holds, counted up to 10000.';

CREATE OR REPLACE FUNCTION private.levels_at(p_variant_id uuid, p_at timestamp with time zone)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
      'locationCode', l.code, 'onHand', f.on_hand, 'safetyStock', f.safety_stock,
      'heldUnits', coalesce(h.live_units, 0), 'holds', coalesce(h.live_holds, 0),
      'payingUnits', coalesce(h.paying_units, 0), 'payments', coalesce(h.paying_holds, 0),
      'lapsedUnits', coalesce(h.lapsed_units, 0),
      'available', greatest(f.on_hand - f.safety_stock - coalesce(h.live_units + h.paying_units, 0), 0))
      order by l.priority, l.code), '[]')
    from public.locations as l
    cross join lateral (
      select (select m.on_hand_after from public.stock_movements as m
              where m.variant_id = p_variant_id and m.location_id = l.id and m.at <= p_at
              order by m.at desc, m.id desc limit 1) as moved,
             (select t.after ->> 'safetyStock' from public.stock_trail as t
              where t.variant_id = p_variant_id and t.location_id = l.id and t.at <= p_at and t.after ? 'safetyStock'
              order by t.at desc, t.id desc limit 1) as safety,
             (select s.safety_stock from public.stock_levels as s
              where s.variant_id = p_variant_id and s.location_id = l.id) as safety_now,
             exists (select 1 from public.stock_trail as t
                     where t.variant_id = p_variant_id and t.location_id = l.id and t.at <= p_at) as was_kept
    ) as k
    cross join lateral (
      select coalesce(k.moved, 0) as on_hand, coalesce(k.safety::integer, k.safety_now, 0) as safety_stock
    ) as f
    left join private.held_at(p_variant_id, p_at) as h on h.location_id = l.id
    -- The trail is pruned some day, the ledger never.
    where k.was_kept or k.moved is not null);
end;
$function$;
comment on function private.levels_at(pg_catalog.uuid,timestamp with time zone) is 'The stock levels of a variant as they were at an instant, from ledger and trail. Units. Where the trail was pruned the safety stock is today''s.';

CREATE OR REPLACE FUNCTION private.limit_reached(p_name text, p_value integer, p_until timestamp with time zone, p_now timestamp with time zone)
 RETURNS jsonb
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
begin
  return jsonb_strip_nulls(jsonb_build_object(
    'name', p_name, 'value', p_value,
    'retryAfterSeconds', case when p_until is not null then
      greatest(ceil(extract(epoch from p_until - p_now)), 1)::integer end));
end;
$function$;
comment on function private.limit_reached(pg_catalog.text,integer,timestamp with time zone,timestamp with time zone) is 'A limit as a refused line carries it; retryAfterSeconds where it ends by itself.';

CREATE OR REPLACE FUNCTION private.lines_of_requests(p_requests jsonb)
 RETURNS TABLE(ord integer, shopper_id uuid, is_known boolean, source text, variant_id uuid, quantity integer, is_set boolean)
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  if exists (select 1 from jsonb_array_elements(p_requests) as r (request)
             where r.request -> 'source' is not null
               and (jsonb_typeof(r.request -> 'source') <> 'string'
                    or length(r.request ->> 'source') not between 1 and 64)) then
    perform private.raise_invalid_request('source is a text of 1 to 64 characters, or left out');
  end if;
  return query
  select r.ord::integer, case when private.merge_holds(s.merged_at) then s.merged_into else r.shopper_id end,
         s.id is not null, r.source, l.variant_id, least(sum(l.quantity), 1000000)::integer,
         coalesce(r.quantity_mode, 'add') = 'set'
  from rows from (jsonb_to_recordset(p_requests)
         as ("shopperId" uuid, "source" text, "quantityMode" text, "lines" jsonb))
       with ordinality as r (shopper_id, source, quantity_mode, lines, ord)
  left join public.shoppers as s on s.id = r.shopper_id
  cross join lateral rows from (jsonb_to_recordset(r.lines) as ("variantId" uuid, "quantity" bigint))
    as l (variant_id, quantity)
  group by r.ord, r.shopper_id, s.id, r.source, r.quantity_mode, l.variant_id;
end;
$function$;
comment on function private.lines_of_requests(pg_catalog.jsonb) is 'The lines of a checked batch, with who acts, whether that shopper is known, and where the request comes from. Raises HF001 for a source that is no text of 1 to 64 characters.';

CREATE OR REPLACE FUNCTION private.live_units_of_source(p_variant_id uuid, p_source text, p_now timestamp with time zone)
 RETURNS integer
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return (
    select coalesce(sum(h.units), 0)
    from (
      -- A guest who became a user holds as that user, and once.
      select distinct on (coalesce(s.merged_into, n.shopper_id)) u.units
      from public.source_holders as n
      left join public.shoppers as s on s.id = n.shopper_id
      cross join lateral (
        select sum(r.quantity) as units
        from (
          select a.quantity from public.reservations as a
          where a.shopper_id = coalesce(s.merged_into, n.shopper_id) and a.variant_id = p_variant_id
            and a.status = 'active' and a.expires_at > p_now
          union all
          select a.quantity from public.reservations as a
          where a.shopper_id = coalesce(s.merged_into, n.shopper_id) and a.variant_id = p_variant_id
            and a.status = 'paying'
        ) as r
      ) as u
      where n.variant_id = p_variant_id and n.source = p_source
    ) as h);
end;
$function$;
comment on function private.live_units_of_source(pg_catalog.uuid,pg_catalog.text,timestamp with time zone) is 'Live units of a variant held from a source; exact where the caller holds the level''s lock. Its cost follows the holders of that source, of whom max_units_per_address bounds the live ones and forget_idle_holders the others.';

CREATE OR REPLACE FUNCTION private.load_holds(p_batch private.reserve_batch, p_shoppers private.shopper_arrays, p_settings public.store_settings, p_now timestamp with time zone)
 RETURNS private.hold_arrays
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  h private.hold_arrays := private.no_holds(p_batch);
  v_row record;
  v_lapsed uuid[];
begin
  select array_agg(case p_shoppers.tiers[k.shopper] when 'vip' then p_settings.vip_hold_seconds
                                           else p_settings.hold_seconds end order by k.ord)
  into h.duration_seconds
  from unnest(p_batch.key_shopper) with ordinality as k (shopper, ord);
  for s in 1 .. cardinality(p_batch.shopper_ids) loop
    h.shopper_holds_left[s] := p_settings.max_holds_per_minute
      - case when p_shoppers.minute_began_at[s] > p_now - interval '1 minute'
             then p_shoppers.holds_in_minute[s] else 0 end;
  end loop;

  for v_row in
    select r.*, s.ord as shopper, k.ord as key
    from unnest(p_batch.shopper_ids) with ordinality as s (id, ord)
    cross join lateral (
      select a.* from public.reservations as a where a.shopper_id = s.id and a.status = 'active'
      union all
      select a.* from public.reservations as a where a.shopper_id = s.id and a.status = 'paying'
    ) as r
    left join unnest(p_batch.key_shopper, p_batch.key_variant) with ordinality as k (shopper, variant, ord)
      on k.shopper = s.ord and p_batch.variant_ids[k.variant] = r.variant_id
    -- After a sign-in a shopper may hold a variant at two locations: the one that a line names is meant, else the older.
    order by coalesce(r.id = any (p_batch.line_reservation), false) desc, r.created_at, r.id
  loop
    if v_row.status = 'active' and v_row.expires_at <= p_now then
      -- Invariants 3, 5 and 6: whoever meets a lapsed hold marks it; it counts for nothing.
      if v_row.key is not null then
        v_lapsed := v_lapsed || v_row.id;
        h.replaces_id[v_row.key] := v_row.id;
      end if;
      continue;
    end if;
    h.shopper_units[v_row.shopper] := h.shopper_units[v_row.shopper] + v_row.quantity;
    if v_row.key is not null and v_row.status = 'active' and h.id[v_row.key] is null then
      h.id[v_row.key] := v_row.id;
      h.location_id[v_row.key] := v_row.location_id;
      h.quantity[v_row.key] := v_row.quantity;
      h.created_at[v_row.key] := v_row.created_at;
      h.expires_at[v_row.key] := v_row.expires_at;
      h.max_expires_at[v_row.key] := v_row.max_expires_at;
      h.duration_seconds[v_row.key] := v_row.duration_seconds;
    elsif v_row.key is not null then
      h.elsewhere[v_row.key] := h.elsewhere[v_row.key] + v_row.quantity;
    end if;
  end loop;

  if v_lapsed is not null then
    perform private.mark_expired(v_lapsed, p_now);
  end if;
  return h;
end;
$function$;
comment on function private.load_holds(private.reserve_batch,private.shopper_arrays,public.store_settings,timestamp with time zone) is 'What the shoppers of a batch hold at p_now. Marks their own lapsed holds of the wanted variants expired. The caller holds the locks of shoppers and levels.';

CREATE OR REPLACE FUNCTION private.lock_acting_shopper(p_shopper_id uuid)
 RETURNS uuid
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_shopper_id uuid;
  v_merged_into uuid;
begin
  if p_shopper_id is null then
    perform private.raise_invalid_request('a shopper has an id');
  end if;
  loop
    v_shopper_id := private.acting_shopper(p_shopper_id);
    begin
      select s.merged_into into v_merged_into from public.shoppers as s where s.id = v_shopper_id for no key update;
      if private.acting_shopper(p_shopper_id) = v_shopper_id then
        if v_merged_into is not null then
          perform private.end_merge(array[v_shopper_id]);
        end if;
        return v_shopper_id;
      end if;
      raise exception 'merged_meanwhile' using errcode = 'HF010';
    exception when sqlstate 'HF010' then
      null; -- lets go of the guest's lock, as in lock_shoppers
    end;
  end loop;
end;
$function$;
comment on function private.lock_acting_shopper(pg_catalog.uuid) is 'Locks the shopper for whom this identity acts, and answers who that is. Makes no row: who has none, has no holds. Raises HF001 for null.';

CREATE OR REPLACE FUNCTION private.lock_levels(p_variant_ids uuid[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  -- A statement of its own: what is decided after it sees everything that was committed while it waited.
  perform 1 from public.stock_levels as s where s.variant_id = any (p_variant_ids)
  order by s.variant_id, s.location_id
  for no key update;
end;
$function$;
comment on function private.lock_levels(pg_catalog.uuid[]) is 'Locks every stock level of these variants, sorted, FOR NO KEY UPDATE. After shoppers, before reservations.';

CREATE OR REPLACE FUNCTION private.lock_merging_shoppers(p_from_shopper_id uuid, p_to_shopper_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_ids uuid[];
begin
  insert into public.shoppers (id)
  select s.id from unnest(array[p_from_shopper_id, p_to_shopper_id]) as s (id) order by s.id
  on conflict (id) do nothing;
  loop
    v_ids := array(
      select s.id from public.shoppers as s
      where s.id in (p_from_shopper_id, p_to_shopper_id) or s.merged_into = p_from_shopper_id);
    begin
      perform 1 from public.shoppers as s where s.id = any (v_ids) order by s.id for no key update;
      if not exists (select 1 from public.shoppers as s
                     where s.merged_into = p_from_shopper_id and s.id <> all (v_ids)) then
        return;
      end if;
      raise exception 'merged_meanwhile' using errcode = 'HF010';
    exception when sqlstate 'HF010' then
      null; -- lets go of the locks, so that all of them are taken in order
    end;
  end loop;
end;
$function$;
comment on function private.lock_merging_shoppers(pg_catalog.uuid,pg_catalog.uuid) is 'Locks two shoppers, making their rows, and everybody who was merged into the first before (sorted, FOR NO KEY UPDATE): their rows change with a transfer.';

CREATE OR REPLACE FUNCTION private.lock_payment(p_payment_id uuid)
 RETURNS public.payments
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_payment public.payments;
  v_shopper_id uuid;
begin
  loop
    select p.shopper_id into v_shopper_id from public.payments as p where p.id = p_payment_id;
    if not found then
      return null;
    end if;
    begin
      insert into public.shoppers (id) values (v_shopper_id) on conflict (id) do nothing;
      perform 1 from public.shoppers as s where s.id = v_shopper_id for no key update;
      perform 1 from public.orders as o
      where o.id = (select p.order_id from public.payments as p where p.id = p_payment_id) for no key update;
      select * into v_payment from public.payments as p where p.id = p_payment_id for no key update;
      if v_payment.shopper_id = v_shopper_id then
        return v_payment;
      end if;
      raise exception 'merged_meanwhile' using errcode = 'HF010';
    exception when sqlstate 'HF010' then
      null; -- lets go of the guest's lock: after a sign-in the user's comes first
    end;
  end loop;
end;
$function$;
comment on function private.lock_payment(pg_catalog.uuid) is 'Locks the shopper, the order and the payment, in this order, and answers the payment as it is then; null for an unknown one.';

CREATE OR REPLACE FUNCTION private.lock_shoppers(p_shopper_ids uuid[])
 RETURNS private.shopper_arrays
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_shoppers private.shopper_arrays;
  v_merged boolean;
  v_once_merged boolean;
begin
  insert into public.shoppers (id)
  select s.id from unnest(p_shopper_ids) as s (id) group by s.id order by s.id
  on conflict (id) do nothing;
  begin
    select array_agg(l.tier order by l.id), array_agg(l.minute_began_at order by l.id),
           array_agg(l.holds_in_minute order by l.id),
           bool_or(l.merged_into is not null and private.merge_holds(l.merged_at)), bool_or(l.merged_into is not null)
    into v_shoppers.tiers, v_shoppers.minute_began_at, v_shoppers.holds_in_minute,
         v_merged, v_once_merged
    from (
      select s.* from public.shoppers as s where s.id = any (p_shopper_ids) order by s.id for no key update
    ) as l;
    if v_merged then
      raise exception 'merged_meanwhile' using errcode = 'HF010';
    end if;
  exception when sqlstate 'HF010' then
    -- Undoing the block lets go of its locks: whoever kept the guest's would ask for the user's out of turn.
    return null;
  end;
  if v_once_merged then
    perform private.end_merge(p_shopper_ids);
  end if;
  return v_shoppers;
end;
$function$;
comment on function private.lock_shoppers(pg_catalog.uuid[]) is 'Makes the rows of new shoppers, locks all of these (sorted, FOR NO KEY UPDATE) and answers what of them decides; null, and nothing locked, where one of them was merged into another, perhaps while we waited: ask for whom to act again. First in the lock order of the reservation functions.';

CREATE OR REPLACE FUNCTION private.lock_sold_order(p_order_id uuid)
 RETURNS public.payments
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_payment public.payments;
begin
  perform 1 from public.orders as o where o.id = p_order_id for no key update;
  select * into v_payment from public.payments as p where p.order_id = p_order_id for no key update;
  perform private.lock_levels(array(
    select distinct l.variant_id from public.order_lines as l where l.order_id = p_order_id and l.location_id is not null));
  return v_payment;
end;
$function$;
comment on function private.lock_sold_order(pg_catalog.uuid) is 'Locks an order, its payment and the levels of what was sold with it, in this order, and answers the payment; null where there is none.';

CREATE OR REPLACE FUNCTION private.log_actor()
 RETURNS text
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return coalesce(nullif(split_part(current_setting('holdfast.cause', true), ':', 1), ''), session_user::text);
end;
$function$;
comment on function private.log_actor() is 'Who changes something, for the trail: shopper, admin, system, or the role that typed SQL.';

CREATE OR REPLACE FUNCTION private.log_cause()
 RETURNS text
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return coalesce(nullif(split_part(current_setting('holdfast.cause', true), ':', 2), ''), 'sql');
end;
$function$;
comment on function private.log_cause() is 'Why something changes, for the trail: the operation, or sql.';

CREATE OR REPLACE FUNCTION private.log_order_change()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  -- Whom it is about, and what is no change of it.
  c_unlogged constant text[] := '{email,ship_name,ship_line1,ship_line2,ship_postal_code,ship_city,ship_country,tracking,session_url,return_origin,claimed_until,last_error}';
  v_after jsonb := to_jsonb(new) - c_unlogged;
  v_before jsonb := case when tg_op = 'UPDATE' then to_jsonb(old) - c_unlogged end;
  v_row jsonb := to_jsonb(new);
begin
  if tg_op = 'UPDATE' then
    select jsonb_object_agg(b.key, b.value), jsonb_object_agg(b.key, v_after -> b.key) into v_before, v_after
    from jsonb_each(v_before) as b where b.value is distinct from v_after -> b.key;
    if v_after is null then
      return null;
    end if;
  end if;
  insert into public.order_trail (actor, cause, entity, entity_id, order_id, shopper_id, before, after)
  values (private.log_actor(), private.log_cause(), tg_argv[0],
          new.id,
          (v_row ->> case tg_argv[0] when 'order' then 'id' else 'order_id' end)::uuid,
          (v_row ->> 'shopper_id')::uuid, v_before, v_after);
  return null;
end;
$function$;
comment on function private.log_order_change() is 'Writes what changed into the trail, whoever changed it. Its argument is the entity.';

CREATE OR REPLACE FUNCTION private.log_refund_line()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  insert into public.order_trail (actor, cause, entity, entity_id, order_id, before, after)
  select private.log_actor(), private.log_cause(), 'refund_line', new.order_line_id, f.order_id,
         case when tg_op = 'UPDATE' then to_jsonb(old) end, to_jsonb(new)
  from public.refunds as f where f.id = new.refund_id;
  return null;
end;
$function$;
comment on function private.log_refund_line() is 'Writes into the trail which units a refund is for, and what became of them.';

CREATE OR REPLACE FUNCTION private.log_shop_change()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_before jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) - 'is_only_row' end;
  v_after jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) - 'is_only_row' end;
begin
  perform private.note_admin(tg_argv[0], (coalesce(v_after, v_before) ->> 'id')::uuid, v_before, v_after);
  return null;
end;
$function$;
comment on function private.log_shop_change() is 'Every change of a product, a variant or the settings leaves its row in admin_trail. Its argument is the entity.';

CREATE OR REPLACE FUNCTION private.log_stock_level()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  insert into public.stock_trail (actor, cause, variant_id, location_id, before, after)
  values (private.log_actor(), private.log_cause(),
         case when tg_op = 'DELETE' then old.variant_id else new.variant_id end,
         case when tg_op = 'DELETE' then old.location_id else new.location_id end,
         case when tg_op <> 'INSERT' then jsonb_build_object('onHand', old.on_hand, 'safetyStock', old.safety_stock) end,
         case when tg_op <> 'DELETE' then jsonb_build_object('onHand', new.on_hand, 'safetyStock', new.safety_stock) end);
  return null;
end;
$function$;
comment on function private.log_stock_level() is 'Invariant 10: every change of on_hand or safety_stock leaves its row in the trail.';

CREATE OR REPLACE FUNCTION private.mark_expired(p_ids uuid[], p_now timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_cause text := coalesce(current_setting('holdfast.cause', true), '');
begin
  -- In the trail it is time that ended them, whoever met them.
  perform private.set_cause('system:expire');
  update public.reservations as r set status = 'expired', ended_at = p_now
  where r.id = any (p_ids) and r.status = 'active' and r.expires_at <= p_now;
  perform private.set_cause(v_cause);
end;
$function$;
comment on function private.mark_expired(pg_catalog.uuid[],timestamp with time zone) is 'Marks those of these holds expired that are active and lapsed at p_now. The caller holds their levels'' locks.';

CREATE OR REPLACE FUNCTION private.merge_holds(p_merged_at timestamp with time zone)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return p_merged_at > clock_timestamp() - make_interval(secs => (select t.merged_guest_seconds from public.store_settings as t));
end;
$function$;
comment on function private.merge_holds(timestamp with time zone) is 'Whether a guest who was merged then still acts for the user: for merged_guest_seconds. Null for who never was.';

CREATE OR REPLACE FUNCTION private.next_release_at(p_variant_id uuid, p_now timestamp with time zone, p_except_shopper_id uuid DEFAULT NULL::uuid)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return (
    select min(n.expires_at)
    from public.stock_levels as s
    cross join lateral (
      select r.expires_at from public.reservations as r
      where r.variant_id = s.variant_id and r.location_id = s.location_id and r.status = 'active'
        and r.expires_at > p_now and r.shopper_id is distinct from p_except_shopper_id
      order by r.expires_at limit 1
    ) as n
    where s.variant_id = p_variant_id);
end;
$function$;
comment on function private.next_release_at(pg_catalog.uuid,timestamp with time zone,pg_catalog.uuid) is 'When the next live hold of a variant ends that is not the given shopper''s; null when nobody else actively holds any. One index probe per level.';

CREATE OR REPLACE FUNCTION private.no_holds(p_batch private.reserve_batch)
 RETURNS private.hold_arrays
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
declare
  h private.hold_arrays;
  v_keys integer[] := array[cardinality(p_batch.key_shopper)];
begin
  h.id := array_fill(null::uuid, v_keys);
  h.location_id := h.id;
  h.replaces_id := h.id;
  h.quantity := array_fill(0, v_keys);
  h.elsewhere := h.quantity;
  h.duration_seconds := array_fill(null::integer, v_keys);
  h.created_at := array_fill(null::timestamptz, v_keys);
  h.expires_at := h.created_at;
  h.max_expires_at := h.created_at;
  h.change := array_fill(null::text, v_keys);
  h.shopper_units := array_fill(0, array[cardinality(p_batch.shopper_ids)]);
  h.shopper_new_holds := h.shopper_units;
  h.shopper_holds_left := array_fill(1000000, array[cardinality(p_batch.shopper_ids)]);
  h.moved := '{}';
  return h;
end;
$function$;
comment on function private.no_holds(private.reserve_batch) is 'The holds of shoppers who hold nothing.';

CREATE OR REPLACE FUNCTION private.note_admin(p_entity text, p_entity_id uuid, p_before jsonb DEFAULT NULL::jsonb, p_after jsonb DEFAULT NULL::jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  insert into public.admin_trail (actor, cause, admin_id, entity, entity_id, reason, before, after)
  values (private.log_actor(), private.log_cause(), nullif(current_setting('holdfast.admin', true), '')::uuid,
          p_entity, p_entity_id, nullif(current_setting('holdfast.reason', true), ''), p_before, p_after);
end;
$function$;
comment on function private.note_admin(pg_catalog.text,pg_catalog.uuid,pg_catalog.jsonb,pg_catalog.jsonb) is 'Adds a row to admin_trail, by whoever private.act_as_admin said.';

CREATE OR REPLACE FUNCTION private.note_merge()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  new.merged_at := case when new.merged_into is not null then clock_timestamp() end;
  return new;
end;
$function$;
comment on function private.note_merge() is 'Writes merged_at, whoever writes merged_into.';

CREATE OR REPLACE FUNCTION private.note_sources(p_requests jsonb, p_skip jsonb, p_now timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  insert into public.source_holders as h (variant_id, source, shopper_id, noted_at)
  select distinct l.variant_id, l.source, l.shopper_id, p_now
  from private.lines_of_requests(p_requests) as l
  where l.source is not null and not p_skip ? l.ord::text
  order by l.variant_id, l.source, l.shopper_id
  on conflict (variant_id, source, shopper_id) do update set noted_at = excluded.noted_at;
end;
$function$;
comment on function private.note_sources(pg_catalog.jsonb,pg_catalog.jsonb,timestamp with time zone) is 'Notes where those who just took units took them from. The caller holds the levels'' locks.';

CREATE OR REPLACE FUNCTION private.note_sources_of_merged()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  insert into public.source_holders as h (variant_id, source, shopper_id, noted_at)
  select n.variant_id, n.source, new.merged_into, n.noted_at
  from public.source_holders as n where n.shopper_id = new.id
  order by n.variant_id, n.source
  on conflict (variant_id, source, shopper_id) do update set noted_at = greatest(h.noted_at, excluded.noted_at);
  return null;
end;
$function$;
comment on function private.note_sources_of_merged() is 'What a guest took from somewhere was taken from there also when it is the user''s: it counts for that source once the guest is a guest again, and when the user asks for more. The transfer holds the locks of the levels of what is held.';

CREATE OR REPLACE FUNCTION private.open_alert(p_kind text, p_subject text, p_details jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  insert into public.alerts as a (kind, subject, details) values (p_kind, p_subject, p_details)
  on conflict (kind, subject) where closed_at is null do update set details = excluded.details;
end;
$function$;
comment on function private.open_alert(pg_catalog.text,pg_catalog.text,pg_catalog.jsonb) is 'Opens an alert, or tells the open one of that subject the news.';

CREATE OR REPLACE FUNCTION private.order_as_json(p_order_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return (
    select jsonb_build_object(
      'orderId', o.id, 'number', o.number, 'status', o.status, 'source', o.source, 'createdAt', o.created_at,
      'paidAt', o.paid_at, 'shippedAt', o.shipped_at, 'cancelledAt', o.cancelled_at, 'refundedAt', o.refunded_at,
      'disputedAt', o.disputed_at, 'email', o.email,
      'address', jsonb_build_object('name', o.ship_name, 'line1', o.ship_line1, 'line2', o.ship_line2,
                                    'postalCode', o.ship_postal_code, 'city', o.ship_city, 'country', o.ship_country),
      'currency', o.currency, 'subtotalCents', o.subtotal_cents, 'shippingCents', o.shipping_cents,
      'totalCents', o.total_cents, 'refundedCents', o.refunded_cents, 'tracking', o.tracking,
      'paymentId', p.id, 'paymentStatus', p.status, 'windowEndsAt', p.window_ends_at,
      'receivedCents', p.received_cents)
      || jsonb_build_object(
      'lines', (
        select coalesce(jsonb_agg(jsonb_build_object(
          'orderLineId', l.id, 'variantId', l.variant_id, 'sku', l.sku, 'productName', l.product_name,
          'variantName', l.variant_name, 'imagePath', l.image_path, 'quantity', l.quantity,
          'unitPriceCents', l.unit_price_cents, 'reservationId', l.reservation_id, 'refundedQuantity', (
            select coalesce(sum(r.quantity), 0) from public.refund_lines as r
            join public.refunds as f on f.id = r.refund_id and f.status <> 'failed'
            where r.order_line_id = l.id)) order by l.position), '[]')
        from public.order_lines as l where l.order_id = o.id),
      'refunds', private.refunds_as_json(o.id))
    from public.orders as o left join public.payments as p on p.order_id = o.id
    where o.id = p_order_id);
end;
$function$;
comment on function private.order_as_json(pg_catalog.uuid) is 'An order as answers carry it, with lines and refunds. Minor units of its currency, ISO 8601 instants. Null for an unknown one.';

CREATE OR REPLACE FUNCTION private.order_of_intent(p_payment_intent_id text)
 RETURNS uuid
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return coalesce(
    (select p.order_id from public.payments as p where p.payment_intent_id = p_payment_intent_id),
    (select f.order_id from public.refunds as f where f.payment_intent_id = p_payment_intent_id));
end;
$function$;
comment on function private.order_of_intent(pg_catalog.text) is 'The order that was paid with a payment intent, be it its payment or a second one that goes back; null for an unknown one.';

CREATE OR REPLACE FUNCTION private.own_units(p_line public.order_lines, p_shopper_id uuid, p_now timestamp with time zone)
 RETURNS uuid
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_lapsed uuid[];
  v_hold public.reservations;
begin
  select * into v_hold from public.reservations as r
  where r.id = p_line.reservation_id and r.status = 'paying' and r.quantity = p_line.quantity
    -- Not where the next order has pinned it.
    and not exists (select 1 from public.order_lines as l join public.payments as p on p.order_id = l.order_id
                    where l.reservation_id = r.id and l.order_id <> p_line.order_id and p.status in ('open', 'processing'));
  if found then
    return v_hold.id;
  end if;
  select array_agg(r.id) into v_lapsed from public.reservations as r
  where r.shopper_id = p_shopper_id and r.variant_id = p_line.variant_id and r.status = 'active' and r.expires_at <= p_now;
  if v_lapsed is not null then
    perform private.mark_expired(v_lapsed, p_now);
  end if;
  -- Back in the cart, perhaps as part of a larger line.
  select * into v_hold from public.reservations as r
  where r.shopper_id = p_shopper_id and r.variant_id = p_line.variant_id and r.status = 'active'
    and r.quantity >= p_line.quantity
  order by r.id = p_line.reservation_id desc, r.quantity = p_line.quantity desc, r.created_at, r.id
  limit 1;
  if not found then
    return null;
  end if;
  if v_hold.quantity = p_line.quantity then
    update public.reservations as r set status = 'paying' where r.id = v_hold.id;
    return v_hold.id;
  end if;
  update public.reservations as r set quantity = r.quantity - p_line.quantity where r.id = v_hold.id;
  return private.insert_paying_hold(p_shopper_id, p_line.variant_id, v_hold.location_id, p_line.quantity,
                                    p_line.reservation_id, p_now);
end;
$function$;
comment on function private.own_units(public.order_lines,pg_catalog.uuid,timestamp with time zone) is 'The first rung: the line''s hold if it is there still, paying or back in the cart, as a paying hold of exactly its units; null where it is not. The caller holds the locks of the shopper and of the levels.';

CREATE OR REPLACE FUNCTION private.parse_reserve_requests(p_requests jsonb)
 RETURNS private.reserve_batch
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  b private.reserve_batch;
begin
  with request as materialized (
    -- A guest who signed in not long ago acts for the user.
    select case when sh.merged_into is null then r.shopper_id
                when private.merge_holds(sh.merged_at) then sh.merged_into else r.shopper_id end as shopper_id,
           coalesce(r.mode, 'all_or_nothing') = 'partial' as is_partial,
           coalesce(r.quantity_mode, 'add') = 'set' as is_set, r.lines, r.ord::integer as ord
    from rows from (jsonb_to_recordset(p_requests)
           as ("shopperId" uuid, "mode" text, "quantityMode" text, "lines" jsonb))
         with ordinality as r (shopper_id, mode, quantity_mode, lines, ord)
    left join public.shoppers as sh on sh.id = r.shopper_id
  ), summed as (
    -- Lines of the same variant are one line; a quantity beyond every cap stays beyond it.
    select q.ord, q.shopper_id, l.variant_id, least(sum(l.quantity), 1000000)::integer as quantity,
           (array_agg(l.reservation_id))[1] as reservation_id, min(l.ord) as line_ord
    from request as q
    cross join lateral rows from (jsonb_to_recordset(q.lines)
                 as ("variantId" uuid, "quantity" bigint, "reservationId" uuid))
               with ordinality as l (variant_id, quantity, reservation_id, ord)
    group by q.ord, q.shopper_id, l.variant_id
  ), line as materialized (
    select s.*,
           dense_rank() over (order by s.shopper_id, s.variant_id)::integer as key_index,
           dense_rank() over (order by s.shopper_id)::integer as shopper_index,
           dense_rank() over (order by s.variant_id)::integer as variant_index,
           row_number() over (order by s.ord, s.line_ord)::integer as position
    from summed as s
  ), line_arrays as (
    select array_agg(l.key_index order by l.position) as keys,
           array_agg(l.variant_index order by l.position) as variants,
           array_agg(l.quantity order by l.position) as quantities,
           array_agg(l.reservation_id order by l.position) as reservations,
           array_agg(distinct l.shopper_id order by l.shopper_id) as shopper_ids,
           array_agg(distinct l.variant_id order by l.variant_id) as variant_ids
    from line as l
  ), request_arrays as (
    select array_agg(q.shopper_index order by q.ord) as shoppers,
           array_agg(q.is_partial order by q.ord) as partials, array_agg(q.is_set order by q.ord) as sets,
           array_agg(q.first order by q.ord) as firsts, array_agg(q.last order by q.ord) as lasts
    from (
      select r.ord, r.is_partial, r.is_set, min(l.shopper_index) as shopper_index,
             min(l.position) as first, max(l.position) as last
      from request as r join line as l on l.ord = r.ord
      group by r.ord, r.is_partial, r.is_set
    ) as q
  ), key_arrays as (
    select array_agg(k.shopper_index order by k.key_index) as shoppers,
           array_agg(k.variant_index order by k.key_index) as variants
    from (select distinct l.key_index, l.shopper_index, l.variant_index from line as l) as k
  )
  select l.shopper_ids, l.variant_ids, r.shoppers, r.partials, r.sets, r.firsts, r.lasts,
         l.keys, l.variants, l.quantities, l.reservations, k.shoppers, k.variants
  into b
  from line_arrays as l, request_arrays as r, key_arrays as k;
  return b;
end;
$function$;
comment on function private.parse_reserve_requests(pg_catalog.jsonb) is 'Reads a checked batch. Lines of the same variant are summed; guests who became users are replaced by them.';

CREATE OR REPLACE FUNCTION private.pay_back_other_money(p_payment public.payments, p_stripe jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_intent text := p_stripe ->> 'paymentIntentId';
  v_cents bigint := coalesce((p_stripe ->> 'amountCents')::bigint, 0);
  v_is_ours boolean := private.is_session_of(p_payment, p_stripe)
    or p_stripe ->> 'madeFor' is not distinct from p_payment.id::text;
  v_details jsonb := jsonb_build_object(
    'orderId', p_payment.order_id, 'paymentId', p_payment.id, 'sessionId', p_stripe -> 'sessionId',
    'paymentIntentId', v_intent, 'receivedCents', v_cents, 'currency', upper(p_stripe ->> 'currency'));
  v_refund_id uuid;
begin
  if not v_is_ours then
    perform private.open_alert('foreign_session', p_stripe ->> 'sessionId', v_details);
  elsif v_intent is not null and v_cents > 0 then
    insert into public.refunds (order_id, payment_id, payment_intent_id, amount_cents, currency, reason, actor)
    values (p_payment.order_id, p_payment.id, v_intent, v_cents, upper(p_stripe ->> 'currency'), 'second_payment', 'system')
    on conflict (payment_intent_id) where payment_intent_id is not null do nothing
    returning id into v_refund_id;
    if v_refund_id is not null then
      perform private.open_alert('second_payment', v_refund_id::text, v_details);
    end if;
  end if;
end;
$function$;
comment on function private.pay_back_other_money(public.payments,pg_catalog.jsonb) is 'Money came that is not the payment''s. A second payment by a session of ours goes back in full, once (invariant 8), and the alert second_payment is open until Stripe says that it did. By a session of another program it is not ours to give back: foreign_session. The caller holds the locks of shopper and order.';

CREATE OR REPLACE FUNCTION private.payment_as_json(p_payment_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return (
    select jsonb_build_object(
      'paymentId', p.id, 'orderId', o.id, 'orderNumber', o.number, 'shopperId', p.shopper_id, 'status', p.status,
      'amountCents', p.amount_cents, 'currency', p.currency, 'email', o.email, 'returnOrigin', p.return_origin,
      'sessionId', p.session_id, 'sessionUrl', p.session_url, 'sessionExpiresAt', p.session_expires_at,
      'windowEndsAt', p.window_ends_at, 'paymentIntentId', p.payment_intent_id, 'shippingCents', o.shipping_cents,
      'createdAt', p.created_at, 'lines', (
        select coalesce(jsonb_agg(jsonb_build_object(
          'name', l.product_name || ' – ' || l.variant_name, 'quantity', l.quantity,
          'unitPriceCents', l.unit_price_cents, 'imagePath', l.image_path, 'reservationId', l.reservation_id)
          order by l.position), '[]')
        from public.order_lines as l where l.order_id = o.id))
    from public.payments as p join public.orders as o on o.id = p.order_id
    where p.id = p_payment_id);
end;
$function$;
comment on function private.payment_as_json(pg_catalog.uuid) is 'A payment with every parameter of the call to Stripe: made from this alone, the call is the same each time. Null for an unknown one.';

CREATE OR REPLACE FUNCTION private.pin_cart(p_shopper_id uuid, p_cart_version text, p_details jsonb, p_return_origin text, p_settings public.store_settings, p_window_seconds integer, p_subtotal_cents bigint, p_now timestamp with time zone)
 RETURNS public.payments
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_order_id uuid;
  v_payment public.payments;
begin
  insert into public.orders
    (shopper_id, source, email, ship_name, ship_line1, ship_line2, ship_postal_code, ship_city, ship_country,
     cart_version, currency, subtotal_cents, shipping_cents, total_cents, created_at)
  values (p_shopper_id, 'checkout', p_details ->> 'email', p_details ->> 'name', p_details ->> 'line1',
          p_details ->> 'line2', p_details ->> 'postalCode', p_details ->> 'city', p_details ->> 'country',
          p_cart_version, p_settings.shop_currency, p_subtotal_cents, p_settings.shipping_cents,
          p_subtotal_cents + p_settings.shipping_cents, p_now)
  returning id into v_order_id;
  insert into public.order_lines
    (order_id, position, variant_id, quantity, unit_price_cents, product_name, variant_name, sku, image_path,
     reservation_id, left_seconds)
  select v_order_id, row_number() over (order by c.created_at, c.id), c.variant_id, c.quantity, c.price_cents,
         c.shown ->> 'productName', c.shown ->> 'variantName', v.sku, c.shown ->> 'imagePath', c.id,
         ceil(extract(epoch from (c.hold ->> 'expiresAt')::timestamptz - p_now))
  from private.cart_rows(p_shopper_id, p_now) as c join public.variants as v on v.id = c.variant_id
  where c.is_live;
  insert into public.payments
    (order_id, shopper_id, amount_cents, currency, return_origin, session_expires_at, window_ends_at, created_at)
  values (v_order_id, p_shopper_id, p_subtotal_cents + p_settings.shipping_cents, p_settings.shop_currency,
          p_return_origin,
          -- Stripe asks for 30 minutes from the call on, which may come as late as the window allows.
          p_now + make_interval(secs => p_window_seconds) + interval '31 minutes',
          p_now + make_interval(secs => p_window_seconds), p_now)
  returning * into v_payment;
  update public.reservations as r set status = 'paying'
  from public.order_lines as l where l.order_id = v_order_id and r.id = l.reservation_id;
  return v_payment;
end;
$function$;
comment on function private.pin_cart(pg_catalog.uuid,pg_catalog.text,pg_catalog.jsonb,pg_catalog.text,public.store_settings,integer,bigint,timestamp with time zone) is 'Makes the order, its lines and its payment of the shopper''s live holds, and pins those. The caller holds the locks of the shopper and of the levels.';

CREATE OR REPLACE FUNCTION private.prune_idempotency_keys(p_limit integer, p_now timestamp with time zone)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_pruned integer;
begin
  delete from public.idempotency_keys as k
  where (k.shopper_id, k.key) in (
    select o.shopper_id, o.key from public.idempotency_keys as o
    where o.created_at <= private.kept_since(p_now)
    order by o.created_at limit p_limit for update skip locked);
  get diagnostics v_pruned = row_count;
  return v_pruned >= p_limit;
end;
$function$;
comment on function private.prune_idempotency_keys(integer,timestamp with time zone) is 'Deletes at most p_limit answers that count as absent, oldest first; whether more may be left. What somebody is writing anew is passed over.';

CREATE OR REPLACE FUNCTION private.prune_trail(p_limit integer DEFAULT 10000)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
 SET lock_timeout TO '3s'
AS $function$
declare
  v_before timestamptz;
  v_holds integer;
  v_levels integer;
  v_orders integer;
begin
  if p_limit is null or p_limit not between 1 and 100000 then
    perform private.raise_invalid_request('p_limit is 1 to 100000 rows');
  end if;
  -- Null keeps all of it: nothing is older than null. The floor stands here too, for a setting that lost its CHECK.
  select case when s.trail_kept_days is not null
              then clock_timestamp() - make_interval(days => greatest(s.trail_kept_days, 30)) end into strict v_before
  from public.store_settings as s;
  perform private.set_cause('system:prune');
  delete from public.reservation_trail as t
  where t.ctid in (select o.ctid from public.reservation_trail as o where o.at < v_before limit p_limit);
  get diagnostics v_holds = row_count;
  delete from public.stock_trail as t
  where t.ctid in (select o.ctid from public.stock_trail as o where o.at < v_before limit p_limit - v_holds);
  get diagnostics v_levels = row_count;
  delete from public.order_trail as t
  where t.ctid in (select o.ctid from public.order_trail as o where o.at < v_before limit p_limit - v_holds - v_levels);
  get diagnostics v_orders = row_count;
  perform private.set_cause('');
  return jsonb_build_object('before', v_before, 'pruned', v_holds + v_levels + v_orders,
                            'more', v_holds + v_levels + v_orders >= p_limit);
end;
$function$;
comment on function private.prune_trail(integer) is 'Deletes at most p_limit rows of the trail that are older than trail_kept_days, after adding them to trail_totals and order_trail_totals. Never what is younger than 30 days, and nothing where the setting is null. Answers {before: instant or null, pruned: rows, more: call again}. For the owner of the schema alone: no role of the Data API may call it, but through prune_old_records. Locks the rows that it deletes. Safe to repeat and to run several times at once. Raises HF001 for a limit outside 1..100000.';

CREATE OR REPLACE FUNCTION private.published_at(p_product_id uuid, p_at timestamp with time zone)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  v_row jsonb;
begin
  -- The last change before, else what was there before the first one after, else what there is.
  select a.after into v_row from public.admin_trail as a
  where a.entity_id = p_product_id and a.entity = 'product' and a.at <= p_at order by a.id desc limit 1;
  if not found then
    select a.before into v_row from public.admin_trail as a
    where a.entity_id = p_product_id and a.entity = 'product' and a.at > p_at order by a.id limit 1;
  end if;
  if not found then
    return (select p.published_at from public.products as p where p.id = p_product_id);
  end if;
  return (v_row ->> 'published_at')::timestamptz;
end;
$function$;
comment on function private.published_at(pg_catalog.uuid,timestamp with time zone) is 'From when on a product was to be shown, as was said at that instant.';

CREATE OR REPLACE FUNCTION private.raise_invalid_request(p_message text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  raise exception 'invalid_request: %', p_message using errcode = 'HF001';
end;
$function$;
comment on function private.raise_invalid_request(pg_catalog.text) is 'Raises HF001: a caller passed something that its own contract should have refused. A bug, not a refusal.';

CREATE OR REPLACE FUNCTION private.read_levels(p_variant_ids uuid[])
 RETURNS private.level_arrays
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  lv private.level_arrays;
  v_none integer[] := array_fill(null::integer, array[cardinality(p_variant_ids)]);
  v_row record;
  n integer := 0;
begin
  lv.variant_first := v_none;
  lv.variant_last := v_none;
  for v_row in
    select v.ord, l.id as location_id, s.on_hand - s.safety_stock - s.reserved as free, s.next_expiry_at,
           p.hold_seconds
    from unnest(p_variant_ids) with ordinality as v (id, ord)
    join public.variants as va on va.id = v.id
    join public.products as p on p.id = va.product_id and p.published_at <= statement_timestamp()
    join public.stock_levels as s on s.variant_id = v.id
    join public.locations as l on l.id = s.location_id
    order by v.ord, l.priority, l.id
  loop
    n := n + 1;
    lv.variant_first[v_row.ord] := coalesce(lv.variant_first[v_row.ord], n);
    lv.variant_last[v_row.ord] := n;
    lv.location_ids[n] := v_row.location_id;
    lv.free[n] := v_row.free;
    lv.next_expiry_at[n] := v_row.next_expiry_at;
    lv.hold_seconds[n] := v_row.hold_seconds;
  end loop;
  return lv;
end;
$function$;
comment on function private.read_levels(pg_catalog.uuid[]) is 'The stock levels of these variants, from one snapshot. Unknown and unpublished variants have none. Locks nothing.';

CREATE OR REPLACE FUNCTION private.reclaim_lapsed(p_batch private.reserve_batch, p_levels private.level_arrays, p_holds private.hold_arrays, p_now timestamp with time zone)
 RETURNS integer[]
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_free integer[] := p_levels.free;
  v_wanted bigint;
begin
  for x in 1 .. cardinality(p_batch.variant_ids) loop
    continue when p_levels.variant_first[x] is null;
    -- With what is held already: a line that moves to another location needs all its units there.
    select sum(w.quantity) into v_wanted
    from (
      select l.quantity from unnest(p_batch.line_variant, p_batch.line_quantity) as l (variant, quantity)
      where l.variant = x
      union all
      select k.quantity from unnest(p_batch.key_variant, p_holds.quantity) as k (variant, quantity)
      where k.variant = x
    ) as w;
    for i in p_levels.variant_first[x] .. p_levels.variant_last[x] loop
      if p_levels.next_expiry_at[i] <= p_now and v_free[i] < v_wanted then
        -- Every hold has at least one unit, so as many holds as units are missing suffice. Far more are missing
        -- where safety stock was raised over them: then this request does its share, and the next one goes on.
        v_free[i] := v_free[i] + (private.expire_lapsed(
          p_batch.variant_ids[x], p_levels.location_ids[i],
          least(v_wanted - v_free[i], greatest(v_wanted, 2000))::integer, p_now)).units;
      end if;
    end loop;
  end loop;
  return v_free;
end;
$function$;
comment on function private.reclaim_lapsed(private.reserve_batch,private.level_arrays,private.hold_arrays,timestamp with time zone) is 'Invariant 5: where a level may have to give more than it has free, lapsed holds give their units back, as many as may be needed. Answers the free units by level. The caller holds the levels'' locks.';

CREATE OR REPLACE FUNCTION private.refund_status_of(p_stripe jsonb)
 RETURNS public.refund_status
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
begin
  if jsonb_typeof(p_stripe) is distinct from 'object'
     or coalesce(p_stripe ->> 'status', '') not in ('pending', 'requires_action', 'succeeded', 'failed', 'canceled')
     or (p_stripe ->> 'status' in ('pending', 'requires_action') and coalesce(p_stripe ->> 'refundId', '') = '') then
    perform private.raise_invalid_request('p_stripe has status and, while it is pending, refundId');
  end if;
  return case p_stripe ->> 'status' when 'requires_action' then 'pending' when 'canceled' then 'failed'
                                    else p_stripe ->> 'status' end;
end;
$function$;
comment on function private.refund_status_of(pg_catalog.jsonb) is 'Our word for what Stripe says of a refund. Raises HF001 for anything else.';

CREATE OR REPLACE FUNCTION private.refundable_cents(p_payment public.payments)
 RETURNS bigint
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return coalesce(p_payment.received_cents, 0) - (
    select coalesce(sum(f.amount_cents), 0) from public.refunds as f
    where f.payment_id = p_payment.id and f.status <> 'failed' and f.payment_intent_id is null);
end;
$function$;
comment on function private.refundable_cents(public.payments) is 'What of a payment is neither back nor on its way, in minor units.';

CREATE OR REPLACE FUNCTION private.refunds_as_json(p_order_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
      'refundId', f.id, 'amountCents', f.amount_cents, 'currency', f.currency, 'reason', f.reason,
      'status', f.status, 'attempt', f.attempt, 'lastError', f.last_error, 'createdAt', f.created_at,
      'settledAt', f.settled_at,
      'lines', (select coalesce(jsonb_agg(jsonb_build_object(
                  'orderLineId', l.order_line_id, 'quantity', l.quantity, 'restock', l.restock)
                  order by l.order_line_id), '[]')
                from public.refund_lines as l where l.refund_id = f.id)) order by f.created_at, f.id), '[]')
    from public.refunds as f where f.order_id = p_order_id);
end;
$function$;
comment on function private.refunds_as_json(pg_catalog.uuid) is 'The refunds of an order with their lines, oldest first.';

CREATE OR REPLACE FUNCTION private.refusal_of_reservation(p_reservation_id uuid, p_shopper_id uuid, p_variant_id uuid)
 RETURNS text
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  v_status public.reservation_status;
begin
  select r.status into v_status from public.reservations as r
  where r.id = p_reservation_id and r.shopper_id = p_shopper_id and r.variant_id = p_variant_id;
  return case
    when v_status is null then 'reservation_not_found'
    when v_status = 'paying' then 'payment_open'
    when v_status in ('confirmed', 'released') then 'reservation_ended'
  end;
end;
$function$;
comment on function private.refusal_of_reservation(pg_catalog.uuid,pg_catalog.uuid,pg_catalog.uuid) is 'Why a request about this reservation is refused: not the shopper''s (or nobody''s, or of another variant), pinned by a payment, or ended on purpose. Null for an active one and for an expired one, whose units may be taken again.';

CREATE OR REPLACE FUNCTION private.refuse_at_once(p_shoppers uuid[], p_variants uuid[], p_quantities integer[], p_free integer[], p_now timestamp with time zone)
 RETURNS json
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_answers json[];
  v_reasons text[];
  v_short integer[];
  v_next record;
  v_variant_id uuid;
begin
  for i in 1 .. cardinality(p_shoppers) loop
    if p_variants[i] is distinct from v_variant_id then
      v_variant_id := p_variants[i];
      select r.expires_at, r.shopper_id,
             array(select g.id from public.shoppers as g where g.merged_into = r.shopper_id) as guests
      into v_next
      from public.stock_levels as s
      cross join lateral (
        select h.expires_at, h.shopper_id from public.reservations as h
        where h.variant_id = s.variant_id and h.location_id = s.location_id and h.status = 'active'
          and h.expires_at > p_now
        order by h.expires_at limit 1
      ) as r
      where s.variant_id = v_variant_id
      order by r.expires_at limit 1;
    end if;
    v_reasons[i] := 'insufficient_stock';
    v_short[i] := p_quantities[i] - greatest(p_free[i], 0);
    v_answers[i] := json_build_object('outcome', 'insufficient_stock', 'lines', json_build_array(json_build_object(
      'variantId', v_variant_id, 'requested', p_quantities[i], 'outcome', 'insufficient_stock',
      'available', greatest(p_free[i], 0), 'shortfall', v_short[i], 'limit', null,
      -- The shopper's own hold is no news.
      'nextReleaseAt', case
        when (p_shoppers[i] = v_next.shopper_id or p_shoppers[i] = any (v_next.guests))
             and private.acting_shopper(p_shoppers[i]) = v_next.shopper_id
        then private.next_release_at(v_variant_id, p_now, v_next.shopper_id) else v_next.expires_at end)));
  end loop;
  perform private.count_refusals(p_variants, v_reasons, v_short);
  return json_build_object('serverNow', p_now, 'answers', array_to_json(v_answers));
end;
$function$;
comment on function private.refuse_at_once(pg_catalog.uuid[],pg_catalog.uuid[],integer[],integer[],timestamp with time zone) is 'Answers and counts requests of one line each that cannot be held whatever their shoppers hold, since p_free units are free where each asks. As private.reserve would. Locks nothing but counters.';

CREATE OR REPLACE FUNCTION private.refuse_one(p_shopper_id uuid, p_variant_id uuid, p_location_id uuid, p_quantity integer, p_free integer, p_now timestamp with time zone)
 RETURNS json
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_next_release_at timestamptz;
  v_is_own boolean;
begin
  select h.expires_at, h.shopper_id = p_shopper_id or exists (
           select from public.shoppers as g where g.id = p_shopper_id and g.merged_into = h.shopper_id)
  into v_next_release_at, v_is_own
  from public.reservations as h
  where h.variant_id = p_variant_id and h.location_id = p_location_id and h.status = 'active' and h.expires_at > p_now
  order by h.expires_at limit 1;
  if v_is_own then
    -- The shopper's own hold is no news.
    v_next_release_at := private.next_release_at(p_variant_id, p_now, private.acting_shopper(p_shopper_id));
  end if;
  perform private.count_refusal(p_variant_id, 'insufficient_stock', p_quantity - p_free);
  return json_build_object('serverNow', p_now, 'answers', json_build_array(json_build_object(
    'outcome', 'insufficient_stock', 'lines', json_build_array(json_build_object(
      'variantId', p_variant_id, 'requested', p_quantity, 'outcome', 'insufficient_stock', 'available', p_free,
      'shortfall', p_quantity - p_free, 'limit', null, 'nextReleaseAt', v_next_release_at)))));
end;
$function$;
comment on function private.refuse_one(pg_catalog.uuid,pg_catalog.uuid,pg_catalog.uuid,integer,integer,timestamp with time zone) is 'private.refuse_at_once for one request, of a variant with one stock level of which p_free units are free: for half the cost. Locks nothing but a counter.';

CREATE OR REPLACE FUNCTION private.refuse_statement()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  -- tg_argv[0] is the SQLSTATE, tg_argv[1] says why and what to do instead.
  raise exception '%', tg_argv[1] using errcode = tg_argv[0];
end;
$function$;
comment on function private.refuse_statement() is 'Trigger function that always raises: the trigger''s WHEN clause decides, its arguments are SQLSTATE and message.';

CREATE OR REPLACE FUNCTION private.refuse_while_holding()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  if exists (select 1 from public.reservations as r where r.shopper_id = old.id and r.status = 'active')
     or exists (select 1 from public.reservations as r where r.shopper_id = old.id and r.status = 'paying') then
    raise exception 'shopper_in_use: release the holds first' using errcode = 'HF011';
  end if;
  return old;
end;
$function$;
comment on function private.refuse_while_holding() is 'A shopper with holds keeps the row under whose lock caps are decided. Raises HF011.';

CREATE OR REPLACE FUNCTION private.refused_by_limits(p_requests jsonb, p_limits jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
begin
  return (
    select jsonb_object_agg(r.ord, jsonb_build_object('outcome', 'limit_reached', 'lines', (
             select jsonb_agg(jsonb_build_object(
               'variantId', l.line -> 'variantId', 'outcome', 'limit_reached', 'requested', l.line -> 'quantity',
               'available', 0, 'shortfall', l.line -> 'quantity', 'limit', p_limits -> r.ord::text,
               'nextReleaseAt', null) order by l.ord)
             from jsonb_array_elements(r.request -> 'lines') with ordinality as l (line, ord))))
    from jsonb_array_elements(p_requests) with ordinality as r (request, ord)
    where p_limits ? r.ord::text);
end;
$function$;
comment on function private.refused_by_limits(pg_catalog.jsonb,pg_catalog.jsonb) is 'The answers of requests that a limit refuses, as reserve_stock gives them, by position: every line of such a request is refused.';

CREATE OR REPLACE FUNCTION private.repair_finding(p_finding jsonb)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_variant_id uuid := (p_finding ->> 'variantId')::uuid;
  v_location_id uuid := (p_finding ->> 'locationId')::uuid;
  v_reservation_id uuid := (p_finding ->> 'reservationId')::uuid;
begin
  case p_finding ->> 'kind'
    when 'reserved_drift' then
      if exists (select 1 from public.stock_levels as s where s.variant_id = v_variant_id and s.location_id = v_location_id
                 and s.on_hand < (p_finding ->> 'expected')::bigint) then
        return false;
      end if;
      update public.stock_levels as s set reserved = (p_finding ->> 'expected')::integer
      where s.variant_id = v_variant_id and s.location_id = v_location_id;
    when 'expiry_bound_too_late' then
      update public.stock_levels as s set next_expiry_at = (p_finding ->> 'expected')::timestamptz
      where s.variant_id = v_variant_id and s.location_id = v_location_id;
    when 'ledger_drift' then
      insert into public.stock_movements (actor, reason, variant_id, location_id, delta, on_hand_after)
      values ('system', 'repair', v_variant_id, v_location_id,
              (p_finding ->> 'found')::integer - (p_finding ->> 'expected')::integer, (p_finding ->> 'found')::integer);
    when 'hold_without_shopper' then
      insert into public.shoppers (id) values ((p_finding ->> 'found')::uuid) on conflict (id) do nothing;
    else
      return false; -- a person has to decide: whose promise is broken, or where the units are
  end case;
  insert into public.stock_trail (actor, cause, reservation_id, variant_id, location_id, before, after)
  values ('system', 'repair', v_reservation_id, v_variant_id, v_location_id,
          jsonb_build_object('kind', p_finding -> 'kind', 'value', p_finding -> 'found'),
          jsonb_build_object('kind', p_finding -> 'kind', 'value', p_finding -> 'expected'));
  return true;
end;
$function$;
comment on function private.repair_finding(pg_catalog.jsonb) is 'Mends one finding of validate_stock_consistency and leaves its trace in the trail; false where only a person can decide.';

CREATE OR REPLACE FUNCTION private.requests_for_no_more(p_requests jsonb, p_now timestamp with time zone)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return coalesce((
    select jsonb_object_agg(g.ord, true)
    from (
      select l.ord from private.lines_of_requests(p_requests) as l
      where l.source is not null
      group by l.ord
      having bool_and(l.is_set and l.is_known and l.quantity <= (
        select coalesce(sum(r.quantity), 0) from public.reservations as r
        where r.shopper_id = l.shopper_id and r.variant_id = l.variant_id and r.status = 'active'
          and r.expires_at > p_now))
    ) as g), '{}');
end;
$function$;
comment on function private.requests_for_no_more(pg_catalog.jsonb,timestamp with time zone) is 'Requests that ask for no more than their shopper holds: {position: true}. No limit refuses them, also where the share became smaller than what is held.';

CREATE OR REPLACE FUNCTION private.requests_left_of_sources(p_sources text[], p_limit integer, p_now timestamp with time zone)
 RETURNS integer[]
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return array(
    select p_limit - coalesce((select sum(r.requests) from public.source_requests as r
                               where r.source = s.source and r.minute = date_trunc('minute', p_now)), 0)::integer
    from unnest(p_sources) with ordinality as s (source, ord)
    order by s.ord);
end;
$function$;
comment on function private.requests_left_of_sources(pg_catalog.text[],integer,timestamp with time zone) is 'How many requests each of these sources has left in this minute, in their order. Locks nothing, so calls that run at the same time may let a few more through.';

CREATE OR REPLACE FUNCTION private.reservation_id_prefix(p_now timestamp with time zone)
 RETURNS text
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
begin
  return lpad(to_hex((date_part('epoch', p_now) * 1000)::bigint), 12, '0') || '7';
end;
$function$;
comment on function private.reservation_id_prefix(timestamp with time zone) is 'The first 13 digits of a UUID of version 7; what follows comes from the text of a random one, from its 16th character on. Ids in order of time land side by side in their index, however many holds there are.';

CREATE OR REPLACE FUNCTION private.reserve(p_requests jsonb, p_now timestamp with time zone DEFAULT NULL::timestamp with time zone)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_batch private.reserve_batch;
  v_levels private.level_arrays;
  v_holds private.hold_arrays;
  v_plan private.reserve_plan;
  v_settings public.store_settings;
  v_shoppers private.shopper_arrays;
  v_free integer[];
  v_is_keyed boolean := jsonb_path_exists(p_requests, '$[*].idempotencyKey');
  v_known jsonb[];
  v_unknown jsonb;
  v_answer jsonb;
  v_now timestamptz := coalesce(p_now, clock_timestamp());
begin
  perform private.check_reserve_requests(p_requests);
  v_batch := private.parse_reserve_requests(p_requests);
  select * into strict v_settings from public.store_settings;
  v_levels := private.read_levels(v_batch.variant_ids);

  if private.is_refused_unseen(v_batch, v_levels, v_now)
     and (not v_is_keyed or private.known_requests(p_requests) is null) then
    v_holds := private.no_holds(v_batch);
    v_free := v_levels.free;
  else
    v_shoppers := private.lock_shoppers(v_batch.shopper_ids);
    if v_shoppers is null then
      return private.reserve(p_requests, p_now); -- somebody signed in meanwhile: for whom do we act?
    end if;
    if v_is_keyed then
      v_known := private.known_answers(p_requests, v_batch, clock_timestamp());
    end if;
    if v_known is not null then
      select jsonb_agg(r.request order by r.ord) into v_unknown
      from jsonb_array_elements(p_requests) with ordinality as r (request, ord) where v_known[r.ord] is null;
      v_answer := case when v_unknown is null then jsonb_build_object('serverNow', clock_timestamp())
                       else private.reserve(v_unknown, p_now) end;
      return v_answer || jsonb_build_object('answers', private.join_known(v_known, v_answer -> 'answers'));
    end if;
    perform private.lock_levels(v_batch.variant_ids);
    v_now := coalesce(p_now, clock_timestamp());
    v_holds := private.load_holds(v_batch, v_shoppers, v_settings, v_now);
    v_levels := private.read_levels(v_batch.variant_ids);
    v_free := private.reclaim_lapsed(v_batch, v_levels, v_holds, v_now);
  end if;
  v_plan := private.decide_reservations(v_batch, v_levels, v_free, v_holds, v_settings, v_now);
  perform private.write_holds(v_batch, v_plan.holds, v_now);
  if v_plan.refused_variants is not null then
    perform private.count_refusals(v_plan.refused_variants, v_plan.refused_reasons, v_plan.refused_units);
  end if;
  if v_is_keyed and true = any (v_plan.has_changed) then
    perform private.keep_decided(p_requests, v_batch, v_plan, v_now);
  end if;
  return jsonb_build_object('serverNow', v_now, 'answers', v_plan.answers);
end;
$function$;
comment on function private.reserve(pg_catalog.jsonb,timestamp with time zone) is 'reserve_stock for callers that have said the cause. Parse, lock, answer again what is known, load, reclaim, decide, write, keep. p_now: the clock as a caller read it who holds these locks already; else it is read here, after them.';

CREATE OR REPLACE FUNCTION private.reserve_at_once(p_requests jsonb)
 RETURNS json
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_request jsonb;
  v_line jsonb;
  n integer;
  -- The requests in order of arrival.
  r_shopper uuid[]; r_variant uuid[]; r_quantity integer[]; r_level integer[]; r_id uuid[]; r_answer text[];
  r_key text[]; r_hash text[]; -- null while nobody sends a key
  v_variants uuid[];
  l record; -- their stock levels, as parallel arrays
  l_free integer[]; l_common text[]; l_expires_at timestamptz[]; l_max_expires_at timestamptz[];
  v_came_at timestamptz := clock_timestamp();
  v_now timestamptz;
  v_prefix text;
  v_fitting integer := 0;
  v_hopeless integer := 0;
  j integer;
begin
  if jsonb_typeof(p_requests) is distinct from 'array' then
    return null;
  end if;
  n := jsonb_array_length(p_requests);
  if n = 1 then
    return private.reserve_one(p_requests -> 0);
  elsif n not between 1 and 256 then
    return null;
  end if;
  begin
    for i in 1 .. n loop
      v_request := p_requests -> (i - 1);
      v_line := v_request #> '{lines,0}';
      if v_line ? 'reservationId' or jsonb_array_length(v_request -> 'lines') <> 1
         or jsonb_typeof(v_line -> 'quantity') is distinct from 'number' then
        return null;
      elsif v_request ?| '{mode,quantityMode,source,idempotencyKey,bodyHash}' then
        if v_request ?| '{mode,quantityMode,source}'
           or not private.is_idempotency_key(v_request -> 'idempotencyKey', v_request -> 'bodyHash') then
          return null;
        end if;
        r_key := coalesce(r_key, array_fill(null::text, array[n]));
        r_hash := coalesce(r_hash, array_fill(null::text, array[n]));
        r_key[i] := v_request ->> 'idempotencyKey';
        r_hash[i] := v_request ->> 'bodyHash';
      end if;
      r_shopper[i] := v_request ->> 'shopperId';
      r_variant[i] := v_line ->> 'variantId';
      r_quantity[i] := v_line ->> 'quantity';
    end loop;
  exception when data_exception then
    return null; -- malformed: private.reserve says how
  end;

  -- An empty shelf is not worth a lock. A variant at several locations is in here several times,
  -- and so is not plain.
  select array_agg(s.variant_id order by s.variant_id) as variants,
         array_agg(s.location_id order by s.variant_id) as locations,
         array_agg(s.on_hand - s.safety_stock - s.reserved order by s.variant_id) as free,
         array_agg(s.next_expiry_at > v_came_at order by s.variant_id) as is_unlapsed,
         array_agg(coalesce(p.hold_seconds, t.hold_seconds) order by s.variant_id) as seconds,
         count(*) as levels, count(distinct s.variant_id) as known, min(t.max_hold_turns) as turns,
         min(least(t.max_units_per_line, t.max_units_per_variant, t.max_units_per_shopper)) as most
  into l
  from public.stock_levels as s
  join public.variants as v on v.id = s.variant_id
  join public.products as p on p.id = v.product_id and p.published_at <= v_came_at
  cross join public.store_settings as t
  where s.variant_id = any (r_variant);
  if l.levels > l.known then
    return null;
  end if;
  v_variants := l.variants;
  l_free := l.free;
  for i in 1 .. n loop
    j := array_position(l.variants, r_variant[i]);
    if j is null or r_shopper[i] is null or r_quantity[i] not between 1 and l.most then
      return null;
    elsif r_quantity[i] > l.free[j] then
      v_hopeless := v_hopeless + l.is_unlapsed[j]::integer;
    elsif r_quantity[i] <= l_free[j] then
      v_fitting := v_fitting + 1;
      l_free[j] := l_free[j] - r_quantity[i];
    end if;
    r_level[i] := j;
  end loop;
  if v_hopeless = n then
    if r_key is not null and private.known_requests(p_requests) is not null then
      return null; -- some of it was held before, and is only asked for again
    end if;
    return private.refuse_at_once(
      r_shopper, r_variant, r_quantity, array(select l.free[x.level] from unnest(r_level) as x (level)), v_came_at);
  elsif v_fitting < n then
    return null;
  end if;

  -- The lock order of private.reserve: shoppers, then levels, each sorted.
  begin
    -- Without ON CONFLICT, which looks for each row once more and writes it down twice.
    insert into public.shoppers (id, minute_began_at, holds_in_minute)
    select s.id, v_came_at, 1 from unnest(r_shopper) as s (id) order by s.id;
  exception when unique_violation then
    return null; -- one of them is known
  end;
  l_free := array(
    select s.on_hand - s.safety_stock - s.reserved from public.stock_levels as s
    where s.variant_id = any (v_variants) order by s.variant_id, s.location_id
    for no key update);
  for i in 1 .. n loop
    l_free[r_level[i]] := l_free[r_level[i]] - r_quantity[i];
  end loop;
  if cardinality(l_free) <> cardinality(v_variants) or 0 > any (l_free) then
    -- Somebody was faster. Whoever is refused leaves no row.
    delete from public.shoppers as s where s.id = any (r_shopper);
    return null;
  end if;

  v_now := clock_timestamp();
  v_prefix := private.reservation_id_prefix(v_now);
  for k in 1 .. cardinality(v_variants) loop
    l_expires_at[k] := v_now + make_interval(secs => l.seconds[k]);
    l_max_expires_at[k] := v_now + make_interval(secs => l.seconds[k] * l.turns);
    -- What the holds of one level have in common is written once, up to the brace that closes it.
    l_common[k] := rtrim(json_build_object(
      'variantId', v_variants[k], 'locationId', l.locations[k], 'status', 'active', 'heldAt', v_now, 'durationSeconds',
      l.seconds[k], 'expiresAt', l_expires_at[k], 'maxExpiresAt', l_max_expires_at[k])::text, '}');
  end loop;
  for i in 1 .. n loop
    r_id[i] := v_prefix || substr(gen_random_uuid()::text, 16);
    r_answer[i] := concat(
      '{"outcome":"held","lines":[{"outcome":"held","replacesId":null,"variantId":"', r_variant[i],
      '","requested":', r_quantity[i], ',"reservation":', l_common[r_level[i]], ',"quantity":', r_quantity[i],
      ',"reservationId":"', r_id[i], '"}}]}');
  end loop;
  insert into public.reservations
    (id, shopper_id, variant_id, location_id, quantity, status, duration_seconds, created_at, expires_at, max_expires_at)
  select r.id, r.shopper_id, r.variant_id, l.locations[r.level], r.quantity, 'active', l.seconds[r.level], v_now,
         l_expires_at[r.level], l_max_expires_at[r.level]
  from unnest(r_id, r_shopper, r_variant, r_quantity, r_level) as r (id, shopper_id, variant_id, quantity, level);
  if r_key is not null then
    perform private.keep_answers(r_shopper, r_key, r_hash, r_answer::json[], v_now);
  end if;
  -- Text, because building it as jsonb costs as much as writing the holds (docs/adr/0012).
  return concat('{"serverNow":', to_json(v_now), ',"answers":[', array_to_string(r_answer, ','), ']}')::json;
end;
$function$;
comment on function private.reserve_at_once(pg_catalog.jsonb) is 'Holds everything that a batch asks for, or refuses all of it, where that needs no thought: one plain line for each of different shoppers, none of whom we know; one location; enough free for all, or for none and nothing lapsed; no cap near. Answers as private.reserve, or null where any of this is not so: then nothing is held and nobody is made, though levels may be locked, and private.reserve decides. A test shows that both answer the same.';

CREATE OR REPLACE FUNCTION private.reserve_from_known_sources(p_requests jsonb, p_now timestamp with time zone DEFAULT NULL::timestamp with time zone)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  return private.reserve_within_limits(private.with_known_sources(p_requests), p_now);
end;
$function$;
comment on function private.reserve_from_known_sources(pg_catalog.jsonb,timestamp with time zone) is 'private.reserve_within_limits for changes that carry no source: see private.with_known_sources.';

CREATE OR REPLACE FUNCTION private.reserve_one(p_request jsonb)
 RETURNS json
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_line jsonb := p_request #> '{lines,0}';
  v_is_keyed boolean := p_request ?| '{idempotencyKey,bodyHash}';
  v_answer json;
  v_shopper_id uuid;
  v_variant_id uuid;
  v_quantity integer;
  v_came_at timestamptz := clock_timestamp();
  v_now timestamptz;
  v_location_id uuid;
  v_id uuid;
  v_expires_at timestamptz;
  v_max_expires_at timestamptz;
  l record; -- the stock level as it seems
begin
  begin
    if p_request ?| '{mode,quantityMode,source}' or v_line ? 'reservationId'
       or v_is_keyed and not private.is_idempotency_key(p_request -> 'idempotencyKey', p_request -> 'bodyHash')
       or jsonb_array_length(p_request -> 'lines') <> 1 or jsonb_typeof(v_line -> 'quantity') is distinct from 'number' then
      return null;
    end if;
    v_shopper_id := p_request ->> 'shopperId';
    v_variant_id := v_line ->> 'variantId';
    v_quantity := v_line ->> 'quantity';
  exception when data_exception then
    return null; -- malformed: private.reserve says how
  end;
  if v_shopper_id is null then
    return null;
  end if;

  -- An empty shelf is not worth a lock.
  select count(*) as levels, max(s.on_hand - s.safety_stock - s.reserved) as free,
         min(s.next_expiry_at) as next_expiry_at, min(coalesce(p.hold_seconds, t.hold_seconds)) as seconds,
         min(t.max_hold_turns) as turns,
         min(least(t.max_units_per_line, t.max_units_per_variant, t.max_units_per_shopper)) as most,
         any_value(s.location_id) as location_id
  into l
  from public.stock_levels as s
  join public.variants as v on v.id = s.variant_id
  join public.products as p on p.id = v.product_id and p.published_at <= v_came_at
  cross join public.store_settings as t
  where s.variant_id = v_variant_id;
  if l.levels <> 1 or v_quantity not between 1 and l.most then
    return null;
  elsif v_quantity > l.free then
    if v_is_keyed then
      if private.known_requests(jsonb_build_array(p_request)) is not null then
        return null; -- it was held before, and is only asked for again
      end if;
    end if;
    if l.next_expiry_at > v_came_at then
      return private.refuse_one(
        v_shopper_id, v_variant_id, l.location_id, v_quantity, greatest(l.free, 0), v_came_at);
    end if;
    return null;
  end if;

  -- The lock order of private.reserve: shoppers, then levels. The level is locked for a shopper who is new, only.
  with shopper as (
    insert into public.shoppers (id, minute_began_at, holds_in_minute) values (v_shopper_id, v_came_at, 1)
    on conflict (id) do nothing returning id
  )
  select s.location_id, s.on_hand - s.safety_stock - s.reserved into v_location_id, l.free
  from public.stock_levels as s
  where s.variant_id = v_variant_id and exists (select 1 from shopper)
  for no key update;
  if v_location_id is null then
    return null;
  elsif v_quantity > l.free then
    -- Whoever is refused leaves no row.
    delete from public.shoppers as s where s.id = v_shopper_id;
    return null;
  end if;

  v_now := clock_timestamp();
  v_id := private.reservation_id_prefix(v_now) || substr(gen_random_uuid()::text, 16);
  v_expires_at := v_now + make_interval(secs => l.seconds);
  v_max_expires_at := v_now + make_interval(secs => l.seconds * l.turns);
  insert into public.reservations
    (id, shopper_id, variant_id, location_id, quantity, status, duration_seconds, created_at, expires_at, max_expires_at)
  values (v_id, v_shopper_id, v_variant_id, v_location_id, v_quantity, 'active', l.seconds, v_now, v_expires_at,
          v_max_expires_at);
  v_answer := json_build_object(
    'outcome', 'held', 'lines', json_build_array(json_build_object(
      'variantId', v_variant_id, 'outcome', 'held', 'requested', v_quantity, 'replacesId', null,
      -- As private.hold_as_json says it, which would cost a call and its jsonb.
      'reservation', json_build_object(
        'reservationId', v_id, 'variantId', v_variant_id, 'locationId', v_location_id, 'quantity', v_quantity,
        'status', 'active', 'heldAt', v_now, 'durationSeconds', l.seconds, 'expiresAt', v_expires_at,
        'maxExpiresAt', v_max_expires_at))));
  if v_is_keyed then
    perform private.keep_answers(array[v_shopper_id], array[p_request ->> 'idempotencyKey'],
                                 array[p_request ->> 'bodyHash'], array[v_answer], v_now);
  end if;
  return json_build_object('serverNow', v_now, 'answers', json_build_array(v_answer));
end;
$function$;
comment on function private.reserve_one(pg_catalog.jsonb) is 'Decides one plain line of a shopper whom we do not know, where that needs no thought: one location, no cap near, and enough free, or nothing lapsed that could help. Answers as private.reserve, or null where any of this is not so: then nothing is held and nobody is made, though the level may be locked, and private.reserve decides.';

CREATE OR REPLACE FUNCTION private.reserve_within_limits(p_requests jsonb, p_now timestamp with time zone DEFAULT NULL::timestamp with time zone)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_settings public.store_settings;
  v_has_sources boolean := private.has_sources(p_requests);
  v_is_keyed boolean := jsonb_path_exists(p_requests, '$[*].idempotencyKey');
  v_now timestamptz := coalesce(p_now, clock_timestamp());
  v_limits jsonb;
  v_over jsonb;
  v_skip jsonb;
  v_no_more jsonb := '{}';
  v_known jsonb;
  v_shoppers private.shopper_arrays;
  v_rest jsonb;
  v_answer jsonb;
  v_refused jsonb;
begin
  perform private.check_reserve_requests(p_requests);
  select * into strict v_settings from public.store_settings;
  -- Who asks again takes nothing: no limit refuses them, also where they took the whole share and never heard of it.
  v_known := case when v_is_keyed then coalesce(private.known_requests(p_requests), '{}') else '{}' end;
  v_limits := coalesce(private.cooling_requests(p_requests, v_known, v_settings, v_now), '{}');
  if v_has_sources then
    v_no_more := private.requests_for_no_more(p_requests, v_now);
    v_limits := v_limits || coalesce(
      private.source_limits_ahead(p_requests, v_known || v_limits, v_settings, v_now), '{}');
  end if;
  if v_is_keyed and v_limits <> '{}' then
    -- Asked again: what took the share a moment ago may have been this very request.
    v_known := coalesce(private.known_requests(p_requests), '{}');
    v_limits := v_limits - array(select jsonb_object_keys(v_known));
  end if;

  loop
    -- Where they come from has been looked at: without it they may be plain enough for the shortcut.
    select jsonb_agg(r.request - 'source' order by r.ord) into v_rest
    from jsonb_array_elements(p_requests) with ordinality as r (request, ord)
    where not v_limits ? r.ord::text;
    exit when v_rest is null;
    begin
      if v_no_more <> '{}' then
        -- What they hold may have been given back meanwhile, and taken by others of their source: looked at again
        -- under the locks that private.reserve takes. Null: somebody signs in, and nobody is excepted.
        v_shoppers := private.lock_shoppers(array(
          select distinct private.acting_shopper((r.request ->> 'shopperId')::uuid)
          from jsonb_array_elements(v_rest) as r (request)));
        if v_shoppers is null then
          v_no_more := '{}';
        else
          perform private.lock_levels(array(
            select distinct (l.line ->> 'variantId')::uuid
            from jsonb_array_elements(v_rest) as r (request), jsonb_array_elements(r.request -> 'lines') as l (line)));
          v_no_more := private.requests_for_no_more(p_requests, clock_timestamp());
        end if;
      end if;
      v_answer := coalesce(case when p_now is null and v_has_sources then private.reserve_at_once(v_rest)::jsonb end,
                           private.reserve(v_rest, p_now));
      v_now := (v_answer ->> 'serverNow')::timestamptz;
      -- Only those who took units can have taken too many.
      select v_known || v_limits || coalesce(jsonb_object_agg(r.ord, true) filter (where r.outcome not in ('held', 'partial')), '{}')
      into v_skip
      from (select o.ord, v_answer #>> array['answers', (row_number() over (order by o.ord) - 1)::text, 'outcome'] as outcome
            from jsonb_array_elements(p_requests) with ordinality as o (request, ord)
            where not v_limits ? o.ord::text) as r;
      v_over := private.cooling_requests(p_requests, v_skip, v_settings, v_now, v_now);
      if v_has_sources then
        perform private.note_sources(p_requests, v_skip, v_now);
        v_over := coalesce(
          v_over, private.source_limits_behind(p_requests, v_skip || v_no_more, v_settings, v_now));
      end if;
      exit when v_over is null;
      raise exception 'all_or_nothing' using errcode = 'HF009';
    exception when sqlstate 'HF009' then
      -- What was taken goes back as if it never was; the others try again without those who took too much.
      v_limits := v_limits || v_over;
      v_answer := null;
    end;
  end loop;

  if v_has_sources then
    perform private.count_source_requests(array(
      select r.request ->> 'source' from jsonb_array_elements(p_requests) with ordinality as r (request, ord)
      where not v_limits ? r.ord::text), v_now);
  end if;
  if v_limits = '{}' then
    return v_answer;
  end if;
  perform private.count_limited(p_requests, v_limits);
  v_refused := private.refused_by_limits(p_requests, v_limits);
  return jsonb_build_object('serverNow', v_now, 'answers', (
    select jsonb_agg(coalesce(
             v_refused -> r.ord::text,
             v_answer #> array['answers', (r.nth - 1)::text]) order by r.ord)
    from (select o.ord, count(*) filter (where not v_limits ? o.ord::text) over (order by o.ord) as nth
          from jsonb_array_elements(p_requests) with ordinality as o (request, ord)) as r));
end;
$function$;
comment on function private.reserve_within_limits(pg_catalog.jsonb,timestamp with time zone) is 'private.reserve, and the shortcut before it, for those whom no cool-down and no limit of their source refuses; answers alike, with limit {name: max_unconverted_holds | max_requests_per_address | max_units_per_address, value, retryAfterSeconds?}. Refuses from a look without locks where that is enough, and looks again under the locks of what was taken: whoever took too much is undone, and the others try again. Where no request has a source, only the cool-down is looked at. p_now as for private.reserve.';

CREATE OR REPLACE FUNCTION private.restock_line()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_reason text := coalesce(current_setting('holdfast.reason', true), '');
begin
  perform set_config('holdfast.reason', 'refund ' || (
    select o.number from public.order_lines as l join public.orders as o on o.id = l.order_id
    where l.id = new.order_line_id), true);
  update public.stock_levels as s set on_hand = s.on_hand + new.quantity
  from public.order_lines as l
  where l.id = new.order_line_id and s.variant_id = l.variant_id and s.location_id = l.location_id;
  perform set_config('holdfast.reason', v_reason, true);
  return null;
end;
$function$;
comment on function private.restock_line() is 'Puts the units of a refund line back where they were sold from, with their movement "refund <number>", in the statement that decides it: exactly once. Locks the level.';

CREATE OR REPLACE FUNCTION private.resume_payment(p_payment public.payments, p_cart_version text, p_expected_total_cents bigint, p_details jsonb, p_now timestamp with time zone)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  if p_payment.status = 'open' and p_payment.window_ends_at > p_now and p_payment.amount_cents = p_expected_total_cents
     and exists (select 1 from public.orders as o
                 where o.id = p_payment.order_id and o.cart_version = p_cart_version
                   and (o.email, o.ship_name, o.ship_line1, o.ship_line2, o.ship_postal_code, o.ship_city, o.ship_country)
                     is not distinct from (p_details ->> 'email', p_details ->> 'name', p_details ->> 'line1',
                       p_details ->> 'line2', p_details ->> 'postalCode', p_details ->> 'city', p_details ->> 'country')) then
    return jsonb_build_object('outcome', 'pinned', 'isNew', false, 'payment', private.payment_as_json(p_payment.id));
  end if;
  return jsonb_build_object('outcome', 'payment_open', 'paymentId', p_payment.id);
end;
$function$;
comment on function private.resume_payment(public.payments,pg_catalog.text,bigint,pg_catalog.jsonb,timestamp with time zone) is 'What a shopper with an unfinished payment is answered: the same payment for the same cart and address, else that it has to end first.';

CREATE OR REPLACE FUNCTION private.schedule_sweep()
 RETURNS text
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if to_regprocedure('cron.schedule(text, text, text)') is null then
    return 'skipped';
  end if;
  -- By name: scheduling again replaces the job. One bounded batch a minute is 7.2 million holds a day.
  perform cron.schedule('holdfast-sweep', '* * * * *', 'select public.expire_reservations(5000)');
  -- More than a busy shop writes: 1.2 million rows of the trail a day.
  perform cron.schedule('holdfast-prune-records', '41 * * * *', 'select public.prune_old_records(50000)');
  perform cron.schedule('holdfast-prune-sources', '* * * * *', 'select public.prune_sources(5000)');
  return 'scheduled';
end;
$function$;
comment on function private.schedule_sweep() is 'Has pg_cron sweep every minute, and prune the trail every hour, in the name of the caller, who has to be the owner of the schema. Answers scheduled, or skipped where there is no pg_cron. Repeating it replaces the jobs. Payments that nobody finished are settled by the cron route alone, which asks Stripe.';

CREATE OR REPLACE FUNCTION private.sell_lines(p_order_id uuid, p_now timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform set_config('holdfast.reason',
    'sale ' || (select o.number from public.orders as o where o.id = p_order_id), true);
  -- The hold leaves before on_hand drops: reserved never passes it.
  update public.reservations as r set status = 'confirmed', ended_at = p_now
  from public.order_lines as l where l.order_id = p_order_id and r.id = l.reservation_id;
  update public.order_lines as l set location_id = r.location_id
  from public.reservations as r where l.order_id = p_order_id and r.id = l.reservation_id;
  update public.stock_levels as s set on_hand = s.on_hand - u.units
  from (
    select l.variant_id, l.location_id, sum(l.quantity) as units
    from public.order_lines as l where l.order_id = p_order_id group by l.variant_id, l.location_id
  ) as u
  where s.variant_id = u.variant_id and s.location_id = u.location_id;
  update public.orders as o set status = 'paid', paid_at = p_now, cancelled_at = null where o.id = p_order_id;
  perform set_config('holdfast.reason', '', true);
end;
$function$;
comment on function private.sell_lines(pg_catalog.uuid,timestamp with time zone) is 'Turns the paying holds of an order into its sale, each level with its movement "sale <number>". Its payment says succeeded already.';

CREATE OR REPLACE FUNCTION private.sell_or_refund(p_payment public.payments, p_received_cents bigint, p_received_currency text, p_payment_intent_id text, p_session_id text, p_then text, p_now timestamp with time zone)
 RETURNS uuid
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_is_right boolean := p_received_cents = p_payment.amount_cents and p_received_currency = p_payment.currency;
  v_is_there boolean;
  v_refund_id uuid;
begin
  update public.payments as p
  set status = 'succeeded', settled_at = p_now, received_cents = p_received_cents, claimed_until = null,
      received_currency = p_received_currency, payment_intent_id = coalesce(p.payment_intent_id, p_payment_intent_id),
      -- A session that nobody lived to write down: where the money came from is known from here on.
      session_id = coalesce(p.session_id, nullif(p_session_id, ''))
  where p.id = p_payment.id and p.status <> 'succeeded';
  -- Nothing can be sent to whom nobody knows any more: an order of an erased account is paid back.
  v_is_there := v_is_right
    and not exists (select 1 from public.orders as o where o.id = p_payment.order_id and o.erased_at is not null)
    and private.take_units(p_payment.order_id, p_payment.shopper_id, p_now);
  if v_is_there then
    perform private.sell_lines(p_payment.order_id, p_now);
    perform private.write_mail(p_payment.order_id, 'confirmation');
    return null;
  end if;

  perform private.unpin_holds(p_payment, p_then, p_now);
  update public.orders as o
  set status = case when v_is_right then 'refunded_out_of_stock' else 'refunded' end::public.order_status,
      paid_at = p_now, refunded_at = p_now, cancelled_at = null
  where o.id = p_payment.order_id;
  if p_received_cents > 0 then
    insert into public.refunds (order_id, payment_id, amount_cents, currency, reason, actor, created_at)
    values (p_payment.order_id, p_payment.id, p_received_cents, p_received_currency,
            case when v_is_right then 'out_of_stock' else 'wrong_amount' end, 'system', p_now)
    returning id into v_refund_id;
    if coalesce(p_payment.payment_intent_id, p_payment_intent_id) is null then
      perform private.open_alert('refund_by_hand', v_refund_id::text, jsonb_build_object(
        'orderId', p_payment.order_id, 'amountCents', p_received_cents, 'currency', p_received_currency));
    end if;
  end if;
  if v_is_right then
    perform private.write_mail(p_payment.order_id, 'out_of_stock', v_refund_id);
  else
    perform private.write_mail(p_payment.order_id, 'refunded', v_refund_id);
    perform private.open_alert('wrong_amount', p_payment.id::text, jsonb_build_object(
      'orderId', p_payment.order_id, 'askedCents', p_payment.amount_cents, 'askedCurrency', p_payment.currency,
      'receivedCents', p_received_cents, 'receivedCurrency', p_received_currency));
  end if;
  return v_refund_id;
end;
$function$;
comment on function private.sell_or_refund(public.payments,bigint,pg_catalog.text,pg_catalog.text,pg_catalog.text,pg_catalog.text,timestamp with time zone) is 'Invariant 8: a payment that succeeded becomes the sale of all its units (answers null), or one refund of what was received (its id; null where nothing was received). Writes the mail and, for a wrong amount or currency, the alert. The caller holds the locks of shopper, order and levels.';

CREATE OR REPLACE FUNCTION private.set_cause(p_cause text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  -- Local to the transaction: works through a pooler, and is gone with it.
  perform set_config('holdfast.cause', p_cause, true);
end;
$function$;
comment on function private.set_cause(pg_catalog.text) is 'Says who changes something and why, "actor:cause", for the trail of this transaction.';

CREATE OR REPLACE FUNCTION private.settings_as_json()
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return (
    select jsonb_build_object(
      'holdSeconds', s.hold_seconds, 'vipHoldSeconds', s.vip_hold_seconds, 'maxHoldTurns', s.max_hold_turns,
      'maxUnitsPerLine', s.max_units_per_line, 'maxUnitsPerVariant', s.max_units_per_variant,
      'maxUnitsPerShopper', s.max_units_per_shopper, 'maxHoldsPerMinute', s.max_holds_per_minute,
      'shownStockLimit', s.shown_stock_limit, 'lowStockAt', s.low_stock_at,
      'lowStockClearsAt', s.low_stock_clears_at,
      'lapsedShownSeconds', s.lapsed_shown_seconds, 'trailKeptDays', s.trail_kept_days,
      'mergedGuestSeconds', s.merged_guest_seconds, 'maxUnconvertedHolds', s.max_unconverted_holds,
      'unconvertedWindowSeconds', s.unconverted_window_seconds, 'coolDownSeconds', s.cool_down_seconds,
      'maxSharePerAddressPercent', s.max_share_per_address_percent,
      'minUnitsPerAddress', s.min_units_per_address, 'maxUnitsPerAddress', s.max_units_per_address,
      'maxRequestsPerAddress', s.max_requests_per_address, 'shippingCents', s.shipping_cents,
      'paymentWindowSeconds', s.payment_window_seconds, 'maxPayingSeconds', s.max_paying_seconds,
      'minReturnedSeconds', s.min_returned_seconds)
    from public.store_settings as s);
end;
$function$;
comment on function private.settings_as_json() is 'The settings of the store, named as its API names them; but for its currency, which every price is written in.';

CREATE OR REPLACE FUNCTION private.share_of_source(p_variant_id uuid, p_settings public.store_settings)
 RETURNS integer
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  if p_settings.max_share_per_address_percent = 100 then
    return 1000000;
  end if;
  return (
    select least(p_settings.max_units_per_address, greatest(
      p_settings.min_units_per_address,
      coalesce(sum(greatest(s.on_hand - s.safety_stock, 0)), 0) * p_settings.max_share_per_address_percent / 100))
    from public.stock_levels as s where s.variant_id = p_variant_id)::integer;
end;
$function$;
comment on function private.share_of_source(pg_catalog.uuid,public.store_settings) is 'Units of a variant that one source may hold: max_share_per_address_percent of what can be held of it at all, over all locations, but at least min_units_per_address and at most max_units_per_address.';

CREATE OR REPLACE FUNCTION private.shown_actor(p_actor text)
 RETURNS text
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
begin
  return case when p_actor in ('shopper', 'admin', 'system') then p_actor else 'database' end;
end;
$function$;
comment on function private.shown_actor(pg_catalog.text) is 'Who did it, as pages may tell: database where somebody typed SQL, whatever their role is called.';

CREATE OR REPLACE FUNCTION private.source_limits_ahead(p_requests jsonb, p_skip jsonb, p_settings public.store_settings, p_now timestamp with time zone)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_limits jsonb := '{}';
  v_requests_left integer[];
  v_units_left integer[];
  v_share integer[];
  v_limit jsonb;
  v_line record;
  v_ord integer := 0;
begin
  select private.requests_left_of_sources(array_agg(s.source order by s.source), p_settings.max_requests_per_address, p_now)
  into v_requests_left
  from (select distinct l.source from private.lines_of_requests(p_requests) as l
        where l.source is not null and not p_skip ? l.ord::text) as s;

  for v_line in
    select l.*, dense_rank() over (order by l.source) as nth_source,
           dense_rank() over (order by l.variant_id) as nth_variant,
           dense_rank() over (order by l.source, l.variant_id) as nth_pair,
           exists (select 1 from public.source_holders as h
                   where h.variant_id = l.variant_id and h.source = l.source) as is_holder,
           case when l.is_set and l.is_known then coalesce((
             select sum(r.quantity) from public.reservations as r
             where r.shopper_id = l.shopper_id and r.variant_id = l.variant_id and r.status = 'active'
               and r.expires_at > p_now), 0) else 0 end as held,
           -- What a line adds that sets a quantity after others of this batch is known once they are decided.
           l.is_set and count(*) over (partition by l.shopper_id, l.variant_id) > 1 as is_open
    from private.lines_of_requests(p_requests) as l
    where l.source is not null and not p_skip ? l.ord::text
    order by l.ord
  loop
    continue when v_limits ? v_line.ord::text;
    if v_line.ord > v_ord then
      v_ord := v_line.ord;
      v_requests_left[v_line.nth_source] := v_requests_left[v_line.nth_source] - 1;
    end if;
    v_share[v_line.nth_variant] := coalesce(
      v_share[v_line.nth_variant], private.share_of_source(v_line.variant_id, p_settings));
    v_units_left[v_line.nth_pair] := coalesce(v_units_left[v_line.nth_pair], v_share[v_line.nth_variant]
      - case when v_line.is_holder
             then private.live_units_of_source(v_line.variant_id, v_line.source, p_now) else 0 end);
    v_limit := case
      when v_requests_left[v_line.nth_source] < 0 then private.limit_reached(
        'max_requests_per_address', p_settings.max_requests_per_address,
        date_trunc('minute', p_now) + interval '1 minute', p_now)
      when not v_line.is_open
        and v_line.quantity - v_line.held > greatest(v_units_left[v_line.nth_pair], 0) then private.limit_reached('max_units_per_address', v_share[v_line.nth_variant], null, p_now) end;
    if v_limit is null then
      v_units_left[v_line.nth_pair] := v_units_left[v_line.nth_pair]
        - case when v_line.is_open then 0 else greatest(v_line.quantity - v_line.held, 0) end;
    else
      v_limits := v_limits || jsonb_build_object(v_line.ord, v_limit);
    end if;
  end loop;
  return nullif(v_limits, '{}');
end;
$function$;
comment on function private.source_limits_ahead(pg_catalog.jsonb,pg_catalog.jsonb,public.store_settings,timestamp with time zone) is 'Requests that their source''s rate or share refuses, as far as a look without locks can say, in order of arrival: {position: limit}, null where there are none. A crowd from one address is refused here, without a lock.';

CREATE OR REPLACE FUNCTION private.source_limits_behind(p_requests jsonb, p_skip jsonb, p_settings public.store_settings, p_now timestamp with time zone)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_limits jsonb := '{}';
  v_over integer[];
  v_line record;
begin
  perform private.forget_idle_holders(p.variant_id, p.source, p_now)
  from (select distinct d.variant_id, d.source from private.lines_of_requests(p_requests) as d
        where d.source is not null and not p_skip ? d.ord::text) as p;
  for v_line in
    select l.*, o.units, o.share, dense_rank() over (order by l.source, l.variant_id) as nth_pair
    from private.lines_of_requests(p_requests) as l
    join (
      select p.variant_id, p.source, private.share_of_source(p.variant_id, p_settings) as share,
             private.live_units_of_source(p.variant_id, p.source, p_now) as units
      from (select distinct d.variant_id, d.source from private.lines_of_requests(p_requests) as d
            where d.source is not null and not p_skip ? d.ord::text) as p
    ) as o on o.variant_id = l.variant_id and o.source = l.source
    where o.units > o.share and not p_skip ? l.ord::text
    -- Who came last goes first.
    order by l.ord desc
  loop
    v_over[v_line.nth_pair] := coalesce(v_over[v_line.nth_pair], v_line.units - v_line.share);
    continue when v_over[v_line.nth_pair] <= 0;
    v_over[v_line.nth_pair] := v_over[v_line.nth_pair] - v_line.quantity;
    v_limits := v_limits || jsonb_build_object(
      v_line.ord, private.limit_reached('max_units_per_address', v_line.share, null, p_now));
  end loop;
  return nullif(v_limits, '{}');
end;
$function$;
comment on function private.source_limits_behind(pg_catalog.jsonb,pg_catalog.jsonb,public.store_settings,timestamp with time zone) is 'Requests that took more than their source''s share, once all that they took is written and noted: {position: limit}, null where there are none. Exact: the caller holds the locks of the levels. Forgets idle holders, where they are many.';

CREATE OR REPLACE FUNCTION private.take_units(p_order_id uuid, p_shopper_id uuid, p_now timestamp with time zone)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_line public.order_lines;
  v_hold_id uuid;
begin
  for v_line in select * from public.order_lines as l where l.order_id = p_order_id order by l.position loop
    v_hold_id := coalesce(private.own_units(v_line, p_shopper_id, p_now), private.free_units(v_line, p_shopper_id, p_now));
    if v_hold_id is null then
      raise exception 'all_or_nothing' using errcode = 'HF009';
    end if;
    update public.order_lines as l set reservation_id = v_hold_id
    where l.id = v_line.id and l.reservation_id is distinct from v_hold_id;
  end loop;
  return true;
exception when sqlstate 'HF009' then
  return false; -- what was taken for the lines before is undone
end;
$function$;
comment on function private.take_units(pg_catalog.uuid,pg_catalog.uuid,timestamp with time zone) is 'Has a paying hold for every line of the order, or changes nothing and answers false: all or nothing. The caller holds the locks of shopper, order and levels.';

CREATE OR REPLACE FUNCTION private.takes_more_units(p_refund_id uuid, p_order_line_id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return exists (
    select 1 from public.refunds as f join public.order_lines as l on l.order_id = f.order_id
    where f.id = p_refund_id and l.id = p_order_line_id and l.location_id is not null and f.status <> 'failed'
      and f.payment_intent_id is null);
end;
$function$;
comment on function private.takes_more_units(pg_catalog.uuid,pg_catalog.uuid) is 'Whether units of this line can have come back with this refund: it did not fail, is of the order''s own money, and they were sold with its order.';

CREATE OR REPLACE FUNCTION private.unpin_holds(p_payment public.payments, p_then text, p_now timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_least integer;
  v_spent integer;
  v_row record;
  v_in_cart public.reservations;
  v_ends_at timestamptz;
begin
  select s.min_returned_seconds into strict v_least from public.store_settings as s;
  v_spent := greatest(ceil(extract(epoch from p_now - p_payment.created_at))::integer, v_least);
  for v_row in
    select r.*, greatest(l.left_seconds, v_least) as left_seconds
    from public.order_lines as l join public.reservations as r on r.id = l.reservation_id and r.status = 'paying'
    where l.order_id = p_payment.order_id
      and not exists (select 1 from public.order_lines as n join public.payments as p on p.order_id = n.order_id
                      where n.reservation_id = r.id and p.status in ('open', 'processing'))
    order by l.position
  loop
    if p_then = 'expire' then
      update public.reservations as r
      set status = 'expired', ended_at = p_now, expires_at = p_now, max_expires_at = greatest(r.max_expires_at, p_now),
          paying_seconds = r.paying_seconds + v_spent
      where r.id = v_row.id;
      continue;
    end if;
    select * into v_in_cart from public.reservations as r
    where r.shopper_id = v_row.shopper_id and r.variant_id = v_row.variant_id and r.location_id = v_row.location_id
      and r.status = 'active';
    if found and v_in_cart.expires_at <= p_now then
      perform private.mark_expired(array[v_in_cart.id], p_now);
      v_in_cart := null;
    end if;
    v_ends_at := p_now + make_interval(secs => v_row.left_seconds);
    if v_in_cart.id is null then
      update public.reservations as r
      set status = 'active', expires_at = v_ends_at, max_expires_at = greatest(r.max_expires_at, v_ends_at),
          paying_seconds = r.paying_seconds + v_spent
      where r.id = v_row.id;
    else
      -- One line again: the units go back and are taken again under the same lock.
      update public.reservations as r set status = 'released', ended_at = p_now where r.id = v_row.id;
      update public.reservations as r
      set quantity = r.quantity + v_row.quantity, expires_at = greatest(r.expires_at, v_ends_at),
          max_expires_at = greatest(least(r.max_expires_at, v_row.max_expires_at), r.expires_at, v_ends_at),
          paying_seconds = greatest(r.paying_seconds, v_row.paying_seconds + v_spent)
      where r.id = v_in_cart.id;
    end if;
  end loop;
end;
$function$;
comment on function private.unpin_holds(public.payments,pg_catalog.text,timestamp with time zone) is 'What becomes of the holds of a payment that ended without a sale. return: they are in the cart again with what they had left, min_returned_seconds at least, merged into an active hold of the same level; expire: their units are free. The caller holds the locks of shopper, order and levels, and the payment is final.';

CREATE OR REPLACE FUNCTION private.unreturned_units(p_order_line_id uuid)
 RETURNS integer
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return (
    select l.quantity - coalesce((
      select sum(r.quantity) from public.refund_lines as r join public.refunds as f on f.id = r.refund_id
      where r.order_line_id = l.id and (f.status <> 'failed' or r.restock = 'restocked')), 0)
    from public.order_lines as l where l.id = p_order_line_id and l.location_id is not null);
end;
$function$;
comment on function private.unreturned_units(pg_catalog.uuid) is 'How many units of a line were sold and not refunded; null for a line that was not sold.';

CREATE OR REPLACE FUNCTION private.variants_of_reservations(p_shopper_id uuid, p_ids uuid[])
 RETURNS uuid[]
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  if p_ids is null then
    return array(select distinct r.variant_id from public.reservations as r
                 where r.shopper_id = p_shopper_id and r.status = 'active');
  end if;
  return array(select distinct r.variant_id from public.reservations as r
               where r.shopper_id = p_shopper_id and r.id = any (p_ids));
end;
$function$;
comment on function private.variants_of_reservations(pg_catalog.uuid,pg_catalog.uuid[]) is 'The variants of these reservations as far as they are the shopper''s; p_ids null: of all active ones.';

CREATE OR REPLACE FUNCTION private.with_known_sources(p_requests jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return (
    select jsonb_agg(case when k.source is null or r.request ? 'source' then r.request
                          else r.request || jsonb_build_object('source', k.source) end order by r.ord)
    from jsonb_array_elements(p_requests) with ordinality as r (request, ord)
    left join lateral (
      select h.source from public.source_holders as h
      where h.shopper_id = (r.request ->> 'shopperId')::uuid
        and h.variant_id = (r.request #>> '{lines,0,variantId}')::uuid
      order by h.noted_at desc limit 1
    ) as k on true);
end;
$function$;
comment on function private.with_known_sources(pg_catalog.jsonb) is 'The same requests, each with the source from which its shopper last took the variant of its first line: for changes that carry none themselves. A hold that grows or is taken again counts toward the share of where it came from.';

CREATE OR REPLACE FUNCTION private.write_holds(p_batch private.reserve_batch, p_holds private.hold_arrays, p_now timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  -- Units come back before they go out again: each statement must leave reserved within on_hand.
  if p_holds.moved <> '{}' then
    update public.reservations as r set status = 'released', ended_at = p_now where r.id = any (p_holds.moved);
  end if;
  if 'update' = any (p_holds.change) then
    update public.reservations as r set quantity = h.quantity, expires_at = h.expires_at
    from unnest(p_holds.id, p_holds.quantity, p_holds.expires_at, p_holds.change)
      as h (id, quantity, expires_at, change)
    where r.id = h.id and h.change = 'update';
  end if;
  if 'insert' = any (p_holds.change) then
    insert into public.reservations
      (id, shopper_id, variant_id, location_id, quantity, status, duration_seconds, created_at, expires_at,
       max_expires_at, replaces_id)
    select h.id, p_batch.shopper_ids[h.shopper], p_batch.variant_ids[h.variant], h.location_id, h.quantity,
           'active', h.duration_seconds, h.created_at, h.expires_at, h.max_expires_at, h.replaces_id
    from unnest(p_batch.key_shopper, p_batch.key_variant, p_holds.id, p_holds.location_id, p_holds.quantity,
                p_holds.duration_seconds, p_holds.created_at, p_holds.expires_at, p_holds.max_expires_at,
                p_holds.replaces_id, p_holds.change)
      as h (shopper, variant, id, location_id, quantity, duration_seconds, created_at, expires_at,
            max_expires_at, replaces_id, change)
    where h.change = 'insert';
    perform private.count_new_holds(p_batch.shopper_ids, p_holds.shopper_new_holds, p_now);
  end if;
end;
$function$;
comment on function private.write_holds(private.reserve_batch,private.hold_arrays,timestamp with time zone) is 'Writes a plan: at most one statement each for moved, changed and new holds, whose triggers count them and write the trail.';

CREATE OR REPLACE FUNCTION private.write_mail(p_order_id uuid, p_kind text, p_refund_id uuid DEFAULT NULL::uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  insert into public.outgoing_mails (order_id, kind, refund_id)
  select o.id, p_kind, p_refund_id from public.orders as o where o.id = p_order_id and o.email is not null
  on conflict (order_id, kind, refund_id) do nothing;
end;
$function$;
comment on function private.write_mail(pg_catalog.uuid,pg_catalog.text,pg_catalog.uuid) is 'Puts a mail into the outbox, once per order, kind and refund; none where there is no address.';

CREATE OR REPLACE FUNCTION private.write_paid_order(p_source text, p_details jsonb, p_lines jsonb, p_payment jsonb, p_shopper_id uuid, p_now timestamp with time zone)
 RETURNS public.payments
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_order_id uuid;
  v_payment public.payments;
  v_currency text := (select s.shop_currency from public.store_settings as s);
  v_shipping integer := coalesce((p_details ->> 'shippingCents')::integer, 0);
  v_subtotal bigint;
begin
  select sum((l.line ->> 'quantity')::bigint * coalesce((l.line ->> 'unitPriceCents')::integer, v.price_cents)) into v_subtotal
  from jsonb_array_elements(p_lines) as l (line) join public.variants as v on v.id = (l.line ->> 'variantId')::uuid;
  insert into public.orders
    (shopper_id, source, email, ship_name, ship_line1, ship_line2, ship_postal_code, ship_city, ship_country,
     currency, subtotal_cents, shipping_cents, total_cents, created_at)
  values (p_shopper_id, p_source, p_details ->> 'email', p_details ->> 'name', p_details ->> 'line1',
          p_details ->> 'line2', p_details ->> 'postalCode', p_details ->> 'city', p_details ->> 'country',
          v_currency, v_subtotal, v_shipping, v_subtotal + v_shipping, p_now)
  returning id into v_order_id;
  insert into public.order_lines
    (order_id, position, variant_id, quantity, unit_price_cents, product_name, variant_name, sku, image_path)
  select v_order_id, l.ord, v.id, (l.line ->> 'quantity')::integer,
         coalesce((l.line ->> 'unitPriceCents')::integer, v.price_cents), p.name, v.name, v.sku, p.image_path
  from jsonb_array_elements(p_lines) with ordinality as l (line, ord)
  join public.variants as v on v.id = (l.line ->> 'variantId')::uuid
  join public.products as p on p.id = v.product_id;
  insert into public.payments
    (order_id, shopper_id, status, amount_cents, currency, payment_intent_id, received_cents, received_currency,
     created_at, settled_at)
  values (v_order_id, p_shopper_id, 'succeeded', v_subtotal + v_shipping, v_currency, p_payment ->> 'paymentIntentId',
          (p_payment ->> 'amountCents')::bigint, upper(p_payment ->> 'currency'), p_now, p_now)
  returning * into v_payment;
  return v_payment;
end;
$function$;
comment on function private.write_paid_order(pg_catalog.text,pg_catalog.jsonb,pg_catalog.jsonb,pg_catalog.jsonb,pg_catalog.uuid,timestamp with time zone) is 'Writes an order and its payment that has succeeded already. The caller holds the locks of the shopper and of the levels, and settles it.';

CREATE OR REPLACE FUNCTION private.write_refund(p_payment public.payments, p_amount_cents bigint, p_reason text, p_actor text, p_lines jsonb, p_now timestamp with time zone)
 RETURNS uuid
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_id uuid;
  v_is_free boolean := p_amount_cents = 0;
begin
  insert into public.refunds (order_id, payment_id, amount_cents, currency, reason, actor, status, settled_at, created_at)
  values (p_payment.order_id, p_payment.id, p_amount_cents, p_payment.received_currency, p_reason, p_actor,
          case when v_is_free then 'succeeded' else 'requested' end::public.refund_status,
          case when v_is_free then p_now end, p_now)
  returning id into v_id;
  insert into public.refund_lines (refund_id, order_line_id, quantity, restock, decided_at)
  select v_id, (l.line ->> 'orderLineId')::uuid, (l.line ->> 'quantity')::integer, l.line ->> 'restock',
         case when l.line ->> 'restock' <> 'undecided' then p_now end
  from jsonb_array_elements(p_lines) as l (line)
  order by l.line ->> 'orderLineId';
  if p_payment.payment_intent_id is null and not v_is_free then
    perform private.open_alert('refund_by_hand', v_id::text, jsonb_build_object(
      'orderId', p_payment.order_id, 'amountCents', p_amount_cents, 'currency', p_payment.received_currency));
  end if;
  return v_id;
end;
$function$;
comment on function private.write_refund(public.payments,bigint,pg_catalog.text,pg_catalog.text,pg_catalog.jsonb,timestamp with time zone) is 'Writes a refund with its lines, and restocks what is decided already. Where the money did not come by Stripe, somebody is alerted to give it back. The caller holds the locks of order and levels.';

CREATE OR REPLACE FUNCTION private.write_refund_status(p_refund public.refunds, p_stripe_refund_id text, p_status public.refund_status, p_error text, p_now timestamp with time zone)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  -- Events overtake each other: what is final stays, but for a success that Stripe takes back, and a failure that was
  -- ours to assume. What is said of another attempt's refund is said of another refund; a failure without an id, of a
  -- call that Stripe refused, is none of the refund that it has: somebody was faster in the dashboard.
  if p_refund.status = p_status or p_refund.stripe_refund_id <> p_stripe_refund_id
     or (p_status = 'failed' and p_refund.stripe_refund_id is not null and p_stripe_refund_id is null)
     or (p_refund.status = 'succeeded' and p_status <> 'failed')
     or (p_refund.status = 'failed' and p_refund.stripe_refund_id is not null) then
    return false;
  end if;
  update public.refunds as f
  set status = p_status, stripe_refund_id = coalesce(f.stripe_refund_id, p_stripe_refund_id),
      settled_at = case when p_status in ('succeeded', 'failed') then p_now end, last_error = p_error,
      claimed_until = case when p_status = 'pending' then p_now + interval '1 hour' end
  where f.id = p_refund.id;
  if p_status = 'failed' then
    perform private.open_alert('refund_failed', p_refund.id::text, jsonb_build_object(
      'orderId', p_refund.order_id, 'amountCents', p_refund.amount_cents, 'currency', p_refund.currency,
      'attempt', p_refund.attempt));
  elsif p_status = 'succeeded' then
    perform private.close_alert('refund_failed', p_refund.id::text);
    perform private.close_alert('refund_by_hand', p_refund.id::text);
    perform private.close_alert('second_payment', p_refund.id::text);
    if p_refund.reason in ('requested', 'cancelled', 'outside', 'second_payment') then
      perform private.write_mail(p_refund.order_id, 'refunded', p_refund.id);
    end if;
  end if;
  return true;
end;
$function$;
comment on function private.write_refund_status(public.refunds,pg_catalog.text,public.refund_status,pg_catalog.text,timestamp with time zone) is 'Writes what Stripe says of a refund, with its alert and its mail; false where that is no news. The caller holds the order''s lock.';

CREATE OR REPLACE FUNCTION private.write_stock_movement()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_delta integer := case tg_op when 'INSERT' then new.on_hand when 'DELETE' then -old.on_hand
                                else new.on_hand - old.on_hand end;
begin
  if v_delta <> 0 then
    insert into public.stock_movements (actor, reason, variant_id, location_id, delta, on_hand_after)
    values (private.log_actor(), coalesce(nullif(current_setting('holdfast.reason', true), ''), private.log_cause()),
            coalesce(new.variant_id, old.variant_id), coalesce(new.location_id, old.location_id), v_delta,
            coalesce(new.on_hand, 0));
  end if;
  return null;
end;
$function$;
comment on function private.write_stock_movement() is 'Invariant 1: every change of on_hand writes its movement.';

CREATE OR REPLACE FUNCTION public.adjust_stock(p_variant_id uuid, p_location_id uuid, p_delta integer, p_reason text, p_release_newest boolean DEFAULT false)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '3s'
AS $function$
declare
  v_now timestamptz;
  v_level public.stock_levels;
  v_missing integer;
  v_ids uuid[];
  v_units integer := 0;
  v_row record;
  v_released jsonb;
begin
  if coalesce(p_delta, 0) = 0 or coalesce(trim(p_reason), '') = '' then
    perform private.raise_invalid_request('p_delta is not 0 and p_reason says why');
  end if;
  select * into v_level from public.stock_levels as s
  where s.variant_id = p_variant_id and s.location_id = p_location_id for no key update;
  if not found then
    return jsonb_build_object('outcome', 'not_found');
  end if;
  v_now := clock_timestamp();
  if v_level.on_hand::bigint + p_delta not between 0 and 2147483647 then
    return jsonb_build_object('outcome', 'below_zero', 'onHand', v_level.on_hand, 'serverNow', v_now);
  end if;
  perform private.set_cause('admin:adjust');

  v_missing := v_level.reserved - (v_level.on_hand + p_delta);
  if v_missing > 0 and v_level.next_expiry_at <= v_now then
    v_missing := v_missing - (private.expire_lapsed(p_variant_id, p_location_id, v_missing, v_now)).units;
  end if;
  if v_missing > 0 then
    -- Newest first: who came first keeps what was promised first. Paying ones cannot be taken back.
    for v_row in
      select r.id, r.quantity from public.reservations as r
      where r.variant_id = p_variant_id and r.location_id = p_location_id and r.status = 'active'
      order by r.created_at desc, r.id
    loop
      exit when v_units >= v_missing;
      v_ids := v_ids || v_row.id;
      v_units := v_units + v_row.quantity;
    end loop;
    if v_units < v_missing or p_release_newest is not true then
      perform private.set_cause('');
      return jsonb_build_object(
        'outcome', case when v_units < v_missing then 'payment_open' else 'units_held' end, 'serverNow', v_now,
        'onHand', v_level.on_hand, 'missing', v_missing,
        'reserved', v_level.on_hand + p_delta + v_missing, -- without what has just lapsed
        'inTheWay', private.holds_as_json(v_ids));
    end if;
    v_released := private.holds_as_json(v_ids);
    update public.reservations as r set status = 'released', ended_at = v_now, is_withdrawn = true
    where r.id = any (v_ids) and r.status = 'active';
  end if;

  perform set_config('holdfast.reason', p_reason, true);
  update public.stock_levels as s set on_hand = s.on_hand + p_delta
  where s.variant_id = p_variant_id and s.location_id = p_location_id;
  perform set_config('holdfast.reason', '', true);
  perform private.set_cause('');
  return jsonb_build_object('outcome', 'adjusted', 'serverNow', v_now, 'onHand', v_level.on_hand + p_delta,
                            'released', coalesce(v_released, '[]'));
end;
$function$;
comment on function public.adjust_stock(pg_catalog.uuid,pg_catalog.uuid,integer,pg_catalog.text,boolean) is 'Changes on_hand by p_delta units, with its reason in the ledger. Answers adjusted {onHand, released} | units_held {missing, inTheWay: the newest holds that would have to go} — repeat with p_release_newest to take those back; their shoppers see them as withdrawn | payment_open (holds that are being paid stand in the way) | below_zero | not_found. Locks the level. Not idempotent. Raises HF001 without a delta or a reason.';
grant execute on function public.adjust_stock(uuid,uuid,integer,text,boolean) to service_role;

CREATE OR REPLACE FUNCTION public.admin_adjust_stock(p_variant_id uuid, p_location_id uuid, p_delta integer, p_reason text, p_release_newest boolean, p_admin_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '3s'
AS $function$
declare
  v_answer jsonb;
  v_hold jsonb;
begin
  perform private.check_reason(p_admin_id, p_reason);
  v_answer := public.adjust_stock(p_variant_id, p_location_id, p_delta, p_reason, p_release_newest);
  if v_answer ->> 'outcome' = 'adjusted' then
    perform private.act_as_admin(p_admin_id, 'adjust', p_reason);
    perform private.note_admin(
      'stock_level', p_variant_id,
      jsonb_build_object('locationId', p_location_id, 'onHand', (v_answer ->> 'onHand')::integer - p_delta),
      jsonb_build_object('locationId', p_location_id, 'onHand', v_answer -> 'onHand'));
    for v_hold in select h from jsonb_array_elements(v_answer -> 'released') as h loop
      perform private.note_admin('reservation', (v_hold ->> 'reservationId')::uuid);
    end loop;
    perform private.end_acting();
  end if;
  return v_answer;
end;
$function$;
comment on function public.admin_adjust_stock(pg_catalog.uuid,pg_catalog.uuid,integer,pg_catalog.text,boolean,pg_catalog.uuid) is 'adjust_stock, with the admin who did it in admin_trail, beside the level and beside every hold that was taken back. Answers as adjust_stock does: {outcome: adjusted | units_held | payment_open | below_zero | not_found, …}. Locks the level. Not idempotent. Raises HF001 without a delta, an admin or a reason.';
grant execute on function public.admin_adjust_stock(uuid,uuid,integer,text,boolean,uuid) to service_role;

CREATE OR REPLACE FUNCTION public.admin_alerts()
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  return jsonb_build_object(
    'serverNow', statement_timestamp(),
    'alerts', (select coalesce(jsonb_agg(jsonb_build_object(
                 'id', a.id, 'kind', a.kind, 'subject', a.subject, 'details', a.details, 'openedAt', a.opened_at)
                 order by a.opened_at desc, a.id), '[]')
               from public.alerts as a where a.closed_at is null));
end;
$function$;
comment on function public.admin_alerts() is 'The open alerts, newest first: {serverNow, alerts: [{id, kind, subject, details, openedAt}]}. Locks nothing.';
grant execute on function public.admin_alerts() to service_role;

CREATE OR REPLACE FUNCTION public.admin_import_stock(p_rows jsonb, p_reason text, p_admin_id uuid, p_version text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '3s'
AS $function$
declare
  v_now timestamptz;
  v_rows jsonb;
  v_version text;
  v_bad integer;
  v_row record;
begin
  perform private.check_reason(p_admin_id, p_reason);
  if p_rows is null or jsonb_typeof(p_rows) <> 'array' or jsonb_array_length(p_rows) not between 1 and 1000 then
    perform private.raise_invalid_request('p_rows has 1 to 1000 rows');
  end if;
  if p_version is not null then
    perform 1 from public.stock_levels as s
    join public.variants as v on v.id = s.variant_id
    join public.locations as l on l.id = s.location_id
    join jsonb_array_elements(p_rows) as g (r) on g.r ->> 'sku' = v.sku and g.r ->> 'location' = l.code
    order by s.variant_id, s.location_id for no key update of s;
  end if;
  v_now := clock_timestamp();
  select coalesce(jsonb_agg(jsonb_build_object(
           'line', i.line, 'sku', i.sku, 'location', i.location, 'name', i.name, 'before', i.before,
           'after', i.units, 'held', i.held, 'outcome', i.outcome) order by i.line), '[]'),
         count(*) filter (where i.outcome not in ('changed', 'unchanged', 'new')),
         -- What the person saw who says yes: a sale in between would be counted away otherwise.
         md5(string_agg(concat_ws(':', i.line, i.variant_id, i.location_id, i.before, i.units), ',' order by i.line))
  into v_rows, v_bad, v_version
  from private.import_rows(p_rows, v_now) as i;
  if p_version is null or v_bad > 0 or p_version <> v_version then
    return jsonb_build_object(
      'outcome', case when v_bad > 0 then 'refused' when p_version is null then 'preview' else 'stock_changed' end,
      'serverNow', v_now, 'rows', v_rows, 'version', v_version);
  end if;

  perform private.act_as_admin(p_admin_id, 'import', p_reason);
  for v_row in
    select i.* from private.import_rows(p_rows, v_now) as i
    where i.outcome in ('changed', 'new') order by i.variant_id, i.location_id
  loop
    if v_row.outcome = 'changed' then
      perform private.expire_lapsed(v_row.variant_id, v_row.location_id, s.reserved - v_row.units, v_now)
      from public.stock_levels as s
      where s.variant_id = v_row.variant_id and s.location_id = v_row.location_id and s.reserved > v_row.units;
      update public.stock_levels as s set on_hand = v_row.units
      where s.variant_id = v_row.variant_id and s.location_id = v_row.location_id;
    else
      insert into public.stock_levels (variant_id, location_id, on_hand)
      values (v_row.variant_id, v_row.location_id, v_row.units);
    end if;
  end loop;
  perform private.note_admin('stock', null, null, v_rows);
  perform private.end_acting();
  return jsonb_build_object('outcome', 'applied', 'serverNow', v_now, 'rows', v_rows, 'version', v_version);
end;
$function$;
comment on function public.admin_import_stock(pg_catalog.jsonb,pg_catalog.text,pg_catalog.uuid,pg_catalog.text) is 'Sets on_hand to what was counted: p_rows [{line, sku, location, onHand (units)}], 1 to 1000. Without p_version a preview; with the version of that preview all rows in one transaction, each with its movement. Answers {outcome: preview | applied | refused (a row cannot be done: nothing was) | stock_changed (since the preview, which is in the answer anew: nothing was done), serverNow, version, rows: [{line, sku, location, name, before, after, held: units, outcome: changed | unchanged | new | unknown_sku | unknown_location | twice | out_of_range | units_held}]}. Locks the levels, sorted, where there is a version. Safe to repeat: the second time the version has changed, or nothing changes. Raises HF001 without rows, an admin or a reason.';
grant execute on function public.admin_import_stock(jsonb,text,uuid,text) to service_role;

CREATE OR REPLACE FUNCTION public.admin_once(p_change text, p_args jsonb, p_admin_id uuid, p_idempotency_key text, p_body_hash text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '3s'
AS $function$
declare
  v_answer jsonb;
begin
  if p_admin_id is null or p_idempotency_key is null then
    perform private.raise_invalid_request('p_admin_id says who, and p_idempotency_key by which key');
  end if;
  perform private.check_idempotency_key(p_idempotency_key, p_body_hash);
  -- An admin need not be a shopper, so there is no row to lock: two requests with one key stand in line here.
  perform pg_advisory_xact_lock(hashtextextended(p_admin_id::text || ' ' || p_idempotency_key, 0));
  v_answer := private.kept_answer(p_admin_id, p_idempotency_key, p_body_hash, clock_timestamp());
  if v_answer is not null then
    return v_answer || jsonb_build_object('serverNow', clock_timestamp());
  end if;
  v_answer := private.admin_change(p_change, p_args, p_admin_id);
  if v_answer is null then
    perform private.raise_invalid_request('p_change names no change of admins');
  end if;
  if private.changed_something(p_change, v_answer) then
    -- An order has an address in it: whoever asks again reads it anew.
    perform private.keep_answer(
      p_admin_id, p_idempotency_key, p_body_hash, v_answer - 'serverNow' - 'order', clock_timestamp());
  end if;
  return v_answer;
end;
$function$;
comment on function public.admin_once(pg_catalog.text,pg_catalog.jsonb,pg_catalog.uuid,pg_catalog.text,pg_catalog.text) is 'Does a change of an admin once for a key: p_change is the name of one of the functions admin_release_reservation, admin_save_product, admin_save_variant, admin_save_picture, admin_adjust_stock, admin_set_safety_stock, admin_import_stock, admin_save_settings, admin_repair_stock, cancel_order, mark_shipped, decide_restock and retry_refund, p_args its arguments by name ({p_…}; who acts is p_admin_id, whatever they say). Answers as that function does. What changed something is answered again for 24 hours to the same key of the same admin, without its order; with another p_body_hash the outcome is idempotency_mismatch, and nothing changes; a refusal, a preview or a dry run keeps nothing. Safe to repeat: that is what it is for. Locks the key, then as that function does. Raises HF001 for a malformed key, without an admin or for another name, and what that function raises.';
grant execute on function public.admin_once(text,jsonb,uuid,text,text) to service_role;

CREATE OR REPLACE FUNCTION public.admin_overview(p_hours integer DEFAULT 24)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_now timestamptz := statement_timestamp();
  v_since timestamptz := v_now - make_interval(hours => p_hours);
  v_figures jsonb;
  v_ended numeric;
begin
  if p_hours is null or p_hours not between 1 and 720 then
    perform private.raise_invalid_request('p_hours is 1 to 720');
  end if;
  v_figures := public.reservation_stats(make_interval(hours => p_hours));
  v_ended := (v_figures ->> 'confirmed')::numeric + (v_figures ->> 'released')::numeric
             + (v_figures ->> 'expired')::numeric;
  return v_figures || jsonb_build_object(
    'conversion', case when v_ended > 0 then round((v_figures ->> 'confirmed')::numeric / v_ended, 4) end,
    'live', (
      select jsonb_build_object(
        'activeHolds', count(*) filter (where r.status = 'active' and r.expires_at > v_now),
        'activeUnits', coalesce(sum(r.quantity) filter (where r.status = 'active' and r.expires_at > v_now), 0),
        'payingHolds', count(*) filter (where r.status = 'paying'),
        'payingUnits', coalesce(sum(r.quantity) filter (where r.status = 'paying'), 0),
        'lapsedHolds', count(*) filter (where r.status = 'active' and r.expires_at <= v_now))
      from public.reservations as r where r.status in ('active', 'paying')),
    'unit', case when p_hours <= 48 then 'hour' else 'day' end,
    'series', private.holds_over_time(v_since, v_now, case when p_hours <= 48 then 'hour' else 'day' end),
    'products', private.demand_by_product(v_since, v_now));
end;
$function$;
comment on function public.admin_overview(integer) is 'Figures of the holds made within p_hours: what reservation_stats answers, and {conversion: sold of all that ended, 0 to 1, null where none ended; live: holds and units now; unit: hour or day; series: [{at, made, confirmed, released, expired}]; products: [{productId, name, refusedRequests, refusedUnits, blockedUnitHours}]}. Reads every hold: for operators. Locks nothing. Raises HF001 for hours outside 1..720.';
grant execute on function public.admin_overview(integer) to service_role;

CREATE OR REPLACE FUNCTION public.admin_products()
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_now timestamptz := statement_timestamp();
begin
  return jsonb_build_object(
    'serverNow', v_now,
    'products', (select coalesce(jsonb_agg(private.admin_product(p, v_now) order by p.position, p.slug), '[]')
                 from public.products as p));
end;
$function$;
comment on function public.admin_products() is 'Every product, published or not, with its variants, in the shop''s order: {serverNow, products}. Locks nothing.';
grant execute on function public.admin_products() to service_role;

CREATE OR REPLACE FUNCTION public.admin_release_reservation(p_reservation_id uuid, p_reason text, p_admin_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '3s'
AS $function$
declare
  v_hold public.reservations;
  v_now timestamptz;
begin
  perform private.check_reason(p_admin_id, p_reason);
  select * into v_hold from public.reservations as r where r.id = p_reservation_id;
  if not found then
    return jsonb_build_object('outcome', 'not_found', 'serverNow', clock_timestamp());
  end if;
  -- Whoever changes a hold has its level's lock; which level it is never changes.
  perform 1 from public.stock_levels as s
  where s.variant_id = v_hold.variant_id and s.location_id = v_hold.location_id for no key update;
  v_now := clock_timestamp();
  select * into v_hold from public.reservations as r where r.id = p_reservation_id;
  if v_hold.status = 'paying' then
    return jsonb_build_object('outcome', 'payment_open', 'serverNow', v_now);
  end if;
  if v_hold.status = 'active' and v_hold.expires_at <= v_now then
    perform private.mark_expired(array[v_hold.id], v_now);
    v_hold.status := 'expired';
  end if;
  if v_hold.status <> 'active' then
    return jsonb_build_object('outcome', 'ended', 'status', v_hold.status, 'serverNow', v_now);
  end if;
  perform private.act_as_admin(p_admin_id, 'release', p_reason);
  update public.reservations as r set status = 'released', ended_at = v_now, is_withdrawn = true
  where r.id = v_hold.id and r.status = 'active';
  perform private.note_admin('reservation', v_hold.id);
  perform private.end_acting();
  return jsonb_build_object('outcome', 'released', 'serverNow', v_now,
                            'reservation', private.admin_holds(array[v_hold.id], v_now) -> 0);
end;
$function$;
comment on function public.admin_release_reservation(pg_catalog.uuid,pg_catalog.text,pg_catalog.uuid) is 'Takes an active hold back, with a reason; its shopper sees it as withdrawn. Answers {outcome: released {reservation} | payment_open (its payment comes first) | ended {status} | not_found, serverNow}. A lapsed one is marked expired and has ended. Locks the level. Safe to repeat: an ended hold stays as it is. Raises HF001 without an admin or a reason.';
grant execute on function public.admin_release_reservation(uuid,text,uuid) to service_role;

CREATE OR REPLACE FUNCTION public.admin_repair_stock(p_dry_run boolean, p_admin_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '3s'
AS $function$
declare
  v_answer jsonb;
begin
  if p_admin_id is null then
    perform private.raise_invalid_request('p_admin_id says who');
  end if;
  v_answer := public.repair_stock_consistency(p_dry_run);
  if not p_dry_run and v_answer -> 'findings' <> '[]' then
    perform private.act_as_admin(p_admin_id, 'repair');
    perform private.note_admin('stock', null, null, v_answer -> 'findings');
    perform private.end_acting();
  end if;
  return v_answer || jsonb_build_object('serverNow', clock_timestamp());
end;
$function$;
comment on function public.admin_repair_stock(boolean,pg_catalog.uuid) is 'repair_stock_consistency, with the admin who asked for it in admin_trail where there was something to mend. Answers {dryRun, findings: each with repaired, serverNow}. Locks as that one does. Safe to repeat. Raises HF001 without an admin, or where p_dry_run is null.';
grant execute on function public.admin_repair_stock(boolean,uuid) to service_role;

CREATE OR REPLACE FUNCTION public.admin_reservation(p_reservation_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_now timestamptz := statement_timestamp();
  v_hold public.reservations;
begin
  select * into v_hold from public.reservations as r where r.id = p_reservation_id;
  if not found then
    return jsonb_build_object('outcome', 'not_found', 'serverNow', v_now);
  end if;
  return jsonb_build_object(
    'outcome', 'found', 'serverNow', v_now,
    'reservation', private.admin_holds(array[v_hold.id], v_now) -> 0,
    'replacedBy', (select r.id from public.reservations as r
                   where r.shopper_id = v_hold.shopper_id and r.variant_id = v_hold.variant_id
                     and r.replaces_id = v_hold.id limit 1),
    'timeline', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'at', t.at, 'actor', private.shown_actor(t.actor), 'cause', t.cause, 'adminId', a.admin_id, 'reason', a.reason,
        'before', case when t.old_status is not null then jsonb_build_object(
          'status', t.old_status, 'quantity', t.old_quantity, 'expiresAt', t.old_expires_at,
          'shopperId', t.old_shopper_id) end,
        'after', case when t.new_status is not null then jsonb_build_object(
          'status', t.new_status, 'quantity', t.new_quantity, 'expiresAt', t.new_expires_at,
          'shopperId', t.new_shopper_id) end) order by t.at, t.id), '[]')
      from public.reservation_trail as t
      left join lateral (
        -- An admin can end a hold once.
        select n.admin_id, n.reason from public.admin_trail as n
        where n.entity_id = t.reservation_id and n.entity = 'reservation' order by n.id limit 1
      ) as a on t.actor = 'admin'
      -- The key of the trail begins with the variant. Its clock may run a moment behind what the hold was told.
      where t.variant_id = v_hold.variant_id and t.at >= v_hold.created_at - interval '1 minute'
        and t.reservation_id = v_hold.id));
end;
$function$;
comment on function public.admin_reservation(pg_catalog.uuid) is 'One hold with its whole timeline from the trail, oldest first: {outcome: found | not_found, serverNow, reservation, replacedBy: the hold that took its units again, timeline: [{at, actor, cause, adminId, reason, before, after: {status, quantity, expiresAt, shopperId}}]}. Locks nothing.';
grant execute on function public.admin_reservation(uuid) to service_role;

CREATE OR REPLACE FUNCTION public.admin_reservations(p_state text DEFAULT NULL::text, p_variant_id uuid DEFAULT NULL::uuid, p_shopper_id uuid DEFAULT NULL::uuid, p_before uuid DEFAULT NULL::uuid, p_limit integer DEFAULT 50)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_now timestamptz := statement_timestamp();
  v_ids uuid[];
begin
  if p_limit is null or p_limit not between 1 and 200 then
    perform private.raise_invalid_request('p_limit is 1 to 200 holds');
  end if;
  if p_state not in ('active', 'lapsed', 'paying', 'confirmed', 'released', 'expired') then
    perform private.raise_invalid_request('p_state is unknown');
  end if;
  v_ids := array(
    select r.id from public.reservations as r
    where (p_before is null or r.id < p_before)
      and (p_variant_id is null or r.variant_id = p_variant_id)
      and (p_shopper_id is null or r.shopper_id = p_shopper_id)
      and (p_state is null
           or r.status::text = case p_state when 'lapsed' then 'active' else p_state end
              and (p_state not in ('active', 'lapsed') or (r.expires_at <= v_now) = (p_state = 'lapsed')))
    -- Ids of holds are in the order of time: no index on the time is needed, which every hold would have to pay.
    order by r.id desc limit p_limit + 1);
  return jsonb_build_object(
    'serverNow', v_now, 'reservations', private.admin_holds(v_ids[:p_limit], v_now),
    'next', case when cardinality(v_ids) > p_limit then v_ids[p_limit] end);
end;
$function$;
comment on function public.admin_reservations(pg_catalog.text,pg_catalog.uuid,pg_catalog.uuid,pg_catalog.uuid,integer) is 'Holds, newest first, at most p_limit: of a state (active and lapsed are told apart by the clock), a variant, a shopper. {serverNow, reservations, next: pass it as p_before for the following page; null at the end}. Holds that somebody typed have random ids and stand anywhere. Locks nothing. Raises HF001 for an unknown state or a limit outside 1..200.';
grant execute on function public.admin_reservations(text,uuid,uuid,uuid,integer) to service_role;

CREATE OR REPLACE FUNCTION public.admin_save_picture(p_content text, p_admin_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '3s'
AS $function$
declare
  v_content bytea;
  v_is_new boolean;
  v_path text;
begin
  if p_content is null or p_admin_id is null then
    perform private.raise_invalid_request('p_content is the file, and p_admin_id says who');
  end if;
  v_content := decode(p_content, 'base64');
  if octet_length(v_content) > 2097152 then
    return jsonb_build_object('outcome', 'too_large', 'serverNow', clock_timestamp());
  end if;
  begin
    insert into public.product_pictures (content, admin_id) values (v_content, p_admin_id) on conflict (hash) do nothing;
    v_is_new := found;
  exception when not_null_violation then
    return jsonb_build_object('outcome', 'not_a_picture', 'serverNow', clock_timestamp());
  end;
  select '/pictures/' || c.hash || '.' || c.type into v_path
  from public.product_pictures as c where c.hash = encode(sha256(v_content), 'hex');
  if v_is_new then
    perform private.act_as_admin(p_admin_id, 'upload');
    perform private.note_admin('picture', null, null, jsonb_build_object(
      'imagePath', v_path, 'bytes', octet_length(v_content)));
    perform private.end_acting();
  end if;
  return jsonb_build_object('outcome', 'saved', 'serverNow', clock_timestamp(), 'imagePath', v_path);
end;
$function$;
comment on function public.admin_save_picture(pg_catalog.text,pg_catalog.uuid) is 'Keeps a picture: p_content is the file in base64, a PNG, JPEG, WebP or AVIF of at most 2 MiB by what is in it. Answers {outcome: saved {imagePath: where the shop serves it} | not_a_picture | too_large, serverNow}. Locks nothing but the row that it writes. Idempotent: the same file has the same path, and is kept once. Raises HF001 without a file or an admin, 22023 for what is no base64.';
grant execute on function public.admin_save_picture(text,uuid) to service_role;

CREATE OR REPLACE FUNCTION public.admin_save_product(p_product jsonb, p_admin_id uuid, p_product_id uuid DEFAULT NULL::uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '3s'
AS $function$
declare
  v_now timestamptz;
  v_product public.products;
  v_is_published boolean := (p_product ->> 'isPublished')::boolean;
begin
  if p_product is null or p_admin_id is null then
    perform private.raise_invalid_request('p_product says what, and p_admin_id who');
  end if;
  if p_product_id is not null then
    select * into v_product from public.products as p where p.id = p_product_id for no key update;
    if not found then
      return jsonb_build_object('outcome', 'not_found', 'serverNow', clock_timestamp());
    end if;
  end if;
  v_now := clock_timestamp();
  if v_is_published and not exists (select 1 from public.variants as v where v.product_id = p_product_id) then
    return jsonb_build_object('outcome', 'no_variants', 'serverNow', v_now);
  end if;
  perform private.act_as_admin(p_admin_id, case when p_product_id is null then 'create' else 'edit' end);
  -- What is left out stays as it is; a new product has it as the table says.
  v_product.id := coalesce(v_product.id, gen_random_uuid());
  v_product.slug := coalesce(p_product ->> 'slug', v_product.slug);
  v_product.name := coalesce(p_product ->> 'name', v_product.name);
  v_product.tagline := coalesce(p_product ->> 'tagline', v_product.tagline, '');
  v_product.description := coalesce(p_product ->> 'description', v_product.description, '');
  v_product.image_path := coalesce(p_product ->> 'imagePath', v_product.image_path);
  v_product.image_alt := coalesce(p_product ->> 'imageAlt', v_product.image_alt);
  v_product.position := coalesce((p_product ->> 'position')::integer, v_product.position, 0);
  v_product.hold_seconds := case when p_product ? 'holdSeconds' then (p_product ->> 'holdSeconds')::integer
                                 else v_product.hold_seconds end;
  v_product.created_at := coalesce(v_product.created_at, v_now);
  v_product.published_at := case
    when v_is_published is null then v_product.published_at
    -- What somebody has announced for later stays announced.
    when not v_is_published then case when v_product.published_at > v_now then v_product.published_at end
    -- Published is published: since when it was, stays.
    else least(v_product.published_at, v_now) end;
  begin
    insert into public.products select v_product.*
    on conflict (id) do update
    set slug = excluded.slug, name = excluded.name, tagline = excluded.tagline, description = excluded.description,
        image_path = excluded.image_path, image_alt = excluded.image_alt, position = excluded.position,
        hold_seconds = excluded.hold_seconds, published_at = excluded.published_at;
  exception when unique_violation then
    perform private.end_acting();
    return jsonb_build_object('outcome', 'slug_taken', 'serverNow', v_now);
  end;
  perform private.end_acting();
  return jsonb_build_object('outcome', 'saved', 'serverNow', v_now, 'product', private.admin_product(v_product, v_now));
end;
$function$;
comment on function public.admin_save_product(pg_catalog.jsonb,pg_catalog.uuid,pg_catalog.uuid) is 'Makes a product (p_product_id null) or edits one: p_product {slug, name, tagline, description, imagePath, imageAlt, position, holdSeconds (null: tier and store decide), isPublished}; what is left out stays. Answers {outcome: saved {product} | slug_taken | no_variants (nothing to sell yet, so nothing to publish) | not_found, serverNow}. Holds keep what applied when they were made. Locks the product. Not idempotent where it makes one: the slug is taken the second time. Raises HF001 without product or admin.';
grant execute on function public.admin_save_product(jsonb,uuid,uuid) to service_role;

CREATE OR REPLACE FUNCTION public.admin_save_settings(p_settings jsonb, p_admin_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '3s'
AS $function$
declare
  v_unknown text;
begin
  if p_settings is null or jsonb_typeof(p_settings) <> 'object' or p_admin_id is null then
    perform private.raise_invalid_request('p_settings says what, and p_admin_id who');
  end if;
  select k.name into v_unknown from jsonb_object_keys(p_settings) as k (name)
  where not private.settings_as_json() ? k.name limit 1;
  if found then
    perform private.raise_invalid_request('no setting is called ' || v_unknown);
  end if;
  perform private.act_as_admin(p_admin_id, 'settings');
  -- What is left out stays.
  with given as (select private.settings_as_json() || p_settings as g)
  update public.store_settings as s
  set hold_seconds = (g ->> 'holdSeconds')::integer, vip_hold_seconds = (g ->> 'vipHoldSeconds')::integer,
      max_hold_turns = (g ->> 'maxHoldTurns')::integer, max_units_per_line = (g ->> 'maxUnitsPerLine')::integer,
      max_units_per_variant = (g ->> 'maxUnitsPerVariant')::integer,
      max_units_per_shopper = (g ->> 'maxUnitsPerShopper')::integer,
      max_holds_per_minute = (g ->> 'maxHoldsPerMinute')::integer,
      shown_stock_limit = (g ->> 'shownStockLimit')::integer, low_stock_at = (g ->> 'lowStockAt')::integer,
      low_stock_clears_at = (g ->> 'lowStockClearsAt')::integer,
      lapsed_shown_seconds = (g ->> 'lapsedShownSeconds')::integer,
      trail_kept_days = (g ->> 'trailKeptDays')::integer,
      merged_guest_seconds = (g ->> 'mergedGuestSeconds')::integer,
      max_unconverted_holds = (g ->> 'maxUnconvertedHolds')::integer,
      unconverted_window_seconds = (g ->> 'unconvertedWindowSeconds')::integer,
      cool_down_seconds = (g ->> 'coolDownSeconds')::integer,
      max_share_per_address_percent = (g ->> 'maxSharePerAddressPercent')::integer,
      min_units_per_address = (g ->> 'minUnitsPerAddress')::integer,
      max_units_per_address = (g ->> 'maxUnitsPerAddress')::integer,
      max_requests_per_address = (g ->> 'maxRequestsPerAddress')::integer,
      shipping_cents = (g ->> 'shippingCents')::integer,
      payment_window_seconds = (g ->> 'paymentWindowSeconds')::integer,
      max_paying_seconds = (g ->> 'maxPayingSeconds')::integer,
      min_returned_seconds = (g ->> 'minReturnedSeconds')::integer
  from given where s.is_only_row;
  perform private.end_acting();
  return jsonb_build_object('outcome', 'saved', 'serverNow', clock_timestamp(),
                            'settings', private.settings_as_json());
end;
$function$;
comment on function public.admin_save_settings(pg_catalog.jsonb,pg_catalog.uuid) is 'Changes durations and caps; what is left out stays. Holds keep what applied when they were made. Answers {outcome: saved, serverNow, settings}. Locks the settings'' row. Idempotent. Raises HF001 for an unknown name or without an admin, 23514 for a value that the table refuses.';
grant execute on function public.admin_save_settings(jsonb,uuid) to service_role;

CREATE OR REPLACE FUNCTION public.admin_save_variant(p_variant jsonb, p_admin_id uuid, p_variant_id uuid DEFAULT NULL::uuid, p_product_id uuid DEFAULT NULL::uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '3s'
AS $function$
declare
  v_now timestamptz := clock_timestamp();
  v_variant public.variants;
  v_product public.products;
begin
  if p_variant is null or p_admin_id is null then
    perform private.raise_invalid_request('p_variant says what, and p_admin_id who');
  end if;
  if p_variant_id is not null then
    select * into v_variant from public.variants as v where v.id = p_variant_id for no key update;
  end if;
  select * into v_product from public.products as p where p.id = coalesce(v_variant.product_id, p_product_id);
  if v_product.id is null or (p_variant_id is not null and v_variant.id is null) then
    return jsonb_build_object('outcome', 'not_found', 'serverNow', v_now);
  end if;
  perform private.act_as_admin(p_admin_id, case when p_variant_id is null then 'create' else 'edit' end);
  begin
    if p_variant_id is null then
      insert into public.variants (product_id, sku, name, price_cents, currency, position)
      values (p_product_id, p_variant ->> 'sku', p_variant ->> 'name', (p_variant ->> 'priceCents')::integer,
              -- One cart is paid in one currency: the shop's.
              (select t.shop_currency from public.store_settings as t),
              coalesce((p_variant ->> 'position')::integer, 0))
      returning * into v_variant;
      -- Kept, with nothing there yet, at the place that is asked first.
      insert into public.stock_levels (variant_id, location_id)
      select v_variant.id, l.id from public.locations as l order by l.priority, l.id limit 1;
    else
      update public.variants as v
      set sku = coalesce(p_variant ->> 'sku', v.sku), name = coalesce(p_variant ->> 'name', v.name),
          price_cents = coalesce((p_variant ->> 'priceCents')::integer, v.price_cents),
          position = coalesce((p_variant ->> 'position')::integer, v.position)
      where v.id = p_variant_id;
    end if;
  exception when unique_violation then
    perform private.end_acting();
    return jsonb_build_object('outcome', 'sku_taken', 'serverNow', v_now);
  end;
  perform private.end_acting();
  return jsonb_build_object('outcome', 'saved', 'serverNow', v_now, 'variantId', v_variant.id,
                            'product', private.admin_product(v_product, v_now));
end;
$function$;
comment on function public.admin_save_variant(pg_catalog.jsonb,pg_catalog.uuid,pg_catalog.uuid,pg_catalog.uuid) is 'Makes a variant of p_product_id (p_variant_id null), kept with 0 units at the first location, or edits one: p_variant {sku, name, priceCents, position}; what is left out stays. The currency is the shop''s. Answers {outcome: saved {variantId, product} | sku_taken | not_found, serverNow}. A new price is what carts show from now on; orders keep theirs. Locks the variant. Not idempotent where it makes one: the SKU is taken the second time. Raises HF001 without variant or admin.';
grant execute on function public.admin_save_variant(jsonb,uuid,uuid,uuid) to service_role;

CREATE OR REPLACE FUNCTION public.admin_set_safety_stock(p_variant_id uuid, p_location_id uuid, p_safety_stock integer, p_admin_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '3s'
AS $function$
begin
  if p_admin_id is null or p_safety_stock is null or p_safety_stock < 0 then
    perform private.raise_invalid_request('p_safety_stock is 0 or more units, and p_admin_id says who');
  end if;
  perform private.act_as_admin(p_admin_id, 'safety_stock');
  update public.stock_levels as s set safety_stock = p_safety_stock
  where s.variant_id = p_variant_id and s.location_id = p_location_id;
  if not found then
    perform private.end_acting();
    return jsonb_build_object('outcome', 'not_found', 'serverNow', clock_timestamp());
  end if;
  perform private.note_admin('stock_level', p_variant_id, null,
                             jsonb_build_object('locationId', p_location_id, 'safetyStock', p_safety_stock));
  perform private.end_acting();
  return jsonb_build_object('outcome', 'saved', 'serverNow', clock_timestamp(), 'safetyStock', p_safety_stock);
end;
$function$;
comment on function public.admin_set_safety_stock(pg_catalog.uuid,pg_catalog.uuid,integer,pg_catalog.uuid) is 'Sets how many units new holds leave alone at a level; what is held already stays held. Answers {outcome: saved | not_found, serverNow}. Locks the level. Idempotent. Raises HF001 without an admin or for less than 0.';
grant execute on function public.admin_set_safety_stock(uuid,uuid,integer,uuid) to service_role;

CREATE OR REPLACE FUNCTION public.admin_settings()
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  return jsonb_build_object('serverNow', statement_timestamp(), 'settings', private.settings_as_json());
end;
$function$;
comment on function public.admin_settings() is 'The durations and caps of the store: {serverNow, settings}. Locks nothing.';
grant execute on function public.admin_settings() to service_role;

CREATE OR REPLACE FUNCTION public.admin_stock()
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  return jsonb_build_object(
    'serverNow', statement_timestamp(),
    'lowStockAt', (select t.low_stock_at from public.store_settings as t),
    'levels', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'variantId', a.variant_id, 'locationId', a.location_id, 'sku', a.sku, 'productName', a.product_name,
        'variantName', a.variant_name, 'locationCode', a.location_code, 'onHand', a.on_hand, 'reserved', a.reserved,
        'lapsedUnits', a.lapsed_units, 'safetyStock', a.safety_stock, 'available', a.available)
        order by p.position, p.slug, v.position, v.sku, l.priority, l.code), '[]')
      from public.stock_availability as a
      join public.variants as v on v.id = a.variant_id
      join public.products as p on p.id = v.product_id
      join public.locations as l on l.id = a.location_id),
    'locations', (
      select coalesce(jsonb_agg(jsonb_build_object('id', l.id, 'code', l.code, 'name', l.name)
                                order by l.priority, l.code), '[]')
      from public.locations as l));
end;
$function$;
comment on function public.admin_stock() is 'Every stock level with what it can give now, in units, and every location in the order in which they are asked: {serverNow, lowStockAt, levels, locations}. Locks nothing.';
grant execute on function public.admin_stock() to service_role;

CREATE OR REPLACE FUNCTION public.admin_sweep_runs(p_before bigint DEFAULT NULL::bigint, p_limit integer DEFAULT 50)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  if p_limit is null or p_limit not between 1 and 200 then
    perform private.raise_invalid_request('p_limit is 1 to 200 runs');
  end if;
  return (
    with run as (
      select w.*, row_number() over (order by w.id desc) as place from public.sweep_runs as w
      where p_before is null or w.id < p_before order by w.id desc limit p_limit + 1
    )
    select jsonb_build_object(
      'serverNow', statement_timestamp(),
      'runs', coalesce(jsonb_agg(jsonb_build_object(
        'id', r.id, 'startedAt', r.started_at, 'milliseconds',
        round(extract(epoch from r.finished_at - r.started_at) * 1000)::integer,
        'expired', r.expired, 'units', r.units, 'more', r.is_more) order by r.id desc)
        filter (where r.place <= p_limit), '[]'),
      'next', case when count(*) > p_limit then min(r.id) filter (where r.place <= p_limit) end)
    from run as r);
end;
$function$;
comment on function public.admin_sweep_runs(bigint,integer) is 'Runs of the sweep, the last one first, at most p_limit: {serverNow, runs: [{id, startedAt, milliseconds, expired: holds, units, more}], next: pass it as p_before for the following page; null at the end}. Locks nothing. Raises HF001 for a limit outside 1..200.';
grant execute on function public.admin_sweep_runs(bigint,integer) to service_role;

CREATE OR REPLACE FUNCTION public.admin_variant_timeline(p_variant_id uuid, p_at timestamp with time zone DEFAULT NULL::timestamp with time zone, p_minutes integer DEFAULT 60, p_limit integer DEFAULT 200)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_now timestamptz := statement_timestamp();
  v_at timestamptz := least(coalesce(p_at, v_now), v_now);
  v_span interval := make_interval(mins => p_minutes);
  v_variant record;
  v_events jsonb;
  v_count bigint;
begin
  if p_minutes is null or p_minutes not between 1 and 1440 or p_limit is null or p_limit not between 1 and 500 then
    perform private.raise_invalid_request('p_minutes is 1 to 1440, p_limit 1 to 500 events');
  end if;
  select v.id, v.sku, v.name, v.product_id, p.name as product_name, p.published_at into v_variant
  from public.variants as v join public.products as p on p.id = v.product_id where v.id = p_variant_id;
  if not found then
    return jsonb_build_object('outcome', 'not_found', 'serverNow', v_now);
  end if;
  with event as (
    select t.at, t.id, t.actor, t.cause, t.entity, t.entity_id, t.before, t.after,
           case when t.actor = 'admin' then (
             select a.reason from public.admin_trail as a
             where a.entity_id = t.entity_id and a.entity = 'reservation' order by a.id limit 1) end as reason
    from public.audit_log as t
    where t.variant_id = p_variant_id and t.entity = 'reservation' and t.at between v_at - v_span and v_at + v_span
    union all
    select t.at, t.id, t.actor, t.cause, 'stock_level', null, t.before, t.after, m.reason
    from public.stock_trail as t
    left join lateral (
      -- The ledger has what was said; it is written in the same statement.
      select o.reason from public.stock_movements as o
      where o.variant_id = t.variant_id and o.location_id = t.location_id
        and o.at between t.at - interval '1 second' and t.at + interval '1 second'
        and o.on_hand_after = (t.after ->> 'onHand')::integer
        and o.delta = coalesce((t.after ->> 'onHand')::integer, 0) - coalesce((t.before ->> 'onHand')::integer, 0)
      order by o.id limit 1
    ) as m on true
    where t.variant_id = p_variant_id and t.reservation_id is null and t.at between v_at - v_span and v_at + v_span
    union all
    select a.at, a.id, a.actor, a.cause, a.entity, null, a.before, a.after, a.reason
    from public.admin_trail as a
    where a.entity_id in (p_variant_id, v_variant.product_id) and a.entity in ('product', 'variant')
      and a.at between v_at - v_span and v_at + v_span
  ), nearest as (
    select * from event order by abs(extract(epoch from event.at - v_at)) limit p_limit
  )
  select coalesce(jsonb_agg(jsonb_build_object(
           'at', n.at, 'actor', private.shown_actor(n.actor), 'cause', n.cause, 'entity', n.entity, 'reservationId', n.entity_id,
           'reason', n.reason, 'before', n.before, 'after', n.after) order by n.at, n.id), '[]'),
         (select count(*) from event)
  into v_events, v_count
  from nearest as n;
  return jsonb_build_object(
    'outcome', 'found', 'serverNow', v_now, 'at', v_at, 'variantId', v_variant.id, 'sku', v_variant.sku,
    'variantName', v_variant.name, 'productName', v_variant.product_name,
    'isPublished', coalesce(private.published_at(v_variant.product_id, v_at) <= v_at, false),
    'levels', private.levels_at(p_variant_id, v_at), 'events', v_events, 'left', v_count - jsonb_array_length(v_events));
end;
$function$;
comment on function public.admin_variant_timeline(pg_catalog.uuid,timestamp with time zone,integer,integer) is 'Why could this be had, or not, at an instant (null or later than now: now)? {outcome: found | not_found, serverNow, at, variantId, sku, productName, variantName, isPublished, levels: per location, as they were then, in units {locationCode, onHand, safetyStock, heldUnits, holds, payingUnits, payments, lapsedUnits, available}, events: what changed within p_minutes before and after, oldest first, the p_limit nearest, left: how many more there are}. Reads the trail, which is pruned by age. Locks nothing. Raises HF001 for minutes outside 1..1440 or a limit outside 1..500.';
grant execute on function public.admin_variant_timeline(uuid,timestamp with time zone,integer,integer) to service_role;

CREATE OR REPLACE FUNCTION public.cancel_order(p_order_id uuid, p_restock boolean DEFAULT NULL::boolean, p_actor text DEFAULT 'admin'::text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '3s'
AS $function$
declare
  v_payment public.payments;
  v_order public.orders;
  v_refund_id uuid;
  v_outcome text;
  v_lines jsonb;
  v_now timestamptz;
begin
  if coalesce(p_actor, '') = '' then
    perform private.raise_invalid_request('p_actor says who');
  end if;
  perform private.set_cause('admin:cancel');
  v_payment := private.lock_sold_order(p_order_id);
  v_now := clock_timestamp();
  select * into v_order from public.orders as o where o.id = p_order_id;
  v_outcome := case
    when v_order.id is null then 'not_found'
    when v_order.status = 'pending' then 'payment_open'
    when v_order.status <> 'paid' or v_order.cancelled_at is not null then 'already'
    when v_order.shipped_at is not null then 'shipped'
    else 'cancelled' end;
  if v_outcome = 'cancelled' then
    update public.orders as o set cancelled_at = v_now where o.id = p_order_id;
    select coalesce(jsonb_agg(jsonb_build_object(
             'orderLineId', l.id, 'quantity', private.unreturned_units(l.id), 'restock', case p_restock
               when true then 'restocked' when false then 'kept_out' else 'undecided' end)), '[]') into v_lines
    from public.order_lines as l where l.order_id = p_order_id and private.unreturned_units(l.id) > 0;
    if v_lines <> '[]' or private.refundable_cents(v_payment) > 0 then
      v_refund_id := private.write_refund(
        v_payment, private.refundable_cents(v_payment), 'cancelled', p_actor, v_lines, v_now);
    end if;
  end if;
  perform private.set_cause('');
  return jsonb_build_object('outcome', v_outcome, 'serverNow', v_now) || case v_outcome
    when 'not_found' then '{}' when 'payment_open' then jsonb_build_object('paymentId', v_payment.id)
    else jsonb_build_object('refundId', v_refund_id, 'order', private.order_as_json(p_order_id)) end;
end;
$function$;
comment on function public.cancel_order(pg_catalog.uuid,boolean,pg_catalog.text) is 'Takes a paid order back that was not sent yet: all that is left of its money goes back, and its units back on the shelf (p_restock true), not (false), or somebody decides later (null). Answers {serverNow, outcome}: cancelled {refundId, order} | already {order} | shipped {order}: too late, refund it instead | payment_open {paymentId}: end its payment first | not_found. Locks the order, its payment, then the levels. Idempotent. Raises HF001 without an actor.';
grant execute on function public.cancel_order(uuid,boolean,text) to service_role;

CREATE OR REPLACE FUNCTION public.claim_alerts(p_limit integer DEFAULT 20)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '3s'
AS $function$
declare
  v_now timestamptz := clock_timestamp();
  v_ids uuid[];
begin
  if p_limit is null or p_limit not between 1 and 100 then
    perform private.raise_invalid_request('p_limit is 1 to 100 alerts');
  end if;
  v_ids := array(
    select a.id from public.alerts as a
    where a.told_at is null and a.closed_at is null and (a.claimed_until is null or a.claimed_until <= v_now)
    order by a.opened_at, a.id limit p_limit for no key update skip locked);
  -- Who fails to tell it waits longer each time, an hour at most.
  update public.alerts as a
  set attempts = a.attempts + 1, claimed_until = v_now + least(interval '1 hour', interval '1 minute' * 2 ^ least(a.attempts, 6))
  where a.id = any (v_ids);
  return jsonb_build_object('serverNow', v_now, 'alerts', (
    select coalesce(jsonb_agg(jsonb_build_object('alertId', a.id, 'kind', a.kind, 'subject', a.subject,
      'details', a.details, 'openedAt', a.opened_at, 'told', a.told) order by a.opened_at, a.id), '[]')
    from public.alerts as a where a.id = any (v_ids)));
end;
$function$;
comment on function public.claim_alerts(integer) is 'Takes open alerts that nobody was told of yet, oldest first: {serverNow, alerts: [{alertId, kind, subject, details, openedAt, told: ways by which it was told already}]}. Nobody else gets them for a minute, longer after failures. Locks the alerts that it takes, passing over those that somebody has. Safe to repeat. Raises HF001 for a limit outside 1..100.';
grant execute on function public.claim_alerts(integer) to service_role;

CREATE OR REPLACE FUNCTION public.claim_mails(p_limit integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '3s'
AS $function$
declare
  v_now timestamptz := clock_timestamp();
  v_ids uuid[];
begin
  if p_limit is null or p_limit not between 1 and 1000 then
    perform private.raise_invalid_request('p_limit is 1 to 1000 mails');
  end if;
  v_ids := array(
    select m.id from public.outgoing_mails as m join public.orders as o on o.id = m.order_id
    where m.sent_at is null and (m.claimed_until is null or m.claimed_until <= v_now) and o.email is not null
    order by m.created_at limit p_limit for no key update of m skip locked);
  update public.outgoing_mails as m set attempts = m.attempts + 1, claimed_until = v_now + interval '1 minute'
  where m.id = any (v_ids);
  return jsonb_build_object('serverNow', v_now, 'mails', (
    select coalesce(jsonb_agg(jsonb_build_object(
      'mailId', m.id, 'kind', m.kind, 'attempt', m.attempts, 'returnOrigin', p.return_origin,
      'order', private.order_as_json(m.order_id), 'refundId', m.refund_id) order by m.created_at), '[]')
    from public.outgoing_mails as m left join public.payments as p on p.order_id = m.order_id
    where m.id = any (v_ids)));
end;
$function$;
comment on function public.claim_mails(integer) is 'Takes mails to send, oldest first: {serverNow, mails: [{mailId, kind, attempt, order, refundId or null: among order.refunds, returnOrigin: null for orders from elsewhere}]}. Nobody else gets them for a minute. None to an order without an address. Locks the mails that it takes, passing over those that somebody has. Safe to repeat. Raises HF001 for a limit outside 1..1000.';
grant execute on function public.claim_mails(integer) to service_role;

CREATE OR REPLACE FUNCTION public.claim_refunds(p_limit integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '3s'
AS $function$
declare
  v_now timestamptz := clock_timestamp();
  v_ids uuid[];
begin
  if p_limit is null or p_limit not between 1 and 1000 then
    perform private.raise_invalid_request('p_limit is 1 to 1000 refunds');
  end if;
  v_ids := array(
    select f.id from public.refunds as f join public.payments as p on p.id = f.payment_id
    where f.status in ('requested', 'pending') and coalesce(f.payment_intent_id, p.payment_intent_id) is not null
      and (f.claimed_until is null or f.claimed_until <= v_now)
    order by f.created_at limit p_limit for no key update of f skip locked);
  update public.refunds as f
  set claimed_until = v_now + case f.status when 'pending' then interval '1 hour' else interval '1 minute' end
  where f.id = any (v_ids);
  return jsonb_build_object('serverNow', v_now, 'refunds', (
    select coalesce(jsonb_agg(jsonb_build_object(
      'refundId', f.id, 'orderId', f.order_id, 'attempt', f.attempt, 'paymentIntentId', coalesce(f.payment_intent_id, p.payment_intent_id),
      'stripeRefundId', f.stripe_refund_id, 'amountCents', f.amount_cents, 'currency', f.currency) order by f.created_at), '[]')
    from public.refunds as f join public.payments as p on p.id = f.payment_id where f.id = any (v_ids)));
end;
$function$;
comment on function public.claim_refunds(integer) is 'Takes refunds that are to be made at Stripe, oldest first: {serverNow, refunds: [{refundId, orderId, attempt, paymentIntentId, stripeRefundId: null until it is made, amountCents, currency}]}. Nobody else gets them for a minute; those that Stripe works on come up for a look every hour. Failed ones wait for retry_refund; those that did not come by Stripe are nobody''s to claim. Locks the refunds that it takes, passing over those that somebody has. Safe to repeat. Raises HF001 for a limit outside 1..1000.';
grant execute on function public.claim_refunds(integer) to service_role;

CREATE OR REPLACE FUNCTION public.claim_settlements(p_limit integer, p_variant_ids uuid[] DEFAULT NULL::uuid[])
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '3s'
AS $function$
declare
  v_now timestamptz := clock_timestamp();
  v_ids uuid[];
begin
  if p_limit is null or p_limit not between 1 and 1000 then
    perform private.raise_invalid_request('p_limit is 1 to 1000 payments');
  end if;
  v_ids := array(
    select p.id from public.payments as p
    where (p.status = 'open' or (p.status = 'processing' and p_variant_ids is null))
      and p.window_ends_at <= v_now and (p.claimed_until is null or p.claimed_until <= v_now)
      and (p_variant_ids is null or exists (
        select 1 from public.order_lines as l where l.order_id = p.order_id and l.variant_id = any (p_variant_ids)))
    order by p.window_ends_at limit p_limit for no key update skip locked);
  update public.payments as p
  set claimed_until = v_now + case p.status when 'open' then interval '1 minute' else interval '15 minutes' end
  where p.id = any (v_ids);
  return jsonb_build_object('serverNow', v_now, 'payments', (
    select coalesce(jsonb_agg(private.payment_as_json(i.id) order by i.ord), '[]')
    from unnest(v_ids) with ordinality as i (id, ord)));
end;
$function$;
comment on function public.claim_settlements(integer,pg_catalog.uuid[]) is 'Takes payments whose window is over for settling with Stripe, oldest first: {serverNow, payments}. Nobody else gets them for a minute. Those that are processing come up for a look at Stripe every 15 minutes, never with p_variant_ids: that asks only for open ones with these variants, after somebody was refused because of them. Locks the payments that it takes, passing over those that somebody has. Safe to repeat. Raises HF001 for a limit outside 1..1000.';
grant execute on function public.claim_settlements(integer,uuid[]) to service_role;

CREATE OR REPLACE FUNCTION public.count_sign_in_attempt(p_way text, p_email text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '3s'
AS $function$
declare
  -- A code has a million values and lives an hour: ten attempts in a quarter of one find it once in 25,000 tries,
  -- and nobody who mistypes a password needs more.
  c_attempts constant integer := 10;
  c_window constant interval := '15 minutes';
  v_key bytea;
  v_now timestamptz := clock_timestamp();
  v_row public.sign_in_attempts;
begin
  if p_way is null or p_email is null then
    perform private.raise_invalid_request('p_way and p_email say what is attempted');
  end if;
  v_key := sha256(convert_to(p_way || ':' || lower(p_email), 'UTF8'));
  insert into public.sign_in_attempts as a (key, began_at, attempts) values (v_key, v_now, 1)
  on conflict (key) do update
  set began_at = case when a.began_at <= v_now - c_window then v_now else a.began_at end,
      -- Beyond the cap nothing is counted, so that a flood does not run the number over.
      attempts = case when a.began_at <= v_now - c_window then 1 else least(a.attempts + 1, c_attempts + 1) end
  returning * into v_row;
  delete from public.sign_in_attempts as a
  where a.key in (
    select o.key from public.sign_in_attempts as o where o.began_at < v_now - interval '1 hour'
    order by o.began_at limit 10 for update skip locked);
  if v_row.attempts > c_attempts then
    return jsonb_build_object('outcome', 'too_many_attempts', 'retryAfterSeconds',
                              greatest(1, ceil(extract(epoch from v_row.began_at + c_window - v_now)))::integer);
  end if;
  return jsonb_build_object('outcome', 'counted');
end;
$function$;
comment on function public.count_sign_in_attempt(pg_catalog.text,pg_catalog.text) is 'Counts an attempt before it is made, so that a hundred at once are a hundred. p_way: what is attempted, for example password or code; each way has its own count. Answers {outcome: counted | too_many_attempts, with retryAfterSeconds}: at most ten in 15 minutes for one address. Locks that address''s row. Not idempotent: each call counts. Raises HF001 for null.';
grant execute on function public.count_sign_in_attempt(text,text) to service_role;

CREATE OR REPLACE FUNCTION public.count_webhook_failures(p_failures jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '3s'
AS $function$
declare
  v_now timestamptz := clock_timestamp();
begin
  if p_failures is null or jsonb_typeof(p_failures) <> 'array' or jsonb_array_length(p_failures) not between 1 and 6
     or exists (select from jsonb_to_recordset(p_failures) as f (reason text, deliveries integer)
                where f.reason is null or (f.deliveries between 1 and 1000000) is not true) then
    perform private.raise_invalid_request('p_failures is 1 to 6 of {reason, deliveries: 1 to 1000000}');
  end if;
  insert into public.webhook_failures as w (hour, reason, deliveries, last_at)
  select date_trunc('hour', v_now), f.reason, sum(f.deliveries), v_now
  from jsonb_to_recordset(p_failures) as f (reason text, deliveries integer)
  group by f.reason order by f.reason
  on conflict (hour, reason) do update
  set deliveries = w.deliveries + excluded.deliveries, last_at = greatest(w.last_at, excluded.last_at);
  return jsonb_build_object('outcome', 'counted', 'serverNow', v_now);
end;
$function$;
comment on function public.count_webhook_failures(pg_catalog.jsonb) is 'Adds deliveries that were not taken to the counters of this hour: [{reason, deliveries}], at most six. Answers {outcome: counted, serverNow}. Locks their rows, sorted by reason. Not idempotent: repeating it counts again. Raises HF001 for something else, 23514 for a reason that is none.';
grant execute on function public.count_webhook_failures(jsonb) to service_role;

CREATE OR REPLACE FUNCTION public.decide_restock(p_refund_id uuid, p_order_line_id uuid, p_restock boolean, p_quantity integer DEFAULT NULL::integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '3s'
AS $function$
declare
  v_order_id uuid;
  v_line public.refund_lines;
  v_outcome text;
begin
  if p_restock is null or p_quantity < 1 then
    perform private.raise_invalid_request('p_restock is true or false, and p_quantity one unit or more');
  end if;
  select f.order_id into v_order_id from public.refunds as f where f.id = p_refund_id;
  perform private.set_cause('admin:restock');
  perform private.lock_sold_order(v_order_id);
  select * into v_line from public.refund_lines as l where l.refund_id = p_refund_id and l.order_line_id = p_order_line_id;
  v_outcome := case
    when v_line.refund_id is null and (p_quantity is null
         or not private.takes_more_units(p_refund_id, p_order_line_id)) then 'not_found'
    when v_line.refund_id is null and p_quantity > private.unreturned_units(p_order_line_id) then 'exceeds'
    when v_line.restock <> 'undecided' then 'already'
    when p_restock and v_line.quantity > (
      -- The money of a refund that failed may have gone back with another one, and the units with it.
      select s.quantity - coalesce((select sum(o.quantity) from public.refund_lines as o
                                    join public.refunds as f on f.id = o.refund_id
                                    where o.order_line_id = s.id and o.refund_id <> p_refund_id
                                      and (f.status <> 'failed' or o.restock = 'restocked')), 0)
      from public.order_lines as s where s.id = p_order_line_id) then 'exceeds'
    else 'decided' end;
  if v_outcome = 'decided' and v_line.refund_id is null then
    insert into public.refund_lines (refund_id, order_line_id, quantity, restock, decided_at)
    values (p_refund_id, p_order_line_id, p_quantity, case when p_restock then 'restocked' else 'kept_out' end,
            clock_timestamp());
  elsif v_outcome = 'decided' then
    update public.refund_lines as l
    set restock = case when p_restock then 'restocked' else 'kept_out' end, decided_at = clock_timestamp()
    where l.refund_id = p_refund_id and l.order_line_id = p_order_line_id;
  end if;
  perform private.set_cause('');
  return jsonb_build_object('outcome', v_outcome, 'serverNow', clock_timestamp())
    || case v_outcome when 'not_found' then '{}' else jsonb_build_object('order', private.order_as_json(v_order_id)) end;
end;
$function$;
comment on function public.decide_restock(pg_catalog.uuid,pg_catalog.uuid,boolean,integer) is 'Whether refunded units go back on the shelf, once per refund and order line. p_quantity: for a refund that was of money alone (an amount, or made in Stripe''s dashboard), how many units of that line came back with it; where the refund has the line already it is not looked at. Answers {serverNow, outcome, order}: decided | already | exceeds: more than were sold, or they came back with another refund | not_found: no such line, or a refund that failed or is for no units. Locks the order, its payment, then the levels. Idempotent. Raises HF001 for null, or less than one unit.';
grant execute on function public.decide_restock(uuid,uuid,boolean,integer) to service_role;

CREATE OR REPLACE FUNCTION public.erase_account(p_user_id uuid, p_session_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '3s'
AS $function$
declare
  -- Long enough to read what erasing means, short enough that a forgotten window is no way to do it.
  c_fresh constant interval := '15 minutes';
  v_released jsonb;
begin
  if p_user_id is null or p_session_id is null then
    perform private.raise_invalid_request('p_user_id and p_session_id say whose account, and who asks');
  end if;
  if not exists (select 1 from auth.sessions as s
                 where s.id = p_session_id and s.user_id = p_user_id
                   and s.created_at > clock_timestamp() - c_fresh) then
    return jsonb_build_object('outcome', 'sign_in_again');
  end if;
  -- With the guests who became this user: their rows change too, and a sign-in that comes between waits.
  perform 1 from public.shoppers as s where s.id = p_user_id or s.merged_into = p_user_id
  order by s.id for no key update;
  if exists (select 1 from public.reservations as r where r.shopper_id = p_user_id and r.status = 'paying')
     or exists (select 1 from public.payments as p
                where p.shopper_id = p_user_id and p.status in ('open', 'processing')) then
    return jsonb_build_object('outcome', 'payment_open');
  end if;
  perform private.set_cause('system:erase');
  perform private.erase_orders_of(p_user_id);
  v_released := public.release_reservations(p_user_id, null, 'partial');
  update public.shoppers as s set merged_into = null where s.merged_into = p_user_id;
  update public.shoppers as s set tier = 'standard' where s.id = p_user_id;
  delete from public.idempotency_keys as k where k.shopper_id = p_user_id;
  delete from auth.users as u where u.id = p_user_id;
  return jsonb_build_object('outcome', 'erased', 'released', v_released -> 'released');
end;
$function$;
comment on function public.erase_account(pg_catalog.uuid,pg_catalog.uuid) is 'Erases a user of Supabase Auth with all sessions and identities, gives back what they hold, and lets go of the guests they once were. What they bought stays, under an id that nobody has any more and without e-mail and address; an order that has to be sent yet keeps these until it was (erase_due_orders). Asks for the session that does it: one of this user, at most 15 minutes old. Answers {outcome: erased {released} | sign_in_again | payment_open}. Locks shoppers, orders, then levels. Safe to repeat. Raises HF001 for null.';
grant execute on function public.erase_account(uuid,uuid) to service_role;

CREATE OR REPLACE FUNCTION public.erase_due_orders(p_limit integer DEFAULT 500)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '3s'
AS $function$
declare
  v_ids uuid[];
begin
  if p_limit is null or p_limit not between 1 and 10000 then
    perform private.raise_invalid_request('p_limit is 1 to 10000 orders');
  end if;
  v_ids := array(
    select o.id from public.orders as o
    where o.is_erasure_due and o.erased_at is null
      and (o.status <> 'paid' or o.shipped_at is not null or o.cancelled_at is not null)
      -- The last mail first, for three days.
      and not exists (select 1 from public.outgoing_mails as m
                      where m.order_id = o.id and m.sent_at is null and m.created_at > clock_timestamp() - interval '3 days')
    order by o.number limit p_limit for no key update skip locked);
  perform private.set_cause('system:erase');
  perform private.erase_orders(v_ids, clock_timestamp());
  perform private.set_cause('');
  return jsonb_build_object('serverNow', clock_timestamp(), 'erased', cardinality(v_ids),
                            'more', cardinality(v_ids) >= p_limit);
end;
$function$;
comment on function public.erase_due_orders(integer) is 'Clears who an order was for where its account was erased while it had to be sent yet, and it has been sent or ended since: {serverNow, erased: orders, more: call again}. Locks the orders that it takes, passing over those that somebody has. Safe to repeat. Raises HF001 for a limit outside 1..10000.';
grant execute on function public.erase_due_orders(integer) to service_role;

CREATE OR REPLACE FUNCTION public.expire_reservations(p_limit integer DEFAULT 500)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '3s'
AS $function$
declare
  v_now timestamptz := clock_timestamp();
  v_level record;
  v_done record;
  v_expired integer := 0;
  v_units integer := 0;
  v_is_more boolean;
begin
  if p_limit is null or p_limit not between 1 and 10000 then
    perform private.raise_invalid_request('p_limit is 1 to 10000 holds');
  end if;
  -- A level that somebody is working on is left for later. What has lapsed at v_now and is still
  -- active once the level is locked has lapsed for good, so the clock may be read first here.
  for v_level in
    -- Which levels these are is settled before they are locked. Asked of a level while it is being locked, the
    -- condition may hold no longer: then it is left out of what is found, and stays locked all the same.
    with due as materialized (
      select d.variant_id, d.location_id from public.stock_levels as d where d.next_expiry_at <= v_now
    )
    select s.variant_id, s.location_id from due as d
    join public.stock_levels as s on s.variant_id = d.variant_id and s.location_id = d.location_id
    order by s.variant_id, s.location_id
    for no key update of s skip locked
  loop
    v_done := private.expire_lapsed(v_level.variant_id, v_level.location_id, p_limit - v_expired, v_now);
    v_expired := v_expired + v_done.holds;
    v_units := v_units + v_done.units;
    exit when v_expired >= p_limit;
  end loop;
  if not found then
    -- All that has lapsed is on levels where somebody is working, perhaps always. Then the sweep stands in line like
    -- everybody, for one of them, or it would never have its turn. It has locked none, and so can wait for one: which
    -- is settled beforehand here too, or it would wait for the next with the first in its hand.
    begin
      select s.variant_id, s.location_id into v_level from public.stock_levels as s
      where s.next_expiry_at <= v_now order by s.next_expiry_at limit 1;
      if found then
        perform 1 from public.stock_levels as s
        where s.variant_id = v_level.variant_id and s.location_id = v_level.location_id for no key update;
        v_done := private.expire_lapsed(v_level.variant_id, v_level.location_id, p_limit, v_now);
        v_expired := v_done.holds;
        v_units := v_done.units;
      end if;
    exception when lock_not_available then
      v_is_more := true; -- the next run tries again
    end;
  end if;
  v_is_more := coalesce(v_is_more, v_expired >= p_limit);
  perform private.keep_refusals();
  -- Many, because every hold may have left one, and none costs more than its row.
  v_is_more := private.prune_idempotency_keys(5000, v_now) or v_is_more;
  insert into public.sweep_runs (started_at, finished_at, expired, units, is_more)
  values (v_now, clock_timestamp(), v_expired, v_units, v_is_more);
  return jsonb_build_object('serverNow', v_now, 'expired', v_expired, 'units', v_units,
                            'more', v_is_more);
end;
$function$;
comment on function public.expire_reservations(integer) is 'The sweep: marks at most p_limit lapsed holds expired, level by level, takes counted refusals over, prunes answers that were kept for 24 hours (at most 5000) and leaves a row in sweep_runs. Answers {serverNow, expired: holds, units, more: call again}. Takes levels FOR NO KEY UPDATE SKIP LOCKED; where that leaves it nothing, it waits for one, at most 3 s. Nothing waits for it: whoever needs lapsed units takes them. Safe to repeat and to run several times at once. Raises HF001 for a limit outside 1..10000.';
grant execute on function public.expire_reservations(integer) to service_role;

CREATE OR REPLACE FUNCTION public.extend_reservations(p_shopper_id uuid, p_reservation_ids uuid[] DEFAULT NULL::uuid[], p_mode text DEFAULT 'partial'::text, p_idempotency_key text DEFAULT NULL::text, p_body_hash text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '3s'
AS $function$
declare
  v_shopper_id uuid;
  v_ids uuid[] := p_reservation_ids;
  v_now timestamptz;
  v_answers jsonb;
  v_answer jsonb;
begin
  if p_mode is null or p_mode not in ('partial', 'all_or_nothing') then
    perform private.raise_invalid_request('p_mode is partial or all_or_nothing');
  end if;
  if cardinality(p_reservation_ids) > 100 then
    perform private.raise_invalid_request('p_reservation_ids has at most 100 ids');
  end if;
  perform private.check_idempotency_key(p_idempotency_key, p_body_hash);
  perform private.set_cause('shopper:extend');
  v_shopper_id := private.lock_acting_shopper(p_shopper_id);
  v_answer := private.kept_answer(v_shopper_id, p_idempotency_key, p_body_hash, clock_timestamp());
  if v_answer is not null then
    perform private.set_cause('');
    return v_answer || jsonb_build_object('serverNow', clock_timestamp());
  end if;
  perform private.lock_levels(private.variants_of_reservations(v_shopper_id, v_ids));
  v_now := clock_timestamp();
  if v_ids is null then
    select array_agg(r.id order by r.created_at, r.id) into v_ids from public.reservations as r
    where r.shopper_id = v_shopper_id and r.status = 'active';
  end if;

  begin
    v_answers := private.extend_each(v_shopper_id, v_ids, v_now);
    if p_mode = 'all_or_nothing' and private.is_refused(v_answers, array['extended', 'held_again']) then
      raise exception 'all_or_nothing' using errcode = 'HF009';
    end if;
  exception when sqlstate 'HF009' then
    -- The block's writes are rolled back; its locks stay, its answers too.
    select jsonb_agg(case when a.answer ->> 'outcome' in ('extended', 'held_again')
                          then jsonb_build_object('outcome', 'not_attempted', 'reservationId', a.answer -> 'reservationId')
                          else a.answer end order by a.ord)
    into v_answers from jsonb_array_elements(v_answers) with ordinality as a (answer, ord);
  end;
  v_answer := jsonb_build_object('answers', v_answers);
  if private.has_extended(v_answers, v_now) then
    perform private.keep_answer(v_shopper_id, p_idempotency_key, p_body_hash, v_answer, v_now);
  end if;
  perform private.set_cause('');
  return v_answer || jsonb_build_object('serverNow', v_now);
end;
$function$;
comment on function public.extend_reservations(pg_catalog.uuid,pg_catalog.uuid[],pg_catalog.text,pg_catalog.text,pg_catalog.text) is 'Gives holds of one shopper more time: least(now + duration, max_expires_at). p_reservation_ids: at most 100; null: all active ones. p_mode: partial (default), each as it goes; all_or_nothing, one refusal leaves all as they were. Answers {serverNow, answers}, one per id: extended | held_again (it had lapsed and its units were free: a new reservation, replacesId; or a newer one stood in its place already and stays as it is) | expired (it had lapsed and they were not; refusal, available, nextReleaseAt) | extension_limit | payment_open | reservation_ended | reservation_not_found | not_attempted. Locks the shopper, then the levels. Safe to repeat. p_idempotency_key with p_body_hash (both or none): what changed something is answered again for 24 hours; with another hash the outcome is idempotency_mismatch, and nothing changes. Raises HF001 for an unknown mode, more than 100 ids, a malformed key or no shopper.';
grant execute on function public.extend_reservations(uuid,uuid[],text,text,text) to service_role;

CREATE OR REPLACE FUNCTION public.find_money(p_payment_intent_id text)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_order_id uuid;
begin
  if coalesce(p_payment_intent_id, '') = '' then
    perform private.raise_invalid_request('p_payment_intent_id says which money');
  end if;
  v_order_id := coalesce(
    (select p.order_id from public.payments as p
     where p.payment_intent_id = p_payment_intent_id and p.status = 'succeeded'),
    (select f.order_id from public.refunds as f where f.payment_intent_id = p_payment_intent_id));
  return jsonb_build_object('outcome', case when v_order_id is null then 'not_found' else 'found' end,
                            'serverNow', statement_timestamp(), 'orderId', v_order_id);
end;
$function$;
comment on function public.find_money(pg_catalog.text) is 'Of which order money is that Stripe has: {serverNow, outcome, orderId}. found: a payment that succeeded, for whichever checkout it was meant (it may have been entered by hand), or a second payment that goes back | not_found: the books do not account for it. An intent that only stands at an unfinished or ended payment is not accounted for. Locks nothing. Raises HF001 without an intent.';
grant execute on function public.find_money(text) to service_role;

CREATE OR REPLACE FUNCTION public.forget_sign_in_attempts(p_way text, p_email text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '3s'
AS $function$
begin
  if p_way is null or p_email is null then
    perform private.raise_invalid_request('p_way and p_email say what was attempted');
  end if;
  delete from public.sign_in_attempts as a where a.key = sha256(convert_to(p_way || ':' || lower(p_email), 'UTF8'));
  return jsonb_build_object('outcome', 'forgotten');
end;
$function$;
comment on function public.forget_sign_in_attempts(pg_catalog.text,pg_catalog.text) is 'Forgets the attempts of an address: one of them succeeded. Answers {outcome: forgotten}. Locks that address''s row. Idempotent. Raises HF001 for null.';
grant execute on function public.forget_sign_in_attempts(text,text) to service_role;

CREATE OR REPLACE FUNCTION public.get_availability(p_variant_ids uuid[])
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_settings public.store_settings;
  v_now timestamptz := statement_timestamp();
  v_availability jsonb;
begin
  if coalesce(cardinality(p_variant_ids), 0) not between 1 and 1000 then
    perform private.raise_invalid_request('p_variant_ids has 1 to 1000 ids');
  end if;
  select * into strict v_settings from public.store_settings;
  select coalesce(jsonb_agg(private.availability_of(v.id, v_settings, v_now)), '[]') into v_availability
  from public.variants as v
  join public.products as p on p.id = v.product_id and p.published_at <= v_now
  where v.id = any (p_variant_ids);
  return jsonb_build_object('serverNow', v_now, 'availability', v_availability);
end;
$function$;
comment on function public.get_availability(pg_catalog.uuid[]) is 'What is available of these variants: {serverNow, availability: [{variantId, available (units, at most shown_stock_limit), atLeast (there may be more), state: in_stock | low_stock | held (nothing free, others only hold it) | sold_out, nextReleaseAt (with held; null while all of it is being paid)}]}. Unknown and unpublished ids are left out. Locks nothing. Raises HF001 unless there are 1 to 1000 ids.';
grant execute on function public.get_availability(uuid[]) to service_role;

CREATE OR REPLACE FUNCTION public.get_cart(p_shopper_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_now timestamptz := statement_timestamp();
  v_shopper_id uuid := private.acting_shopper(p_shopper_id);
begin
  return (
    with line as materialized (
      select * from private.cart_rows(v_shopper_id, v_now)
    ), live as (
      select coalesce(jsonb_agg(l.hold || l.shown order by l.created_at, l.id), '[]') as lines,
             coalesce(sum(l.quantity), 0) as units, coalesce(sum(l.quantity * l.price_cents::bigint), 0) as cents,
             min(l.currency) as currency,
             md5(coalesce(string_agg(concat_ws(':', l.id, l.quantity, l.price_cents, l.currency), ','
                                     order by l.id), '')) as version
      from line as l where l.is_live
    ), lost as (
      -- The last word on each variant, and once only: not once it was held again, whatever became of that.
      select distinct on (l.variant_id) l.*
      from line as l
      where not l.is_live
        and not exists (select 1 from line as n where n.is_live and n.variant_id = l.variant_id)
        and not exists (
          select 1 from public.reservations as n
          where n.shopper_id = v_shopper_id and n.variant_id = l.variant_id and n.created_at >= l.lost_at
            -- It ended after it began, of course; said, because that is what the index knows.
            and n.status in ('released', 'confirmed') and n.ended_at >= l.lost_at)
        and not exists (
          select 1 from public.reservations as n
          where n.shopper_id = v_shopper_id and n.variant_id = l.variant_id and n.created_at >= l.lost_at
            and n.status = 'paying')
      order by l.variant_id, l.lost_at desc, l.id
    )
    select jsonb_build_object(
      'serverNow', v_now, 'cartVersion', live.version, 'lines', live.lines,
      'lapsed', (select coalesce(jsonb_agg(jsonb_build_object(
                   'reservationId', l.id, 'variantId', l.variant_id, 'quantity', l.quantity,
                   'expiredAt', l.lost_at, 'reason', l.reason) || l.shown order by l.lost_at, l.id), '[]')
                 from lost as l),
      'totalQuantity', live.units, 'totalCents', live.cents, 'currency', live.currency)
    from live);
end;
$function$;
comment on function public.get_cart(pg_catalog.uuid) is 'A shopper''s cart: {serverNow, cartVersion, lines: live active holds, oldest first, lapsed: holds that were lost within lapsed_shown_seconds and not held again, with reason expired or withdrawn, totalQuantity (units), totalCents (minor units), currency}. Whether a hold is live is decided by the clock, not by the sweep. Holds that are being paid belong to their order. Locks nothing.';
grant execute on function public.get_cart(uuid) to service_role;

CREATE OR REPLACE FUNCTION public.get_checkout(p_shopper_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_shopper_id uuid := private.acting_shopper(p_shopper_id);
  v_cart jsonb := public.get_cart(v_shopper_id);
  v_settings public.store_settings;
  v_payment_id uuid;
begin
  select * into strict v_settings from public.store_settings;
  select p.id into v_payment_id from public.payments as p
  where p.shopper_id = v_shopper_id and p.status in ('open', 'processing');
  return jsonb_build_object(
    'serverNow', v_cart -> 'serverNow', 'payment', private.payment_as_json(v_payment_id),
    'quote', jsonb_build_object(
      'cartVersion', v_cart -> 'cartVersion', 'lines', v_cart -> 'lines', 'subtotalCents', v_cart -> 'totalCents',
      'shippingCents', v_settings.shipping_cents,
      'totalCents', (v_cart ->> 'totalCents')::bigint + v_settings.shipping_cents,
      'currency', v_settings.shop_currency));
end;
$function$;
comment on function public.get_checkout(pg_catalog.uuid) is 'What start_checkout would ask for, and the shopper''s unfinished payment: {serverNow, quote: {cartVersion, lines: as get_cart has them, subtotalCents, shippingCents, totalCents, currency}, payment: null where none is open}. Minor units. Locks nothing and promises nothing.';
grant execute on function public.get_checkout(uuid) to service_role;

CREATE OR REPLACE FUNCTION public.get_hold_pause(p_shopper_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_now timestamptz := statement_timestamp();
  v_until timestamptz;
begin
  select s.minute_began_at + interval '1 minute' into v_until
  from public.shoppers as s where s.id = private.acting_shopper(p_shopper_id);
  return jsonb_build_object('serverNow', v_now, 'retryAfterSeconds',
    case when v_until > v_now then ceil(extract(epoch from v_until - v_now))::integer else 1 end);
end;
$function$;
comment on function public.get_hold_pause(pg_catalog.uuid) is 'How long until a shopper who reached max_holds_per_minute may make new holds: {serverNow, retryAfterSeconds: 1 to 60}. Locks nothing.';
grant execute on function public.get_hold_pause(uuid) to service_role;

CREATE OR REPLACE FUNCTION public.get_order(p_order_id uuid, p_shopper_id uuid DEFAULT NULL::uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform 1 from public.orders as o
  where o.id = p_order_id and (p_shopper_id is null or o.shopper_id = private.acting_shopper(p_shopper_id));
  if not found then
    return jsonb_build_object('outcome', 'not_found', 'serverNow', statement_timestamp());
  end if;
  return jsonb_build_object('outcome', 'found', 'serverNow', statement_timestamp(),
                            'order', private.order_as_json(p_order_id));
end;
$function$;
comment on function public.get_order(pg_catalog.uuid,pg_catalog.uuid) is 'Answers found {order} | not_found. With p_shopper_id only the shopper''s own; null: for who has its key, or operates the shop. Locks nothing.';
grant execute on function public.get_order(uuid,uuid) to service_role;

CREATE OR REPLACE FUNCTION public.get_payment(p_payment_id uuid DEFAULT NULL::uuid, p_session_id text DEFAULT NULL::text, p_payment_intent_id text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_payment public.payments;
begin
  if num_nonnulls(p_payment_id, p_session_id, p_payment_intent_id) <> 1 then
    perform private.raise_invalid_request('one of p_payment_id, p_session_id and p_payment_intent_id says which');
  end if;
  select * into v_payment from public.payments as p
  where p.id = p_payment_id or p.session_id = p_session_id or p.payment_intent_id = p_payment_intent_id;
  if not found then
    return jsonb_build_object('outcome', 'not_found', 'serverNow', statement_timestamp());
  end if;
  return jsonb_build_object('outcome', 'found', 'serverNow', statement_timestamp(),
    'payment', private.payment_as_json(v_payment.id), 'order', private.order_as_json(v_payment.order_id));
end;
$function$;
comment on function public.get_payment(pg_catalog.uuid,pg_catalog.text,pg_catalog.text) is 'Answers found {payment, order} | not_found, by our id, the id of the Checkout Session or that of the payment intent. Locks nothing. Raises HF001 unless exactly one is given.';
grant execute on function public.get_payment(uuid,text,text) to service_role;

CREATE OR REPLACE FUNCTION public.get_picture(p_hash text, p_type text)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  return coalesce(
    (select jsonb_build_object('outcome', 'found', 'content', encode(c.content, 'base64'))
     from public.product_pictures as c where c.hash = p_hash and c.type = p_type),
    jsonb_build_object('outcome', 'not_found'));
end;
$function$;
comment on function public.get_picture(pg_catalog.text,pg_catalog.text) is 'One picture by its hash and type: {outcome: found {content: the file in base64} | not_found}. Locks nothing.';
grant execute on function public.get_picture(text,text) to service_role;

CREATE OR REPLACE FUNCTION public.list_orders(p_shopper_id uuid, p_limit integer DEFAULT 20, p_before_number bigint DEFAULT NULL::bigint)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  if p_shopper_id is null or p_limit is null or p_limit not between 1 and 100 then
    perform private.raise_invalid_request('a shopper has an id, and p_limit is 1 to 100 orders');
  end if;
  return (
    select jsonb_build_object('serverNow', statement_timestamp(), 'orders',
      coalesce(jsonb_agg(private.order_as_json(n.id) order by n.number desc), '[]'))
    from (
      select o.id, o.number from public.orders as o
      where o.shopper_id = private.acting_shopper(p_shopper_id) and (p_before_number is null or o.number < p_before_number)
      order by o.number desc limit p_limit
    ) as n);
end;
$function$;
comment on function public.list_orders(pg_catalog.uuid,integer,bigint) is 'A shopper''s orders, newest first: {serverNow, orders}. p_limit: 1 to 100; p_before_number: those before that number. Locks nothing. Raises HF001 for another limit and for no shopper.';
grant execute on function public.list_orders(uuid,integer,bigint) to service_role;

CREATE OR REPLACE FUNCTION public.mark_shipped(p_order_id uuid, p_tracking text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '3s'
AS $function$
declare
  v_order public.orders;
  v_payment public.payments;
  v_outcome text;
begin
  perform private.set_cause('admin:ship');
  select * into v_order from public.orders as o where o.id = p_order_id for no key update;
  select * into v_payment from public.payments as p where p.order_id = p_order_id;
  v_outcome := case
    when v_order.id is null then 'not_found'
    when v_order.shipped_at is not null then 'already'
    when v_order.status <> 'paid' or v_order.cancelled_at is not null
         or (v_payment.received_cents > 0 and private.refundable_cents(v_payment) = 0) then 'not_shippable'
    else 'shipped' end;
  if v_outcome = 'shipped' then
    update public.orders as o set shipped_at = clock_timestamp(), tracking = p_tracking where o.id = p_order_id;
    perform private.write_mail(p_order_id, 'shipped');
  end if;
  perform private.set_cause('');
  return jsonb_build_object('outcome', v_outcome, 'serverNow', clock_timestamp())
    || case v_outcome when 'not_found' then '{}' else jsonb_build_object('order', private.order_as_json(p_order_id)) end;
end;
$function$;
comment on function public.mark_shipped(pg_catalog.uuid,pg_catalog.text) is 'The order was sent off, with a tracking number or without; its shopper is told. Answers {serverNow, outcome, order}: shipped | already | not_shippable: not paid, cancelled, or all its money goes back | not_found. Locks the order. Idempotent.';
grant execute on function public.mark_shipped(uuid,text) to service_role;

CREATE OR REPLACE FUNCTION public.note_event(p_event_id text, p_event_type text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '3s'
AS $function$
begin
  if coalesce(p_event_id, '') = '' then
    perform private.raise_invalid_request('p_event_id says which event');
  end if;
  insert into public.payment_events (event_id, type, outcome) values (p_event_id, coalesce(p_event_type, ''), 'noted')
  on conflict (event_id) do nothing;
  return jsonb_build_object('outcome', case when found then 'noted' else 'duplicate_event' end,
                            'serverNow', clock_timestamp());
end;
$function$;
comment on function public.note_event(pg_catalog.text,pg_catalog.text) is 'Writes down an event that has no effect here. Answers {serverNow, outcome: noted | duplicate_event}. Locks nothing but the event''s row. Idempotent. Raises HF001 without an id.';
grant execute on function public.note_event(text,text) to service_role;

CREATE OR REPLACE FUNCTION public.open_payment(p_shopper_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_id uuid;
begin
  select p.id into v_id from public.payments as p
  where p.shopper_id = private.acting_shopper(p_shopper_id) and p.status in ('open', 'processing');
  if not found then
    return jsonb_build_object('outcome', 'none', 'serverNow', statement_timestamp());
  end if;
  return jsonb_build_object('outcome', 'found', 'serverNow', statement_timestamp(),
                            'payment', private.payment_as_json(v_id));
end;
$function$;
comment on function public.open_payment(pg_catalog.uuid) is 'The shopper''s unfinished payment, open or processing: found {payment} | none. Locks nothing.';
grant execute on function public.open_payment(uuid) to service_role;

CREATE OR REPLACE FUNCTION public.payments_to_reconcile(p_after uuid DEFAULT NULL::uuid, p_limit integer DEFAULT 100)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  if p_limit is null or p_limit not between 1 and 1000 then
    perform private.raise_invalid_request('p_limit is 1 to 1000 payments');
  end if;
  return (
    select jsonb_build_object('serverNow', statement_timestamp(), 'payments', coalesce(jsonb_agg(
      private.payment_as_json(n.id) || jsonb_build_object(
        'receivedCents', n.received_cents, 'receivedCurrency', n.received_currency,
        'orderStatus', o.status, 'refundedCents', o.refunded_cents, 'refunds', private.refunds_as_json(o.id)) order by n.id), '[]'))
    from (
      select p.* from public.payments as p where p_after is null or p.id > p_after order by p.id limit p_limit
    ) as n join public.orders as o on o.id = n.order_id);
end;
$function$;
comment on function public.payments_to_reconcile(pg_catalog.uuid,integer) is 'All payments in the order of their ids, after p_after: {serverNow, payments: each as get_payment has it, with receivedCents, receivedCurrency, orderStatus, refundedCents, refunds}. p_limit: 1 to 1000. Locks nothing. Raises HF001 for another limit.';
grant execute on function public.payments_to_reconcile(uuid,integer) to service_role;

CREATE OR REPLACE FUNCTION public.prune_old_records(p_limit integer DEFAULT 10000)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '3s'
AS $function$
declare
  v_now timestamptz := clock_timestamp();
  v_trail jsonb := private.prune_trail(p_limit);
  v_counters integer;
  v_more boolean;
begin
  delete from public.webhook_failures as w
  where w.ctid in (select o.ctid from public.webhook_failures as o where o.hour < v_now - interval '90 days' limit p_limit);
  get diagnostics v_counters = row_count;
  delete from public.prune_runs as r
  where r.ctid in (select o.ctid from public.prune_runs as o where o.started_at < v_now - interval '400 days' limit p_limit);
  v_more := (v_trail ->> 'more')::boolean or v_counters >= p_limit;
  insert into public.prune_runs (started_at, finished_at, trail_before, trail_rows, counters, is_more)
  values (v_now, greatest(clock_timestamp(), v_now), (v_trail ->> 'before')::timestamptz,
          (v_trail ->> 'pruned')::integer, v_counters, v_more);
  return jsonb_build_object('serverNow', v_now, 'trailBefore', v_trail -> 'before', 'trailRows', v_trail -> 'pruned',
                            'counters', v_counters, 'more', v_more);
end;
$function$;
comment on function public.prune_old_records(integer) is 'Housekeeping once a day or more often: deletes at most p_limit rows of the trail that are older than trail_kept_days (never younger than 30 days; nothing where the setting is null) after adding them to their totals, and counters of webhook failures older than 90 days, and leaves a row in prune_runs. Answers {serverNow, trailBefore: instant or null, trailRows, counters, more: call again}. Callers choose how many, not how old. Locks the rows that it deletes. Safe to repeat and to run several times at once. Raises HF001 for a limit outside 1..100000.';
grant execute on function public.prune_old_records(integer) to service_role;

CREATE OR REPLACE FUNCTION public.prune_sources(p_limit integer DEFAULT 10000)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '3s'
AS $function$
declare
  v_now timestamptz := clock_timestamp();
  v_requests integer;
  v_holders integer;
begin
  if p_limit is null or p_limit not between 1 and 100000 then
    perform private.raise_invalid_request('p_limit is 1 to 100000 rows');
  end if;
  delete from public.source_requests as r
  where (r.source, r.shard) in (
    select o.source, o.shard from public.source_requests as o where o.minute < v_now - interval '2 minutes'
    order by o.source, o.shard limit p_limit for update skip locked);
  get diagnostics v_requests = row_count;
  delete from public.source_holders as h
  where (h.variant_id, h.source, h.shopper_id) in (
    select o.variant_id, o.source, o.shopper_id from public.source_holders as o
    left join public.shoppers as s on s.id = o.shopper_id
    where o.noted_at < v_now - interval '5 minutes'
      and not exists (
        select 1 from public.reservations as r
        where r.shopper_id = coalesce(s.merged_into, o.shopper_id) and r.variant_id = o.variant_id
          and r.status = 'active')
      and not exists (
        select 1 from public.reservations as r
        where r.shopper_id = coalesce(s.merged_into, o.shopper_id) and r.variant_id = o.variant_id
          and r.status = 'paying')
    order by o.variant_id, o.source, o.shopper_id limit p_limit for update of o skip locked);
  get diagnostics v_holders = row_count;
  return jsonb_build_object('serverNow', v_now, 'requests', v_requests, 'holders', v_holders,
                            'more', v_requests >= p_limit or v_holders >= p_limit);
end;
$function$;
comment on function public.prune_sources(integer) is 'Removes what is kept of sources once it says nothing any more: counts of past minutes, and holders who hold nothing. At most p_limit rows of each. Answers {serverNow, requests, holders: rows, more: call again}. Locks the rows that it deletes, sorted, and skips what somebody works on. Safe to repeat. Raises HF001 for a limit outside 1..100000.';
grant execute on function public.prune_sources(integer) to service_role;

CREATE OR REPLACE FUNCTION public.reconcile_stock()
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  return jsonb_build_object('serverNow', statement_timestamp(), 'findings', (
    with finding as (
      -- Invariant 8 broken: money without goods, and without a refund.
      select 'paid_without_stock' as kind, o.id as order_id, p.id as payment_id, null::uuid as refund_id,
             null::uuid as reservation_id
      from public.payments as p join public.orders as o on o.id = p.order_id
      where p.status = 'succeeded' and (
        o.status not in ('paid', 'refunded', 'refunded_out_of_stock')
        or (o.status = 'paid' and exists (
          select 1 from public.order_lines as l left join public.reservations as r on r.id = l.reservation_id
          where l.order_id = o.id and (l.location_id is null or r.status is distinct from 'confirmed')))
        or (o.status <> 'paid' and p.received_cents > 0
            and not exists (
              select 1 from public.refunds as f where f.payment_id = p.id and f.payment_intent_id is null)))
      union all
      select 'stock_without_payment', l.order_id, null, null, r.id
      from public.reservations as r left join public.order_lines as l on l.reservation_id = r.id
      where r.status in ('paying', 'confirmed') and not exists (
        select 1 from public.order_lines as m join public.payments as p on p.order_id = m.order_id
        where m.reservation_id = r.id and p.status = any (case r.status
          when 'paying' then '{open,processing}'::public.payment_status[] else '{succeeded}' end))
      union all
      select 'stock_without_payment', d.order_id, null, null, null from private.drift_of_sales() as d
      union all
      select 'refund_undone', f.order_id, f.payment_id, f.id, null from public.refunds as f
      where f.status <> 'succeeded' and private.has_refund_undone(f.order_id)
      union all
      select 'restock_undecided', o.id, p.id, null::uuid, null::uuid
      from public.orders as o join public.payments as p on p.order_id = o.id
      where exists (select 1 from public.refunds as f where f.order_id = o.id) and private.has_restock_undecided(o.id)
      union all
      select 'payment_overdue', p.order_id, p.id, null, null from public.payments as p
      where p.status = 'open' and p.window_ends_at < statement_timestamp() - interval '10 minutes'
      union all
      select 'mail_unsent', m.order_id, null, m.refund_id, null from public.outgoing_mails as m
      join public.orders as o on o.id = m.order_id and o.email is not null
      where m.sent_at is null and m.created_at < statement_timestamp() - interval '1 hour'
    )
    select coalesce(jsonb_agg(jsonb_build_object(
      'kind', f.kind, 'orderId', f.order_id, 'orderNumber', o.number, 'paymentId', f.payment_id,
      'refundId', f.refund_id, 'reservationId', f.reservation_id) order by f.kind, o.number, f.refund_id), '[]')
    from finding as f left join public.orders as o on o.id = f.order_id));
end;
$function$;
comment on function public.reconcile_stock() is 'What does not fit together between orders, payments, holds and the ledger: {serverNow, findings: [{kind, orderId, orderNumber, paymentId, refundId, reservationId}]}. Kinds: paid_without_stock, stock_without_payment (a hold that is paying or sold without its payment; a sale or a return that the ledger tells otherwise), refund_undone, restock_undecided, payment_overdue (ten minutes after its window), mail_unsent (for an hour). Reads all of them: for those who operate the shop. Locks nothing.';
grant execute on function public.reconcile_stock() to service_role;

CREATE OR REPLACE FUNCTION public.record_alert(p_alert_id uuid, p_told text[], p_error text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '3s'
AS $function$
begin
  update public.alerts as a
  set told = array(select distinct w from unnest(a.told || p_told) as w order by w), last_error = left(p_error, 200),
      told_at = case when p_error is null then coalesce(a.told_at, clock_timestamp()) else a.told_at end
  where a.id = p_alert_id;
  return jsonb_build_object('serverNow', clock_timestamp(), 'outcome', case when found then 'recorded' else 'not_found' end);
end;
$function$;
comment on function public.record_alert(pg_catalog.uuid,pg_catalog.text[],pg_catalog.text) is 'Writes down by which ways an alert was told (webhook, email), and p_error when another way failed; without p_error it is told for good. Answers recorded | not_found. Locks the alert. Idempotent.';
grant execute on function public.record_alert(uuid,text[],text) to service_role;

CREATE OR REPLACE FUNCTION public.record_dispute(p_payment_intent_id text, p_event_id text DEFAULT NULL::text, p_details jsonb DEFAULT '{}'::jsonb, p_event_type text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '3s'
AS $function$
declare
  v_payment public.payments;
  v_outcome text;
begin
  perform private.set_cause('system:dispute');
  perform 1 from public.orders as o
  where o.id = private.order_of_intent(p_payment_intent_id) for no key update;
  select * into v_payment from public.payments as p where p.order_id = private.order_of_intent(p_payment_intent_id);
  v_outcome := case
    when v_payment.id is null then 'not_found'
    when exists (select 1 from public.payment_events as e where e.event_id = p_event_id) then 'duplicate_event'
    else 'recorded' end;
  if v_outcome = 'recorded' then
    update public.orders as o set disputed_at = clock_timestamp() where o.id = v_payment.order_id and o.disputed_at is null;
    perform private.open_alert('dispute', v_payment.id::text,
      coalesce(p_details, '{}') || jsonb_build_object('orderId', v_payment.order_id));
    if p_event_id is not null then
      insert into public.payment_events (event_id, type, payment_id, outcome)
      values (p_event_id, coalesce(p_event_type, ''), v_payment.id, v_outcome) on conflict (event_id) do nothing;
    end if;
  end if;
  perform private.set_cause('');
  return jsonb_build_object('outcome', v_outcome, 'serverNow', clock_timestamp(), 'orderId', v_payment.order_id);
end;
$function$;
comment on function public.record_dispute(pg_catalog.text,pg_catalog.text,pg_catalog.jsonb,pg_catalog.text) is 'Somebody disputes a payment at their bank: the order says so, and an alert is opened. p_details: figures and ids, no personal data. Answers {serverNow, outcome: recorded | duplicate_event | not_found, orderId}. Locks the order. Idempotent.';
grant execute on function public.record_dispute(text,text,jsonb,text) to service_role;

CREATE OR REPLACE FUNCTION public.record_mail(p_mail_id uuid, p_error text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '3s'
AS $function$
declare
  v_now timestamptz := clock_timestamp();
begin
  update public.outgoing_mails as m
  set sent_at = case when p_error is null then v_now end, last_error = p_error,
      -- Twice as long each time, up to an hour.
      claimed_until = case when p_error is not null then
        v_now + least(interval '1 hour', interval '30 seconds' * power(2, least(m.attempts, 10))) end
  where m.id = p_mail_id and m.sent_at is null;
  return jsonb_build_object('serverNow', v_now, 'outcome', case
    when found then 'recorded'
    when exists (select 1 from public.outgoing_mails as m where m.id = p_mail_id) then 'already'
    else 'not_found' end);
end;
$function$;
comment on function public.record_mail(pg_catalog.uuid,pg_catalog.text) is 'A mail was sent, or could not be (p_error): then it comes up again later. Answers {serverNow, outcome: recorded | already | not_found}. Locks the mail. Idempotent.';
grant execute on function public.record_mail(uuid,text) to service_role;

CREATE OR REPLACE FUNCTION public.record_outside_refund(p_payment_intent_id text, p_stripe jsonb, p_event_id text DEFAULT NULL::text, p_event_type text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '3s'
AS $function$
declare
  v_status public.refund_status := private.refund_status_of(p_stripe);
  v_payment public.payments;
  v_refund public.refunds;
  v_outcome text;
  v_now timestamptz;
begin
  if coalesce(p_stripe ->> 'refundId', '') = '' or pg_input_is_valid(p_stripe ->> 'amountCents', 'bigint') is not true
     or p_stripe ->> 'amountCents' like '-%' or not pg_input_is_valid(p_stripe ->> 'refundedCents', 'bigint') then
    perform private.raise_invalid_request('p_stripe has refundId and amountCents, and refundedCents is a number of cents');
  end if;
  perform private.set_cause('system:outside_refund');
  v_payment := private.lock_sold_order(private.order_of_intent(p_payment_intent_id));
  v_now := clock_timestamp();
  select * into v_refund from public.refunds as f
  where f.stripe_refund_id = p_stripe ->> 'refundId'
     -- Somebody gave a second payment back before we did, at once or in parts of which this is the last.
     or (f.payment_intent_id = p_payment_intent_id and f.stripe_refund_id is null
         and (f.amount_cents = (p_stripe ->> 'amountCents')::bigint
              or (v_status = 'succeeded' and f.amount_cents <= (p_stripe ->> 'refundedCents')::bigint)));
  v_outcome := case
    when v_payment.id is null then 'not_found'
    when v_payment.payment_intent_id = p_payment_intent_id and v_payment.status <> 'succeeded' then 'not_settled'
    when exists (select 1 from public.payment_events as e where e.event_id = p_event_id) then 'duplicate_event'
    when v_refund.id is not null then
      case when private.write_refund_status(v_refund, p_stripe ->> 'refundId', v_status, p_stripe ->> 'error', v_now)
           then 'recorded' else 'already' end
    -- Part of a second payment. Ours of all of it fails at Stripe then; its alert is open until the parts are all of it.
    when v_payment.payment_intent_id is distinct from p_payment_intent_id then
      case when v_status = 'succeeded' and p_stripe ->> 'refundedCents' is null then 'part' else 'already' end
    when v_status = 'failed' then 'already'
    else 'recorded' end;
  if v_outcome = 'recorded' and v_refund.id is null then
    perform private.give_way_to_outside(v_payment, (p_stripe ->> 'amountCents')::bigint, v_now);
    if private.refundable_cents(v_payment) < (p_stripe ->> 'amountCents')::bigint then
      v_outcome := 'exceeds';
      perform private.alert_refund_beyond(v_payment, p_stripe ->> 'refundId', (p_stripe ->> 'amountCents')::bigint);
    end if;
  end if;
  if v_outcome = 'recorded' or v_status = 'failed' then
    perform private.close_alert('refund_beyond', p_stripe ->> 'refundId');
  end if;
  if v_outcome = 'recorded' and v_refund.id is null then
    insert into public.refunds
      (order_id, payment_id, amount_cents, currency, reason, actor, status, stripe_refund_id, settled_at, created_at)
    values (v_payment.order_id, v_payment.id, (p_stripe ->> 'amountCents')::bigint, v_payment.received_currency, 'outside',
            'stripe', v_status, p_stripe ->> 'refundId', case when v_status = 'succeeded' then v_now end, v_now)
    returning * into v_refund;
    if v_status = 'succeeded' then
      perform private.write_mail(v_payment.order_id, 'refunded', v_refund.id);
    end if;
  end if;
  if p_event_id is not null and v_outcome in ('recorded', 'already', 'exceeds') then
    insert into public.payment_events (event_id, type, payment_id, outcome)
    values (p_event_id, coalesce(p_event_type, ''), v_payment.id, v_outcome) on conflict (event_id) do nothing;
  end if;
  perform private.set_cause('');
  return jsonb_build_object('outcome', v_outcome, 'serverNow', clock_timestamp())
    || case v_outcome when 'not_found' then '{}'
       else jsonb_build_object('order', private.order_as_json(v_payment.order_id)) end;
end;
$function$;
comment on function public.record_outside_refund(pg_catalog.text,pg_catalog.jsonb,pg_catalog.text,pg_catalog.text) is 'Writes down a refund that somebody made in Stripe''s dashboard. p_stripe: {refundId, amountCents, status, refundedCents: where it was asked for, what went back of that payment intent so far}. Answers {serverNow, outcome, order}: recorded | already | not_settled: we have no final word on that payment yet, so settle it first | exceeds: with it more would have gone back than was received, so it is not in the books and somebody is alerted; told again once there is room (one of ours failed at Stripe) it is recorded | part: of a second payment, nothing done, tell it again with refundedCents | duplicate_event | not_found. A second payment that was given back in full, also in parts, is the refund of it that we owed. Our refunds that were not made yet and have no room beside it are marked failed. Locks the order, its payment and levels. Idempotent. Raises HF001 for a malformed p_stripe.';
grant execute on function public.record_outside_refund(text,jsonb,text,text) to service_role;

CREATE OR REPLACE FUNCTION public.record_paid_order(p_source text, p_details jsonb, p_lines jsonb, p_payment jsonb, p_shopper_id uuid DEFAULT NULL::uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '3s'
AS $function$
declare
  -- Who has ordered by phone need not be anybody here.
  v_shopper_id uuid := coalesce(p_shopper_id, gen_random_uuid());
  v_variant_ids uuid[];
  v_payment public.payments;
  v_refund_id uuid;
  v_now timestamptz;
begin
  perform private.check_paid_order(p_source, p_details, p_lines, p_payment);
  v_variant_ids := array(
    select distinct (l.line ->> 'variantId')::uuid from jsonb_array_elements(p_lines) as l (line));
  if (select count(*) from public.variants as v where v.id = any (v_variant_ids)) <> cardinality(v_variant_ids) then
    return jsonb_build_object('outcome', 'variant_not_found', 'serverNow', clock_timestamp());
  end if;
  perform private.set_cause('system:record');
  insert into public.shoppers (id) values (v_shopper_id) on conflict (id) do nothing;
  v_shopper_id := private.lock_acting_shopper(v_shopper_id);
  -- Two who bring the same payment stand in line here, whoever they bring it for.
  perform pg_advisory_xact_lock(hashtextextended(p_payment ->> 'paymentIntentId', 0));
  select * into v_payment from public.payments as p
  where p.order_id = private.order_of_intent(p_payment ->> 'paymentIntentId')
     or p.id = (p_payment ->> 'paymentId')::uuid;
  if found then
    perform private.set_cause('');
    return jsonb_build_object(
      'outcome', case when v_payment.status = 'succeeded'
                       and v_payment.payment_intent_id = p_payment ->> 'paymentIntentId' then 'already' else 'already_known' end,
      'serverNow', clock_timestamp(), 'order', private.order_as_json(v_payment.order_id));
  end if;
  perform private.lock_levels(v_variant_ids);
  v_now := clock_timestamp();
  v_payment := private.write_paid_order(p_source, p_details, p_lines, p_payment, v_shopper_id, v_now);
  v_refund_id := private.sell_or_refund(
    v_payment, v_payment.received_cents, v_payment.received_currency, v_payment.payment_intent_id, null,
    'return', v_now);
  perform private.set_cause('');
  return jsonb_build_object(
    'outcome', (select case o.status when 'paid' then 'sold' else 'refund_due' end
                from public.orders as o where o.id = v_payment.order_id),
    'serverNow', v_now, 'refundId', v_refund_id, 'order', private.order_as_json(v_payment.order_id));
end;
$function$;
comment on function public.record_paid_order(pg_catalog.text,pg_catalog.jsonb,pg_catalog.jsonb,pg_catalog.jsonb,pg_catalog.uuid) is 'An order that was paid elsewhere becomes one sale or one refund. p_source: phone | import. p_details: {email, name, line1, line2, postalCode, city, country, shippingCents (0)}, each may be left out. p_lines: 1 to 100 of {variantId, quantity, unitPriceCents (else the price of now)}. p_payment: {amountCents, currency, paymentIntentId or null, paymentId: payment_id of the intent''s metadata at Stripe, where it says one}. Answers {serverNow, outcome: sold {order} | refund_due {order, refundId} | already {order}: this payment is known | already_known {order}: it is the payment of an order of the shop, and Stripe''s word about its session settles that one, or it was a second payment of it; nothing written | variant_not_found}. Where it is not said that it is the payment of a checkout that is open, that checkout ends without a sale when Stripe tells of it. Locks the shopper, the name of the payment intent (an advisory lock), then the levels. Idempotent by the payment intent; not idempotent without one. Raises HF001 for anything malformed.';
grant execute on function public.record_paid_order(text,jsonb,jsonb,jsonb,uuid) to service_role;

CREATE OR REPLACE FUNCTION public.record_refund(p_refund_id uuid, p_stripe jsonb, p_event_id text DEFAULT NULL::text, p_event_type text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '3s'
AS $function$
declare
  v_status public.refund_status := private.refund_status_of(p_stripe);
  v_payment public.payments;
  v_refund public.refunds;
  v_outcome text;
  -- One that was given back by hand has no id at Stripe.
  v_subject text := coalesce(nullif(p_stripe ->> 'refundId', ''), p_refund_id::text);
begin
  perform private.set_cause('system:refund');
  v_payment := private.lock_sold_order((select f.order_id from public.refunds as f where f.id = p_refund_id));
  select * into v_refund from public.refunds as f where f.id = p_refund_id for no key update;
  v_outcome := case
    when v_refund.id is null then 'not_found'
    when exists (select 1 from public.payment_events as e where e.event_id = p_event_id) then 'duplicate_event'
    when p_stripe ->> 'attempt' <> v_refund.attempt::text then 'already'
    when v_refund.status = 'failed' and v_refund.stripe_refund_id is null and v_status <> 'failed'
         and v_refund.payment_intent_id is null
         and v_refund.amount_cents > private.refundable_cents(v_payment) then 'exceeds'
    when private.write_refund_status(v_refund, nullif(p_stripe ->> 'refundId', ''), v_status, p_stripe ->> 'error',
                                     clock_timestamp()) then 'recorded'
    else 'already' end;
  if v_outcome = 'exceeds' then
    perform private.alert_refund_beyond(v_payment, v_subject, v_refund.amount_cents);
  elsif v_outcome = 'recorded' or v_status = 'failed' then
    perform private.close_alert('refund_beyond', v_subject);
  end if;
  if p_event_id is not null and v_outcome in ('recorded', 'already', 'exceeds') then
    insert into public.payment_events (event_id, type, payment_id, outcome)
    values (p_event_id, coalesce(p_event_type, ''), v_refund.payment_id, v_outcome) on conflict (event_id) do nothing;
  end if;
  perform private.set_cause('');
  return jsonb_build_object('outcome', v_outcome, 'serverNow', clock_timestamp())
    || case v_outcome when 'not_found' then '{}'
       else jsonb_build_object('order', private.order_as_json(v_refund.order_id)) end;
end;
$function$;
comment on function public.record_refund(pg_catalog.uuid,pg_catalog.jsonb,pg_catalog.text,pg_catalog.text) is 'Writes down what Stripe says of one of our refunds. p_stripe: {refundId, status: pending | requires_action | succeeded | failed | canceled, error, attempt: where known, of which attempt this is said}. Without refundId: somebody gave the money back by hand, or could not; a failure without it says nothing of a refund that has an id at Stripe. Answers {serverNow, outcome, order}: recorded | already: no news, or news that was overtaken | exceeds: with it more would have gone back than was received, so it is not in the books and somebody is alerted | duplicate_event | not_found. A failure opens an alert and stays on the worklist. Locks the order, its payment and levels, then the refund. Idempotent. Raises HF001 for a malformed p_stripe.';
grant execute on function public.record_refund(uuid,jsonb,text,text) to service_role;

CREATE OR REPLACE FUNCTION public.record_session(p_payment_id uuid, p_session_id text, p_session_url text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '3s'
AS $function$
declare
  v_payment public.payments;
begin
  if coalesce(p_session_id, '') = '' then
    perform private.raise_invalid_request('p_session_id says which session');
  end if;
  perform private.set_cause('system:session');
  v_payment := private.lock_payment(p_payment_id);
  if v_payment.id is null then
    perform private.set_cause('');
    return jsonb_build_object('outcome', 'not_found', 'serverNow', clock_timestamp());
  end if;
  if coalesce(v_payment.session_id, p_session_id) = p_session_id then
    -- Of an ended one too, so that a late success finds it.
    update public.payments as p set session_id = p_session_id, session_url = coalesce(p_session_url, p.session_url)
    where p.id = p_payment_id;
  end if;
  perform private.set_cause('');
  if v_payment.status not in ('open', 'processing') or v_payment.session_id <> p_session_id then
    return jsonb_build_object('outcome', 'payment_ended', 'serverNow', clock_timestamp());
  end if;
  return jsonb_build_object('outcome', 'recorded', 'serverNow', clock_timestamp(),
                            'payment', private.payment_as_json(p_payment_id));
end;
$function$;
comment on function public.record_session(pg_catalog.uuid,pg_catalog.text,pg_catalog.text) is 'Writes down which Checkout Session was made for a payment. Answers recorded {payment} | payment_ended: nobody may pay for this any more, so expire the session | not_found. Locks the shopper, the order and the payment. Idempotent. Raises HF001 without a session.';
grant execute on function public.record_session(uuid,text,text) to service_role;

CREATE OR REPLACE FUNCTION public.release_reservations(p_shopper_id uuid, p_reservation_ids uuid[] DEFAULT NULL::uuid[], p_mode text DEFAULT 'partial'::text, p_idempotency_key text DEFAULT NULL::text, p_body_hash text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '3s'
AS $function$
declare
  v_shopper_id uuid;
  v_ids uuid[] := p_reservation_ids;
  v_now timestamptz;
  v_mine uuid[];
  v_lapsed uuid[];
  v_paying uuid[];
  v_released uuid[];
  v_answer jsonb;
begin
  if p_mode is null or p_mode not in ('partial', 'all_or_nothing') then
    perform private.raise_invalid_request('p_mode is partial or all_or_nothing');
  end if;
  if cardinality(p_reservation_ids) > 100 then
    perform private.raise_invalid_request('p_reservation_ids has at most 100 ids');
  end if;
  perform private.check_idempotency_key(p_idempotency_key, p_body_hash);
  perform private.set_cause('shopper:release');
  -- Without its lock the shopper could add a hold whose level is locked by nobody here, and late, out of turn.
  v_shopper_id := private.lock_acting_shopper(p_shopper_id);
  v_answer := private.kept_answer(v_shopper_id, p_idempotency_key, p_body_hash, clock_timestamp());
  if v_answer is not null then
    perform private.set_cause('');
    return v_answer || jsonb_build_object('serverNow', clock_timestamp());
  end if;
  perform private.lock_levels(private.variants_of_reservations(v_shopper_id, v_ids));
  v_now := clock_timestamp();
  if v_ids is null then
    v_ids := array(select r.id from public.reservations as r
                   where r.shopper_id = v_shopper_id and r.status = 'active');
  end if;
  select array_agg(r.id) filter (where r.status = 'active' and r.expires_at > v_now),
         array_agg(r.id) filter (where r.status = 'active' and r.expires_at <= v_now),
         array_agg(r.id) filter (where r.status = 'paying')
  into v_mine, v_lapsed, v_paying
  from public.reservations as r
  where r.shopper_id = v_shopper_id and r.id = any (v_ids);

  if v_lapsed is not null then
    perform private.mark_expired(v_lapsed, v_now);
  end if;
  if v_mine is not null and (p_mode = 'partial' or v_paying is null) then
    update public.reservations as r set status = 'released', ended_at = v_now
    where r.id = any (v_mine) and r.status = 'active';
    v_released := v_mine;
  end if;
  v_answer := jsonb_build_object('released', coalesce(cardinality(v_released), 0),
                                 'releasedIds', coalesce(to_jsonb(v_released), '[]'),
                                 'paymentOpen', coalesce(to_jsonb(v_paying), '[]'));
  if v_released is not null then
    perform private.keep_answer(v_shopper_id, p_idempotency_key, p_body_hash, v_answer, v_now);
  end if;
  perform private.set_cause('');
  return v_answer || jsonb_build_object('serverNow', v_now);
end;
$function$;
comment on function public.release_reservations(pg_catalog.uuid,pg_catalog.uuid[],pg_catalog.text,pg_catalog.text,pg_catalog.text) is 'Gives back active holds of one shopper at once. p_reservation_ids: at most 100; null: all of them. p_mode: partial (default) or all_or_nothing: a hold that is being paid keeps all as they were. Answers {serverNow, released: how many, releasedIds, paymentOpen: ids pinned by a payment and left alone}. Lapsed ones are marked expired and not counted; those of others and ended ones are passed over. Locks the shopper, then the levels. Idempotent. p_idempotency_key with p_body_hash (both or none): what changed something is answered again for 24 hours; with another hash the outcome is idempotency_mismatch, and nothing changes. Raises HF001 for an unknown mode, more than 100 ids, a malformed key or no shopper.';
grant execute on function public.release_reservations(uuid,uuid[],text,text,text) to service_role;

CREATE OR REPLACE FUNCTION public.repair_stock_consistency(p_dry_run boolean DEFAULT true)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '3s'
AS $function$
declare
  v_finding jsonb;
  v_result jsonb := '[]';
  v_repaired boolean;
  v_is_shopper boolean;
begin
  if p_dry_run is null then
    perform private.raise_invalid_request('p_dry_run is true or false');
  end if;
  if not p_dry_run then
    perform private.set_cause('system:repair');
  end if;
  -- Shoppers come before levels in the lock order.
  foreach v_is_shopper in array array[true, false] loop
    if not p_dry_run and not v_is_shopper then
      -- Every level stands still, so that what is compared is what is mended.
      perform 1 from public.stock_levels as s order by s.variant_id, s.location_id for no key update;
    end if;
    for v_finding in
      select f.finding
      from jsonb_array_elements(public.validate_stock_consistency()) with ordinality as f (finding, ord)
      where (f.finding ->> 'kind' = 'hold_without_shopper') = v_is_shopper
      order by case when v_is_shopper then f.finding ->> 'found' end, f.ord
    loop
      v_repaired := not p_dry_run and private.repair_finding(v_finding);
      v_result := v_result || (v_finding || jsonb_build_object('repaired', v_repaired));
    end loop;
  end loop;
  perform private.set_cause('');
  return jsonb_build_object('dryRun', p_dry_run, 'findings', v_result);
end;
$function$;
comment on function public.repair_stock_consistency(boolean) is 'Mends what validate_stock_consistency finds: counters follow the holds, bounds of expiry the earliest hold, the ledger what is on hand, and a shopper without a row gets one. p_dry_run (default true) only says so. Answers {dryRun, findings: each with repaired}. Left to a person: sale_drift, restock_drift, payment_without_hold, overpromised, hold_without_level, hold_of_merged_shopper, and a counter that would pass on_hand. Each repair leaves a row in the trail. Locks shoppers that it makes, then every stock level, sorted; none with p_dry_run. Safe to repeat. Raises HF001 where p_dry_run is null.';
grant execute on function public.repair_stock_consistency(boolean) to service_role;

CREATE OR REPLACE FUNCTION public.request_refund(p_order_id uuid, p_lines jsonb, p_amount_cents bigint DEFAULT NULL::bigint, p_includes_shipping boolean DEFAULT false, p_reason text DEFAULT 'requested'::text, p_actor text DEFAULT 'admin'::text, p_idempotency_key text DEFAULT NULL::text, p_body_hash text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '3s'
AS $function$
declare
  v_payment public.payments;
  v_order public.orders;
  v_amount bigint := p_amount_cents;
  v_refund_id uuid;
  v_answer jsonb;
  v_now timestamptz;
begin
  perform private.check_refund_lines(p_lines);
  perform private.check_idempotency_key(p_idempotency_key, p_body_hash);
  if p_reason is null or p_reason not in ('requested', 'cancelled') or coalesce(p_actor, '') = ''
     or p_includes_shipping is null or p_amount_cents < 0 then
    perform private.raise_invalid_request('p_reason is requested or cancelled, p_actor says who, no amount is below 0');
  end if;
  perform private.set_cause('admin:refund');
  v_payment := private.lock_sold_order(p_order_id);
  v_now := clock_timestamp();
  -- Keys of an order are its own: its lock keeps them apart, as a shopper's does elsewhere.
  v_answer := private.kept_answer(p_order_id, p_idempotency_key, p_body_hash, v_now);
  select * into v_order from public.orders as o where o.id = p_order_id;
  if v_answer is null and v_payment.id is null then
    v_answer := jsonb_build_object('outcome', 'not_found');
  elsif v_answer is null then
    if v_amount is null then
      select coalesce(sum(l.unit_price_cents::bigint * (r.line ->> 'quantity')::integer), 0)
             + case when p_includes_shipping then v_order.shipping_cents else 0 end into v_amount
      from jsonb_array_elements(p_lines) as r (line)
      join public.order_lines as l on l.id = (r.line ->> 'orderLineId')::uuid and l.order_id = p_order_id;
    end if;
    v_answer := case
      when v_order.status <> 'paid' or (v_amount = 0 and jsonb_array_length(p_lines) = 0)
        then jsonb_build_object('outcome', 'not_refundable', 'status', v_order.status)
      when v_amount > private.refundable_cents(v_payment)
           or exists (select 1 from jsonb_array_elements(p_lines) as r (line)
                      left join public.order_lines as l
                        on l.id = (r.line ->> 'orderLineId')::uuid and l.order_id = p_order_id
                      where (r.line ->> 'quantity')::integer > coalesce(private.unreturned_units(l.id), 0))
        then jsonb_build_object('outcome', 'exceeds', 'refundableCents', private.refundable_cents(v_payment)) end;
    if v_answer is null then
      v_refund_id := private.write_refund(v_payment, v_amount, p_reason, p_actor, p_lines, v_now);
      v_answer := jsonb_build_object('outcome', 'requested', 'refundId', v_refund_id);
      perform private.keep_answer(p_order_id, p_idempotency_key, p_body_hash, v_answer, v_now);
    end if;
  end if;
  perform private.set_cause('');
  return v_answer || jsonb_build_object('serverNow', v_now) || case when v_answer ->> 'outcome' = 'not_found' then '{}'
    else jsonb_build_object('order', private.order_as_json(p_order_id)) end;
end;
$function$;
comment on function public.request_refund(pg_catalog.uuid,pg_catalog.jsonb,bigint,boolean,pg_catalog.text,pg_catalog.text,pg_catalog.text,pg_catalog.text) is 'Owes the shopper money: what the lines cost, and shipping if it is included, or p_amount_cents. p_lines: [{orderLineId, quantity, restock: undecided | restocked | kept_out}]; none for money alone. Answers {serverNow, outcome, order}: requested {refundId}: to be done at Stripe | exceeds {refundableCents}: more money than was received, or more units than were sold, are or would be back | not_refundable {status}: the order is not paid, or this is about nothing | idempotency_mismatch | not_found. Locks the order, its payment, then the levels. Not idempotent without a key; p_idempotency_key with p_body_hash (both or none): answered again for 24 hours. Raises HF001 for anything malformed.';
grant execute on function public.request_refund(uuid,jsonb,bigint,boolean,text,text,text,text) to service_role;

CREATE OR REPLACE FUNCTION public.reservation_stats(p_since interval DEFAULT '24:00:00'::interval)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_now timestamptz := statement_timestamp();
begin
  return (
    select jsonb_build_object(
      'serverNow', v_now, 'since', v_now - p_since,
      'made', count(*), 'confirmed', count(*) filter (where r.status = 'confirmed'),
      'released', count(*) filter (where r.status = 'released'),
      'expired', count(*) filter (where r.status = 'expired' or (r.status = 'active' and r.expires_at <= v_now)),
      'active', count(*) filter (where r.status = 'active' and r.expires_at > v_now),
      'paying', count(*) filter (where r.status = 'paying'),
      'heldSecondsMedian', percentile_cont(0.5) within group (order by r.held_seconds),
      'heldSecondsP90', percentile_cont(0.9) within group (order by r.held_seconds),
      'refusals', (select coalesce(jsonb_object_agg(f.reason, jsonb_build_object('requests', f.requests, 'units', f.units)), '{}')
                   from (select rf.reason, sum(rf.requests) as requests, sum(rf.units) as units
                         from public.reservation_refusals as rf
                         where rf.hour >= date_trunc('hour', v_now - p_since) group by rf.reason) as f))
    from (
      -- What time ended, ended then, whenever it was swept.
      select a.*, extract(epoch from case when a.status in ('active', 'expired') then least(a.expires_at, v_now)
                                          else coalesce(a.ended_at, v_now) end - a.created_at) as held_seconds
      from public.reservations as a
      where a.created_at >= v_now - p_since
    ) as r);
end;
$function$;
comment on function public.reservation_stats(interval) is 'Figures of the holds made within p_since: {made, confirmed, released, expired, active, paying: holds; heldSecondsMedian, heldSecondsP90: seconds from beginning to end or now; refusals by reason: requests, units (whole hours)}. Reads every hold of the period: for operators, not for shoppers. Locks nothing.';
grant execute on function public.reservation_stats(interval) to service_role;

CREATE OR REPLACE FUNCTION public.reserve_stock(p_requests jsonb)
 RETURNS json
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '3s'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
declare
  v_answer json;
begin
  perform set_config('holdfast.cause', 'shopper:reserve', true);
  -- Who is new has nothing to cool down from. Where sources are limited, the limits ask for the shortcut themselves.
  v_answer := coalesce(private.reserve_at_once(p_requests), private.reserve_within_limits(p_requests)::json);
  perform set_config('holdfast.cause', '', true);
  return v_answer;
end;
$function$;
comment on function public.reserve_stock(pg_catalog.jsonb) is 'Takes holds for many shoppers in one call. p_requests: 1 to 256 of {shopperId, lines: 1 to 100 of {variantId, quantity (units), reservationId?}, mode: all_or_nothing (default) | partial, quantityMode: add (default) | set, source? (a keyed hash of the address it comes from; see private.reserve_within_limits), idempotencyKey? (1 to 255 visible ASCII characters) with bodyHash (SHA-256 in hexadecimal)}. Answers {serverNow, answers}, one per request in order: {outcome: held | partial | the first refusal of a line, lines}; see private.decide_reservations for the outcomes of lines. Locks shoppers, then stock levels, sorted; a batch that must be refused whatever happens locks nothing. Not idempotent without a key: add adds again. What changed something is answered again for 24 hours to the same key and hash of that shopper; with another hash: idempotency_mismatch, and nothing changes. Raises HF001 for a malformed batch, 55P03 after 3 s of waiting for a lock; either changes nothing.';
grant execute on function public.reserve_stock(jsonb) to service_role;

CREATE OR REPLACE FUNCTION public.retry_refund(p_refund_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '3s'
AS $function$
declare
  v_payment public.payments;
  v_refund public.refunds;
  v_outcome text;
begin
  perform private.set_cause('admin:retry_refund');
  v_payment := private.lock_sold_order((select f.order_id from public.refunds as f where f.id = p_refund_id));
  select * into v_refund from public.refunds as f where f.id = p_refund_id for no key update;
  v_outcome := case
    when v_refund.id is null then 'not_found'
    when v_refund.status <> 'failed' then 'not_failed'
    when (v_refund.payment_intent_id is null and v_refund.amount_cents > private.refundable_cents(v_payment))
         or exists (select 1 from public.refund_lines as l
                    where l.refund_id = v_refund.id and l.restock <> 'restocked'
                      and l.quantity > private.unreturned_units(l.order_line_id)) then 'exceeds'
    else 'requested' end;
  if v_outcome = 'requested' then
    update public.refunds as f
    set status = 'requested', attempt = f.attempt + 1, stripe_refund_id = null, settled_at = null, claimed_until = null
    where f.id = p_refund_id;
  end if;
  perform private.set_cause('');
  return jsonb_build_object('outcome', v_outcome, 'serverNow', clock_timestamp())
    || case v_outcome when 'not_found' then '{}'
       else jsonb_build_object('order', private.order_as_json(v_refund.order_id)) end;
end;
$function$;
comment on function public.retry_refund(pg_catalog.uuid) is 'Puts a refund that failed back to work, as its next attempt. Answers {serverNow, outcome, order}: requested | exceeds: it went back in another way meanwhile | not_failed | not_found. Locks the order, its payment and levels, then the refund. Safe to repeat.';
grant execute on function public.retry_refund(uuid) to service_role;

CREATE OR REPLACE FUNCTION public.search_orders(p_filter jsonb DEFAULT '{}'::jsonb, p_limit integer DEFAULT 50, p_before_number bigint DEFAULT NULL::bigint)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  if p_limit is null or p_limit not between 1 and 200 or jsonb_typeof(p_filter) is distinct from 'object'
     or p_filter - '{status,email,number,worklist}'::text[] <> '{}'
     or coalesce(p_filter ->> 'worklist', 'to_ship') not in ('to_ship', 'refund_undone', 'restock_undecided')
     or (p_filter ->> 'status' is not null and not pg_input_is_valid(p_filter ->> 'status', 'public.order_status'))
     or (p_filter ->> 'number' is not null and not pg_input_is_valid(p_filter ->> 'number', 'bigint')) then
    perform private.raise_invalid_request('p_filter has status, email, number or worklist, and p_limit is 1 to 200 orders');
  end if;
  return (
    select jsonb_build_object('serverNow', statement_timestamp(), 'orders',
      coalesce(jsonb_agg(private.order_as_json(n.id) order by n.number desc), '[]'))
    from (
      select o.id, o.number from public.orders as o
      where (p_before_number is null or o.number < p_before_number)
        and (p_filter ->> 'status' is null or o.status = (p_filter ->> 'status')::public.order_status)
        and (p_filter ->> 'email' is null or lower(o.email) = lower(p_filter ->> 'email'))
        and (p_filter ->> 'number' is null or o.number = (p_filter ->> 'number')::bigint)
        and case p_filter ->> 'worklist'
          when 'to_ship' then o.status = 'paid' and o.shipped_at is null and o.cancelled_at is null
          when 'refund_undone' then private.has_refund_undone(o.id)
          when 'restock_undecided' then private.has_restock_undecided(o.id)
          else true end
      order by o.number desc limit p_limit
    ) as n);
end;
$function$;
comment on function public.search_orders(pg_catalog.jsonb,integer,bigint) is 'Orders for those who operate the shop, newest first: {serverNow, orders}. p_filter: status, email, number, worklist (to_ship | refund_undone | restock_undecided), all of them together. p_limit: 1 to 200. Locks nothing. Raises HF001 for another filter or limit.';
grant execute on function public.search_orders(jsonb,integer,bigint) to service_role;

CREATE OR REPLACE FUNCTION public.set_reservation_quantity(p_shopper_id uuid, p_reservation_id uuid, p_quantity integer, p_idempotency_key text DEFAULT NULL::text, p_body_hash text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '3s'
AS $function$
declare
  v_shopper_id uuid;
  v_variant_id uuid;
  v_answer jsonb;
begin
  perform private.check_idempotency_key(p_idempotency_key, p_body_hash);
  -- A hold never changes its variant, so this may be read before anything is locked; in one statement with the
  -- shopper, or a sign-in between two would hide the hold.
  select r.variant_id, r.shopper_id into v_variant_id, v_shopper_id from public.reservations as r
  where r.id = p_reservation_id and r.shopper_id = private.acting_shopper(p_shopper_id);
  if not found then
    return jsonb_build_object('serverNow', clock_timestamp(), 'outcome', 'reservation_not_found');
  end if;
  perform private.set_cause('shopper:set_quantity');
  v_answer := private.reserve_from_known_sources(jsonb_build_array(jsonb_strip_nulls(jsonb_build_object(
    'shopperId', v_shopper_id, 'quantityMode', 'set', 'idempotencyKey', p_idempotency_key, 'bodyHash', p_body_hash,
    'lines', jsonb_build_array(jsonb_build_object(
      'variantId', v_variant_id, 'quantity', p_quantity, 'reservationId', p_reservation_id))))));
  perform private.set_cause('');
  return coalesce(v_answer #> '{answers,0,lines,0}', jsonb_build_object('outcome', v_answer #> '{answers,0,outcome}'))
    || jsonb_build_object('serverNow', v_answer -> 'serverNow');
end;
$function$;
comment on function public.set_reservation_quantity(pg_catalog.uuid,pg_catalog.uuid,integer,pg_catalog.text,pg_catalog.text) is 'Sets one hold to p_quantity units: more are taken or refused as a whole, fewer are given back at once and change no time; a lapsed hold is taken again as a new one. Answers serverNow and the line as reserve_stock does: held (with reservation, replacesId) | insufficient_stock | limit_reached | reservation_not_found | reservation_ended | payment_open | variant_not_found. Locks as reserve_stock. Idempotent. p_idempotency_key with p_body_hash (both or none): what changed something is answered again for 24 hours; with another hash the outcome is idempotency_mismatch, and nothing changes. Raises HF001 for a quantity that is no whole number from 1 to 999999 and for a malformed key.';
grant execute on function public.set_reservation_quantity(uuid,uuid,integer,text,text) to service_role;

CREATE OR REPLACE FUNCTION public.settle_payment(p_payment_id uuid, p_stripe jsonb, p_then text, p_event_id text DEFAULT NULL::text, p_event_type text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '3s'
AS $function$
declare
  v_payment public.payments;
  v_is_paid boolean;
  v_is_failed boolean;
  v_is_elsewhere boolean;
  v_refund_id uuid;
  v_outcome text;
  v_now timestamptz;
begin
  perform private.check_stripe_session(p_stripe);
  if p_then is null or p_then not in ('return', 'expire') then
    perform private.raise_invalid_request('p_then is return or expire');
  end if;
  v_is_paid := p_stripe ->> 'paymentStatus' in ('paid', 'no_payment_required') and p_stripe ->> 'status' = 'complete';
  v_is_failed := coalesce(p_stripe -> 'failed' = 'true', false);
  perform private.set_cause('system:settle');
  v_payment := private.lock_payment(p_payment_id);
  -- As record_paid_order does: one of the two is first with this money.
  perform pg_advisory_xact_lock(hashtextextended(p_stripe ->> 'paymentIntentId', 0));
  v_is_elsewhere := exists (
    select 1 from public.payments as p
    where p.payment_intent_id = p_stripe ->> 'paymentIntentId' and p.id <> v_payment.id);
  if v_payment.id is null then
    v_outcome := 'not_found';
  elsif exists (select 1 from public.payment_events as e where e.event_id = p_event_id) then
    v_outcome := 'duplicate_event';
  elsif not private.is_session_of(v_payment, p_stripe) then
    v_outcome := 'another_session';
    if v_is_paid and not v_is_elsewhere then
      perform private.pay_back_other_money(v_payment, p_stripe);
    end if;
  elsif v_payment.status = 'succeeded'
        or ((not v_is_paid or v_is_elsewhere) and v_payment.status in ('failed', 'expired')) then
    v_outcome := 'already';
    if v_is_paid and not v_is_elsewhere and v_payment.payment_intent_id <> p_stripe ->> 'paymentIntentId' then
      perform private.pay_back_other_money(v_payment, p_stripe);
    end if;
  elsif not v_is_paid and not v_is_failed and p_stripe ->> 'status' <> 'expired' then
    v_outcome := case when p_stripe ->> 'status' = 'open' then 'still_open' else 'processing' end;
    if v_outcome = 'processing' and v_payment.status = 'open' then
      update public.payments as p
      set status = 'processing', claimed_until = clock_timestamp() + interval '15 minutes',
          payment_intent_id = coalesce(
            p.payment_intent_id, case when not v_is_elsewhere then p_stripe ->> 'paymentIntentId' end),
          session_id = coalesce(p.session_id, nullif(p_stripe ->> 'sessionId', ''))
      where p.id = v_payment.id;
    end if;
  else
    perform private.lock_levels(array(
      select distinct l.variant_id from public.order_lines as l where l.order_id = v_payment.order_id));
    v_now := clock_timestamp();
    if v_is_paid and not v_is_elsewhere then
      v_refund_id := private.sell_or_refund(
        v_payment, coalesce((p_stripe ->> 'amountCents')::bigint, 0), upper(coalesce(p_stripe ->> 'currency', v_payment.currency)),
        p_stripe ->> 'paymentIntentId', p_stripe ->> 'sessionId', p_then, v_now);
      select case o.status when 'paid' then 'sold' else 'refund_due' end into v_outcome
      from public.orders as o where o.id = v_payment.order_id;
    else
      perform private.end_payment(v_payment, v_is_failed, p_then, v_now);
      v_outcome := 'ended';
    end if;
    if v_is_paid and v_is_elsewhere then
      perform private.open_alert('entered_twice', v_payment.id::text, jsonb_build_object(
        'orderId', v_payment.order_id, 'paymentIntentId', p_stripe -> 'paymentIntentId',
        'enteredAs', private.order_of_intent(p_stripe ->> 'paymentIntentId')));
    end if;
  end if;
  if p_event_id is not null and v_payment.id is not null and v_outcome <> 'duplicate_event' then
    insert into public.payment_events (event_id, type, payment_id, outcome)
    values (p_event_id, coalesce(p_event_type, ''), v_payment.id, v_outcome)
    on conflict (event_id) do nothing;
  end if;
  perform private.set_cause('');
  return jsonb_build_object('outcome', v_outcome, 'serverNow', coalesce(v_now, clock_timestamp()))
    || case when v_outcome = 'not_found' then '{}'
            else jsonb_build_object('order', private.order_as_json(v_payment.order_id)) end
    || case when v_outcome = 'refund_due' then jsonb_build_object('refundId', v_refund_id) else '{}' end;
end;
$function$;
comment on function public.settle_payment(pg_catalog.uuid,pg_catalog.jsonb,pg_catalog.text,pg_catalog.text,pg_catalog.text) is 'Writes down what Stripe says of a payment, and does what follows from it, once. p_stripe: {sessionId, status: open | complete | expired, paymentStatus: paid | unpaid | no_payment_required, amountCents, currency, paymentIntentId, failed, madeFor: the payment that the session''s metadata names}. p_then: what becomes of the holds when no money came: return (to the cart) | expire. Answers {serverNow, outcome, order}: sold | refund_due {refundId}: the units were gone, or another amount or currency came than was asked for | processing | ended: without money, or its money was entered as another order by hand, which somebody is alerted of | still_open: nothing done | already: final before, nothing done; a second payment for it goes back in full; a success after expired or failed is a sale or a refund all the same | another_session: this is not the payment''s own session, or without sessionId it has one meanwhile, nothing done | duplicate_event | not_found. p_event_id with p_event_type: recorded with the effect. Locks the shopper, the order, the payment, the name of the payment intent (an advisory lock), then the levels. Idempotent. Raises HF001 for a malformed p_stripe or p_then.';
grant execute on function public.settle_payment(uuid,jsonb,text,text,text) to service_role;

CREATE OR REPLACE FUNCTION public.shop_health(p_with_drift boolean DEFAULT true)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_now timestamptz := statement_timestamp();
  v_hour timestamptz := v_now - interval '1 hour';
  v_unswept record;
begin
  select * into v_unswept from private.lapsed_and_unswept(v_now);
  return jsonb_build_object(
    'serverNow', v_now,
    'sweepLagSeconds', coalesce(v_unswept.lag_seconds, 0),
    'lapsedHolds', v_unswept.holds,
    'lastSweepAt', (select max(w.started_at) from public.sweep_runs as w),
    'drift', case when p_with_drift then jsonb_array_length(public.validate_stock_consistency()) end)
  || (select jsonb_build_object(
        'endedLastHour', count(*), 'expiredLastHour', count(*) filter (where t.new_status = 'expired'))
      from public.reservation_trail as t
      where t.at > v_hour and t.old_status in ('active', 'paying') and t.new_status in ('confirmed', 'released', 'expired'))
  || (select jsonb_build_object(
        'paymentsOverdue', count(*) filter (where p.status = 'open'),
        'paymentOverdueSeconds', coalesce(extract(epoch from v_now - min(p.window_ends_at) filter (where p.status = 'open'))::integer, 0),
        'paymentsProcessing', count(*) filter (where p.status = 'processing'),
        'paymentProcessingSeconds', coalesce(extract(epoch from v_now - min(p.created_at) filter (where p.status = 'processing'))::integer, 0))
      from public.payments as p where p.status in ('open', 'processing') and p.window_ends_at <= v_now)
  || (select jsonb_build_object(
        'paymentsLastDay', count(*),
        -- Settled by the shopper's return or by the sweep, and no event of Stripe ever came.
        'paymentsWithoutEvent', count(*) filter (where not exists (
          select from public.payment_events as e where e.payment_id = p.id)))
      from public.payments as p
      where p.status = 'succeeded' and p.session_id is not null and p.amount_cents > 0
        and p.settled_at between v_now - interval '1 day' and v_now - interval '10 minutes')
  || (select jsonb_build_object(
        'webhooksRefused', coalesce(sum(w.deliveries) filter (where w.reason in ('signature_refused', 'body_too_large')), 0),
        'webhooksOfOtherMode', coalesce(sum(w.deliveries) filter (where w.reason = 'wrong_mode'), 0),
        'webhooksFailed', coalesce(sum(w.deliveries) filter (
          where w.reason not in ('signature_refused', 'body_too_large', 'wrong_mode')), 0))
      from public.webhook_failures as w where w.hour >= date_trunc('hour', v_hour))
  || (select jsonb_build_object(
        'mailsUnsent', count(*), 'mailUnsentSeconds', coalesce(extract(epoch from v_now - min(m.created_at))::integer, 0),
        'mailsFailed', count(*) filter (where m.last_error is not null))
      from public.outgoing_mails as m where m.sent_at is null)
  || (select jsonb_build_object(
        'refundsUndone', count(*), 'refundUndoneSeconds', coalesce(extract(epoch from v_now - min(f.created_at))::integer, 0),
        'refundsFailed', count(*) filter (where f.status = 'failed'))
      from public.refunds as f where f.status <> 'succeeded' and private.has_refund_undone(f.order_id))
  || (select jsonb_build_object(
        'shortRefusals', coalesce(sum(f.requests) filter (where f.reason = 'insufficient_stock'), 0),
        'limitRefusals', coalesce(sum(f.requests) filter (where f.reason <> 'insufficient_stock'), 0))
      from public.reservation_refusals as f where f.hour >= date_trunc('hour', v_hour))
  || (select jsonb_build_object(
        'alertsOpen', count(*), 'alertsUntold', count(*) filter (where a.told_at is null and a.attempts > 0))
      from public.alerts as a where a.closed_at is null);
end;
$function$;
comment on function public.shop_health(boolean) is 'The figures by which the shop is well or not: {serverNow, sweepLagSeconds, lapsedHolds (up to 10000), lastSweepAt, drift (findings of validate_stock_consistency, which reads everything; null without p_with_drift), endedLastHour and expiredLastHour: holds, paymentsOverdue and paymentOverdueSeconds: open after their window, paymentsProcessing and paymentProcessingSeconds, paymentsLastDay and paymentsWithoutEvent, webhooksRefused, webhooksOfOtherMode and webhooksFailed: deliveries of this hour and the last that were not taken, mailsUnsent, mailUnsentSeconds, mailsFailed, refundsUndone, refundUndoneSeconds, refundsFailed, shortRefusals and limitRefusals: requests of this hour and the last, alertsOpen, alertsUntold: tried in vain}. For operators. Locks nothing.';
grant execute on function public.shop_health(boolean) to service_role;

CREATE OR REPLACE FUNCTION public.start_checkout(p_shopper_id uuid, p_cart_version text, p_expected_total_cents bigint, p_details jsonb, p_return_origin text, p_idempotency_key text DEFAULT NULL::text, p_body_hash text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '3s'
AS $function$
declare
  v_shopper_id uuid;
  v_settings public.store_settings;
  v_payment public.payments;
  v_answer jsonb;
  v_now timestamptz;
  v_cart record;
  v_window integer;
begin
  if p_cart_version is null or p_expected_total_cents is null or coalesce(p_return_origin, '') = '' then
    perform private.raise_invalid_request('p_cart_version, p_expected_total_cents and p_return_origin are given');
  end if;
  perform private.check_checkout_details(p_details);
  perform private.check_idempotency_key(p_idempotency_key, p_body_hash);
  perform private.set_cause('shopper:checkout');
  v_shopper_id := private.lock_acting_shopper(p_shopper_id);
  v_answer := private.kept_answer(v_shopper_id, p_idempotency_key, p_body_hash, clock_timestamp());
  if v_answer is not null then
    perform private.set_cause('');
    -- The payment as it is now: its session was made after the answer was kept.
    return v_answer || jsonb_build_object('serverNow', clock_timestamp()) || case
      when v_answer ? 'paymentId' then jsonb_build_object('payment', private.payment_as_json((v_answer ->> 'paymentId')::uuid))
      when v_answer ? 'orderId' then jsonb_build_object('order', private.order_as_json((v_answer ->> 'orderId')::uuid))
      else '{}' end;
  end if;
  select * into v_payment from public.payments as p
  where p.shopper_id = v_shopper_id and p.status in ('open', 'processing');
  if found then
    perform private.set_cause('');
    return private.resume_payment(v_payment, p_cart_version, p_expected_total_cents, p_details, clock_timestamp())
      || jsonb_build_object('serverNow', clock_timestamp());
  end if;
  perform private.lock_levels(array(
    select distinct r.variant_id from public.reservations as r where r.shopper_id = v_shopper_id and r.status = 'active'));
  v_now := clock_timestamp();
  select * into strict v_settings from public.store_settings;

  -- As get_cart counts it, at this instant.
  select count(*) as lines, coalesce(sum(c.quantity * c.price_cents::bigint), 0)::bigint as cents,
         md5(coalesce(string_agg(concat_ws(':', c.id, c.quantity, c.price_cents, c.currency), ',' order by c.id), '')) as version,
         bool_and(private.is_payable(c.variant_id, c.currency, v_settings.shop_currency, v_now)) as is_payable,
         min(v_settings.max_paying_seconds - r.paying_seconds) as left_seconds
  into v_cart
  from private.cart_rows(v_shopper_id, v_now) as c join public.reservations as r on r.id = c.id
  where c.is_live;
  v_window := least(v_settings.payment_window_seconds, v_cart.left_seconds);
  v_answer := case
    when v_cart.lines = 0 then jsonb_build_object('outcome', 'cart_empty')
    when v_cart.version <> p_cart_version or not v_cart.is_payable
         or v_cart.cents + v_settings.shipping_cents <> p_expected_total_cents
      then jsonb_build_object('outcome', 'cart_changed', 'cartVersion', v_cart.version,
                              'totalCents', v_cart.cents + v_settings.shipping_cents)
    when v_window < least(v_settings.min_returned_seconds, v_settings.payment_window_seconds)
      then jsonb_build_object('outcome', 'limit_reached', 'limit',
                              private.limit_reached('max_paying_seconds', v_settings.max_paying_seconds, null, v_now)) end;
  if v_answer is not null then
    perform private.set_cause('');
    return v_answer || jsonb_build_object('serverNow', v_now)
      || case when v_answer ->> 'outcome' <> 'limit_reached' then jsonb_build_object(
           'differences', private.differences_of_cart(v_shopper_id, v_now, v_settings.shop_currency)) else '{}' end;
  end if;

  v_payment := private.pin_cart(v_shopper_id, p_cart_version, p_details, p_return_origin, v_settings, v_window,
                                v_cart.cents, v_now);
  if v_payment.amount_cents = 0 then
    perform private.sell_or_refund(v_payment, 0, v_payment.currency, null, null, 'return', v_now);
    v_answer := jsonb_build_object('outcome', 'paid', 'orderId', v_payment.order_id);
  else
    v_answer := jsonb_build_object('outcome', 'pinned', 'paymentId', v_payment.id, 'isNew', false);
  end if;
  perform private.keep_answer(v_shopper_id, p_idempotency_key, p_body_hash, v_answer, v_now);
  perform private.set_cause('');
  return v_answer || jsonb_build_object('serverNow', v_now) || case v_answer ->> 'outcome'
    when 'paid' then jsonb_build_object('order', private.order_as_json(v_payment.order_id))
    else jsonb_build_object('isNew', true, 'payment', private.payment_as_json(v_payment.id)) end;
end;
$function$;
comment on function public.start_checkout(pg_catalog.uuid,pg_catalog.text,bigint,pg_catalog.jsonb,pg_catalog.text,pg_catalog.text,pg_catalog.text) is 'Makes an order of the shopper''s cart and pins its holds for a payment window, if the cart is the one that was seen: p_cart_version as get_cart says it, p_expected_total_cents with shipping. Answers {serverNow, outcome: pinned {payment, paymentId, isNew; the same cart and address again is the same payment while it is open} | paid {order}: nothing was to be paid | cart_changed {cartVersion, totalCents, differences} | cart_empty {differences} | payment_open {paymentId}: another payment of this shopper has to end first | limit_reached {limit: max_paying_seconds} | idempotency_mismatch}. p_details: {email, name, line1, line2, postalCode, city, country}. Locks the shopper, then the levels. Idempotent. p_idempotency_key with p_body_hash (both or none): answered again for 24 hours with the payment as it is then, so look at its status. Raises HF001 for missing or malformed arguments.';
grant execute on function public.start_checkout(uuid,text,bigint,jsonb,text,text,text) to service_role;

CREATE OR REPLACE FUNCTION public.stock_health()
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_now timestamptz := statement_timestamp();
begin
  return (
    select jsonb_build_object(
      'serverNow', v_now,
      'levels', count(*),
      'soldOut', count(*) filter (where s.on_hand <= s.safety_stock),
      'lowStock', count(*) filter (where s.on_hand > s.safety_stock and s.on_hand - s.safety_stock - s.reserved <= t.low_stock_at),
      'lapsedHolds', (select count(*) from public.reservations as r where r.status = 'active' and r.expires_at <= v_now),
      'oldestLapsedSeconds', (select extract(epoch from v_now - min(r.expires_at))::integer
                              from public.reservations as r where r.status = 'active' and r.expires_at <= v_now),
      'lastSweepAt', (select max(w.started_at) from public.sweep_runs as w),
      'drift', jsonb_array_length(public.validate_stock_consistency()))
    from public.stock_levels as s cross join public.store_settings as t);
end;
$function$;
comment on function public.stock_health() is 'Is the shop well? {levels, soldOut, lowStock: stock levels; lapsedHolds and oldestLapsedSeconds: what the sweep has left; lastSweepAt; drift: findings of validate_stock_consistency}. For operators. Locks nothing.';
grant execute on function public.stock_health() to service_role;

CREATE OR REPLACE FUNCTION public.track_alerts(p_raised jsonb, p_kinds text[])
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '3s'
AS $function$
declare
  v_opened integer;
  v_closed integer;
begin
  if p_raised is null or jsonb_typeof(p_raised) <> 'array' or p_kinds is null
     or exists (select from jsonb_array_elements(p_raised) as r where (r ->> 'kind' = any (p_kinds)) is not true or r ->> 'subject' is null) then
    perform private.raise_invalid_request('p_raised is a list of {kind, subject, details}, each kind among p_kinds');
  end if;
  insert into public.alerts (kind, subject, details)
  select distinct on (1, 2) r ->> 'kind', r ->> 'subject', coalesce(r -> 'details', '{}')
  from jsonb_array_elements(p_raised) as r order by 1, 2
  on conflict (kind, subject) where closed_at is null do nothing;
  get diagnostics v_opened = row_count;
  update public.alerts as a set closed_at = greatest(clock_timestamp(), a.opened_at)
  where a.closed_at is null and a.kind = any (p_kinds) and not exists (
    select from jsonb_array_elements(p_raised) as r where r ->> 'kind' = a.kind and r ->> 'subject' = a.subject);
  get diagnostics v_closed = row_count;
  return jsonb_build_object('serverNow', clock_timestamp(), 'opened', v_opened, 'closed', v_closed);
end;
$function$;
comment on function public.track_alerts(pg_catalog.jsonb,pg_catalog.text[]) is 'Says which alerts of these kinds are raised now: [{kind, subject, details}]. Opens those that are not open, and closes the open ones of p_kinds that are not among them: an episode lasts from the first call that raises it to the first that does not. Answers {serverNow, opened, closed}. Locks the alerts that it writes. Safe to repeat and to run several times at once. Raises HF001 for something else.';
grant execute on function public.track_alerts(jsonb,text[]) to service_role;

CREATE OR REPLACE FUNCTION public.transfer_reservations(p_from_shopper_id uuid, p_to_shopper_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '3s'
AS $function$
declare
  v_now timestamptz;
  v_variant_ids uuid[];
  v_lapsed uuid[];
  v_from uuid[];
  v_into uuid[];
  v_quantities integer[];
  v_ends timestamptz[];
  v_maxima timestamptz[];
  v_merged integer := 0;
  v_moved integer := 0;
begin
  if p_from_shopper_id is null or p_to_shopper_id is null or p_from_shopper_id = p_to_shopper_id then
    perform private.raise_invalid_request('p_from_shopper_id and p_to_shopper_id are two different shoppers');
  end if;
  perform private.set_cause('system:transfer');
  perform private.lock_merging_shoppers(p_from_shopper_id, p_to_shopper_id);
  if exists (select 1 from public.shoppers as s where s.id = p_to_shopper_id and s.merged_into is not null)
     or exists (select 1 from public.shoppers as s where s.id = p_from_shopper_id
                and s.merged_into is distinct from p_to_shopper_id and s.merged_into is not null) then
    perform private.set_cause('');
    return jsonb_build_object('outcome', 'already_merged');
  end if;
  if exists (select 1 from public.reservations as r where r.shopper_id = p_from_shopper_id and r.status = 'paying')
     or exists (select 1 from public.payments as p
                where p.shopper_id = p_from_shopper_id and p.status in ('open', 'processing')) then
    perform private.set_cause('');
    return jsonb_build_object('outcome', 'payment_open');
  end if;

  -- Orders come before levels in the lock order.
  perform 1 from public.orders as o where o.shopper_id = p_from_shopper_id order by o.id for no key update;
  update public.orders as o set shopper_id = p_to_shopper_id where o.shopper_id = p_from_shopper_id;
  update public.payments as p set shopper_id = p_to_shopper_id where p.shopper_id = p_from_shopper_id;

  select array_agg(distinct r.variant_id) into v_variant_ids from public.reservations as r
  where r.shopper_id in (p_from_shopper_id, p_to_shopper_id) and r.status = 'active';
  perform private.lock_levels(v_variant_ids);
  v_now := clock_timestamp();
  select array_agg(r.id) into v_lapsed from public.reservations as r
  where r.shopper_id in (p_from_shopper_id, p_to_shopper_id) and r.status = 'active' and r.expires_at <= v_now;
  if v_lapsed is not null then
    perform private.mark_expired(v_lapsed, v_now);
  end if;

  -- Both hold the same: one line with the units of both, the later end and the earlier maximum. The units go back
  -- and are taken again under the same lock, so nobody can come between.
  select array_agg(f.id), array_agg(t.id), array_agg(f.quantity),
         array_agg(least(greatest(f.expires_at, t.expires_at), least(f.max_expires_at, t.max_expires_at))),
         array_agg(least(f.max_expires_at, t.max_expires_at))
  into v_from, v_into, v_quantities, v_ends, v_maxima
  from public.reservations as f
  join public.reservations as t
    on t.variant_id = f.variant_id and t.location_id = f.location_id and t.status = 'active'
       and t.shopper_id = p_to_shopper_id
  where f.shopper_id = p_from_shopper_id and f.status = 'active';
  if v_from is not null then
    update public.reservations as r set status = 'released', ended_at = v_now where r.id = any (v_from);
    update public.reservations as r
    set quantity = r.quantity + m.quantity, expires_at = m.expires_at, max_expires_at = m.max_expires_at
    from unnest(v_into, v_quantities, v_ends, v_maxima) as m (id, quantity, expires_at, max_expires_at)
    where r.id = m.id;
    get diagnostics v_merged = row_count;
  end if;
  -- The ended ones too: without what was given back or bought meanwhile, an expired one would be offered again, and
  -- nobody would be told of a withdrawn one. One branch per partial index.
  with moved as (
    update public.reservations as r set shopper_id = p_to_shopper_id
    where r.id in (
      select a.id from public.reservations as a where a.shopper_id = p_from_shopper_id and a.status = 'active'
      union all
      select a.id from public.reservations as a where a.shopper_id = p_from_shopper_id and a.status = 'expired'
      union all
      select a.id from public.reservations as a
      where a.shopper_id = p_from_shopper_id and a.status in ('released', 'confirmed'))
    returning r.status
  )
  select count(*) filter (where m.status in ('active', 'expired')) into v_moved from moved as m;

  -- A request of the guest that comes again acts for the user, and finds its answer there. Of two with one key the
  -- user's stays, unless it is too old.
  with moved as (
    delete from public.idempotency_keys as k where k.shopper_id = p_from_shopper_id returning k.*
  )
  insert into public.idempotency_keys as k (shopper_id, key, body_hash, answer, created_at)
  select p_to_shopper_id, m.key, m.body_hash, m.answer, m.created_at from moved as m
  on conflict (shopper_id, key)
  do update set body_hash = excluded.body_hash, answer = excluded.answer, created_at = excluded.created_at
  where k.created_at <= private.kept_since(v_now);

  update public.shoppers as s set merged_into = p_to_shopper_id
  where (s.id = p_from_shopper_id or s.merged_into = p_from_shopper_id)
    and s.merged_into is distinct from p_to_shopper_id;
  perform private.set_cause('');
  return jsonb_build_object('outcome', 'transferred', 'serverNow', v_now, 'merged', v_merged, 'moved', v_moved);
end;
$function$;
comment on function public.transfer_reservations(pg_catalog.uuid,pg_catalog.uuid) is 'Gives what a guest holds to the user that the guest became. Where both hold the same at one location: one line with the units of both, the later end and the earlier maximum. Caps refuse nothing here, only what comes after. Ended ones move too: expired ones so that they can be held again, the others so that they are not offered. Orders move with their payments. Answers that were kept for the guest move too; of two with one key the user''s stays. Records merged_into: later requests of the guest act for the user. Answers {outcome: transferred {merged, moved: active and expired reservations} | payment_open | already_merged (into somebody else)}. Locks shoppers, orders, then levels. Safe to repeat. Raises HF001 for missing or equal shoppers.';
grant execute on function public.transfer_reservations(uuid,uuid) to service_role;

CREATE OR REPLACE FUNCTION public.validate_reservations(p_shopper_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_now timestamptz := statement_timestamp();
  v_settings public.store_settings;
  v_shown integer;
  v_cart jsonb := public.get_cart(p_shopper_id);
  v_lines jsonb := '[]';
  v_row record;
  v_available integer;
  v_outcome text;
begin
  select * into strict v_settings from public.store_settings;
  v_shown := v_settings.shown_stock_limit;
  for v_row in
    select l.line, l.is_live, v.id as variant_id, (l.line ->> 'quantity')::integer as quantity,
           p.published_at <= v_now as is_published
    from (
      select e.line, e.ord, true as is_live from jsonb_array_elements(v_cart -> 'lines') with ordinality as e (line, ord)
      union all
      -- What the cart shows as lapsed, whether the sweep was there already or not.
      select e.line, e.ord, false from jsonb_array_elements(v_cart -> 'lapsed') with ordinality as e (line, ord)
      where e.line ->> 'reason' = 'expired'
    ) as l
    join public.variants as v on v.id = (l.line ->> 'variantId')::uuid
    join public.products as p on p.id = v.product_id
    order by l.is_live desc, l.ord
  loop
    -- Counted as far as this line needs, and told as far as everybody is.
    v_settings.shown_stock_limit := greatest(v_shown, v_row.quantity);
    v_available := (private.availability_of(v_row.variant_id, v_settings, v_now) ->> 'available')::integer;
    v_outcome := case
      when v_row.is_published is distinct from true then 'variant_not_found'
      when v_row.is_live then 'held'
      when v_available >= v_row.quantity then 'would_be_held_again'
      else 'expired' end;
    v_lines := v_lines || jsonb_build_object(
      'reservationId', v_row.line -> 'reservationId', 'variantId', v_row.variant_id, 'quantity', v_row.quantity,
      'unitPriceCents', v_row.line -> 'unitPriceCents', 'currency', v_row.line -> 'currency',
      'expiresAt', coalesce(v_row.line -> 'expiresAt', v_row.line -> 'expiredAt'), 'outcome', v_outcome,
      'available', least(v_available, v_shown),
      'nextReleaseAt', case when v_outcome = 'expired' then
        private.next_release_at(v_row.variant_id, v_now, private.acting_shopper(p_shopper_id)) end);
  end loop;
  return jsonb_build_object('serverNow', v_now, 'lines', v_lines);
end;
$function$;
comment on function public.validate_reservations(pg_catalog.uuid) is 'A forecast, line by line, of what would happen if the shopper paid now: {serverNow, lines: [{reservationId, variantId, quantity, unitPriceCents, currency, expiresAt, outcome: held | would_be_held_again (lapsed, its units are free) | expired (lapsed and taken) | variant_not_found (no longer for sale), available (units, at most shown_stock_limit), nextReleaseAt (with expired, when others hold it)}]}: the lines of the cart, then what it shows as expired. Looks at stock, not at caps. Locks nothing and promises nothing.';
grant execute on function public.validate_reservations(uuid) to service_role;

CREATE OR REPLACE FUNCTION public.validate_stock_consistency()
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  return (
    with held as (
      select r.variant_id, r.location_id, sum(r.quantity) as units,
             min(r.expires_at) filter (where r.status = 'active') as soonest
      from public.reservations as r where r.status in ('active', 'paying')
      group by r.variant_id, r.location_id
    ), ledger as (
      select m.variant_id, m.location_id, sum(m.delta) as units
      from public.stock_movements as m group by m.variant_id, m.location_id
    ), finding as (
      select 'reserved_drift' as kind, s.variant_id, s.location_id, null::uuid as reservation_id,
             coalesce(h.units, 0)::text as expected, s.reserved::text as found
      from public.stock_levels as s left join held as h using (variant_id, location_id)
      where s.reserved <> coalesce(h.units, 0)
      union all
      select 'overpromised', s.variant_id, s.location_id, null, s.on_hand::text, h.units::text
      from public.stock_levels as s join held as h using (variant_id, location_id)
      where h.units > s.on_hand
      union all
      select 'expiry_bound_too_late', s.variant_id, s.location_id, null, h.soonest::text, s.next_expiry_at::text
      from public.stock_levels as s join held as h using (variant_id, location_id)
      where s.next_expiry_at > h.soonest
      union all
      -- Full: the ledger of a level that is gone comes to 0.
      select 'ledger_drift', variant_id, location_id, null, coalesce(l.units, 0)::text, coalesce(s.on_hand, 0)::text
      from public.stock_levels as s full join ledger as l using (variant_id, location_id)
      where coalesce(s.on_hand, 0) <> coalesce(l.units, 0)
      union all
      select 'hold_without_level', r.variant_id, r.location_id, r.id, null, r.status::text
      from public.reservations as r
      where r.status in ('active', 'paying')
        and not exists (select 1 from public.stock_levels as s
                        where s.variant_id = r.variant_id and s.location_id = r.location_id)
      union all
      select 'hold_without_shopper', r.variant_id, r.location_id, r.id, null, r.shopper_id::text
      from public.reservations as r
      where r.status in ('active', 'paying')
        and not exists (select 1 from public.shoppers as s where s.id = r.shopper_id)
      union all
      select 'hold_of_merged_shopper', r.variant_id, r.location_id, r.id, s.merged_into::text, r.shopper_id::text
      from public.reservations as r join public.shoppers as s on s.id = r.shopper_id
      where r.status in ('active', 'paying') and s.merged_into is not null
      union all
      -- What orders say was sold and came back is what the ledger says: sale_drift, restock_drift.
      select d.kind, d.variant_id, d.location_id, null, d.expected::text, d.found::text
      from private.drift_of_sales() as d
      union all
      select 'payment_without_hold', l.variant_id, r.location_id, l.reservation_id, 'paying ' || l.quantity,
             concat_ws(' ', r.status, r.quantity)
      from public.payments as p join public.order_lines as l on l.order_id = p.order_id
      left join public.reservations as r on r.id = l.reservation_id
      where p.status in ('open', 'processing')
        and (r.status is distinct from 'paying' or r.quantity <> l.quantity or r.shopper_id <> p.shopper_id)
    )
    select coalesce(jsonb_agg(jsonb_build_object(
             'kind', f.kind, 'variantId', f.variant_id, 'locationId', f.location_id,
             'reservationId', f.reservation_id, 'expected', f.expected, 'found', f.found)
             order by f.kind, f.variant_id, f.location_id, f.reservation_id), '[]')
    from finding as f);
end;
$function$;
comment on function public.validate_stock_consistency() is 'Every drift between counters, holds, shoppers and the ledger, from one snapshot: an array of {kind, variantId, locationId, reservationId, expected, found}; empty when all is well. Kinds: reserved_drift, overpromised, expiry_bound_too_late, ledger_drift, hold_without_level, hold_without_shopper, hold_of_merged_shopper, sale_drift and restock_drift (orders and the ledger tell different units), payment_without_hold. Reads all orders, all live holds and the whole ledger; locks nothing.';
grant execute on function public.validate_stock_consistency() to service_role;

CREATE OR REPLACE FUNCTION public.watch_low_stock()
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET lock_timeout TO '3s'
AS $function$
declare
  v_row record;
  v_opened integer := 0;
  v_closed integer := 0;
begin
  for v_row in
    with level as (
      -- What one parcel could take: the most that one location can give.
      select a.variant_id, a.sku, max(a.available)::integer as available
      from public.stock_availability as a
      join public.variants as v on v.id = a.variant_id
      join public.products as p on p.id = v.product_id and p.published_at <= statement_timestamp()
      group by a.variant_id, a.sku
    )
    select coalesce(l.variant_id::text, o.subject) as subject, l.sku, l.available, o.id is not null as is_open,
           l.available <= t.low_stock_at as is_low,
           -- Nobody restocks what is no longer for sale.
           l.variant_id is null or l.available >= greatest(t.low_stock_clears_at, t.low_stock_at + 1) as is_over
    from level as l
    full join (select * from public.alerts as a where a.kind = 'low_stock' and a.closed_at is null) as o
      on o.subject = l.variant_id::text
    cross join public.store_settings as t
    order by 1
  loop
    if v_row.is_open and v_row.is_over then
      perform private.close_alert('low_stock', v_row.subject);
      v_closed := v_closed + 1;
    elsif v_row.is_low and not v_row.is_open then
      perform private.open_alert('low_stock', v_row.subject, jsonb_build_object(
        'variantId', v_row.subject, 'sku', v_row.sku, 'available', v_row.available));
      v_opened := v_opened + 1;
    end if;
  end loop;
  return jsonb_build_object('serverNow', clock_timestamp(), 'opened', v_opened, 'closed', v_closed);
end;
$function$;
comment on function public.watch_low_stock() is 'Opens an alert low_stock for every published variant with low_stock_at available units or fewer, once per episode, and closes it at low_stock_clears_at or more, or when the variant is no longer for sale. Answers {serverNow, opened, closed: alerts}. Locks the alerts that it writes. Safe to repeat and to run several times at once.';
grant execute on function public.watch_low_stock() to service_role;

-- Views

create view public.audit_log with (security_invoker=true) as
 SELECT t.id,
    t.at,
    t.actor,
    t.cause,
    'reservation'::text AS entity,
    t.reservation_id AS entity_id,
    COALESCE(t.new_shopper_id, t.old_shopper_id) AS shopper_id,
    t.variant_id,
    t.location_id,
        CASE
            WHEN t.old_status IS NOT NULL THEN jsonb_build_object('status', t.old_status, 'quantity', t.old_quantity, 'expiresAt', t.old_expires_at, 'shopperId', t.old_shopper_id)
            ELSE NULL::jsonb
        END AS before,
        CASE
            WHEN t.new_status IS NOT NULL THEN jsonb_build_object('status', t.new_status, 'quantity', t.new_quantity, 'expiresAt', t.new_expires_at, 'shopperId', t.new_shopper_id)
            ELSE NULL::jsonb
        END AS after
   FROM public.reservation_trail t
UNION ALL
 SELECT t.id,
    t.at,
    t.actor,
    t.cause,
        CASE
            WHEN t.reservation_id IS NULL THEN 'stock_level'::text
            ELSE 'reservation'::text
        END AS entity,
    t.reservation_id AS entity_id,
    NULL::uuid AS shopper_id,
    t.variant_id,
    t.location_id,
    t.before,
    t.after
   FROM public.stock_trail t
UNION ALL
 SELECT t.id,
    t.at,
    t.actor,
    t.cause,
    t.entity,
    t.entity_id,
    t.shopper_id,
    NULL::uuid AS variant_id,
    NULL::uuid AS location_id,
    t.before,
    t.after
   FROM public.order_trail t;
comment on view public.audit_log is 'The whole trail: who changed what, why, before and after, in the order of at. What it is made of is append-only.';
grant select on table public.audit_log to service_role;

create view public.expired_reservations with (security_invoker=true) as
 SELECT id,
    shopper_id,
    variant_id,
    location_id,
    quantity,
    created_at,
    expires_at,
    ended_at,
    status = 'active'::public.reservation_status AS is_unswept
   FROM public.reservations r
  WHERE status = 'expired'::public.reservation_status OR status = 'active'::public.reservation_status AND expires_at <= statement_timestamp();
comment on view public.expired_reservations is 'Holds whose time ran out, whether the sweep marked them already or not.';
grant select on table public.expired_reservations to service_role;

create view public.reservation_refusals with (security_invoker=true) as
 SELECT new_refusals.variant_id,
    new_refusals.reason,
    new_refusals.hour,
    new_refusals.requests,
    new_refusals.units
   FROM public.new_refusals
UNION ALL
 SELECT kept_refusals.variant_id,
    kept_refusals.reason,
    kept_refusals.hour,
    kept_refusals.requests,
    kept_refusals.units
   FROM public.kept_refusals;
comment on view public.reservation_refusals is 'Refusals counted per variant, reason and hour, in several rows: sum them.';
grant select on table public.reservation_refusals to service_role;

create view public.reservation_summary with (security_invoker=true) as
 SELECT variant_id,
    location_id,
    count(*) FILTER (WHERE status = 'active'::public.reservation_status AND expires_at > statement_timestamp()) AS active_holds,
    COALESCE(sum(quantity) FILTER (WHERE status = 'active'::public.reservation_status AND expires_at > statement_timestamp()), 0::bigint) AS active_units,
    count(*) FILTER (WHERE status = 'active'::public.reservation_status AND expires_at <= statement_timestamp()) AS lapsed_holds,
    COALESCE(sum(quantity) FILTER (WHERE status = 'active'::public.reservation_status AND expires_at <= statement_timestamp()), 0::bigint) AS lapsed_units,
    count(*) FILTER (WHERE status = 'paying'::public.reservation_status) AS paying_holds,
    COALESCE(sum(quantity) FILTER (WHERE status = 'paying'::public.reservation_status), 0::bigint) AS paying_units,
    min(expires_at) FILTER (WHERE status = 'active'::public.reservation_status AND expires_at > statement_timestamp()) AS next_expiry_at
   FROM public.reservations r
  WHERE status = ANY (ARRAY['active'::public.reservation_status, 'paying'::public.reservation_status])
  GROUP BY variant_id, location_id;
comment on view public.reservation_summary is 'Holds and units per stock level: live, lapsed and not swept, being paid.';
grant select on table public.reservation_summary to service_role;

create view public.stock_availability with (security_invoker=true) as
 SELECT s.variant_id,
    s.location_id,
    v.sku,
    p.name AS product_name,
    v.name AS variant_name,
    l.code AS location_code,
    s.on_hand,
    s.reserved,
    s.safety_stock,
    COALESCE(e.units, 0::bigint) AS lapsed_units,
    GREATEST(s.on_hand - s.safety_stock - s.reserved + COALESCE(e.units, 0::bigint), 0::bigint) AS available
   FROM public.stock_levels s
     JOIN public.variants v ON v.id = s.variant_id
     JOIN public.products p ON p.id = v.product_id
     JOIN public.locations l ON l.id = s.location_id
     LEFT JOIN LATERAL ( SELECT sum(r.quantity) AS units
           FROM public.reservations r
          WHERE r.variant_id = s.variant_id AND r.location_id = s.location_id AND r.status = 'active'::public.reservation_status AND r.expires_at <= statement_timestamp()) e ON true;
comment on view public.stock_availability is 'Every stock level with what it can give now, in units, counted in full: for those who operate the shop. The public asks get_availability, which is bounded.';
grant select on table public.stock_availability to service_role;

-- Foreign keys

alter table public.order_lines add constraint order_lines_location_id_fkey FOREIGN KEY (location_id) REFERENCES public.locations(id) ON DELETE RESTRICT;

alter table public.order_lines add constraint order_lines_order_id_fkey FOREIGN KEY (order_id) REFERENCES public.orders(id) ON DELETE RESTRICT;

alter table public.order_lines add constraint order_lines_variant_id_fkey FOREIGN KEY (variant_id) REFERENCES public.variants(id) ON DELETE RESTRICT;

alter table public.outgoing_mails add constraint outgoing_mails_order_id_fkey FOREIGN KEY (order_id) REFERENCES public.orders(id) ON DELETE RESTRICT;

alter table public.outgoing_mails add constraint outgoing_mails_refund_id_fkey FOREIGN KEY (refund_id) REFERENCES public.refunds(id) ON DELETE RESTRICT;

alter table public.payment_events add constraint payment_events_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES public.payments(id) ON DELETE RESTRICT;

alter table public.payments add constraint payments_order_id_fkey FOREIGN KEY (order_id) REFERENCES public.orders(id) ON DELETE RESTRICT;

alter table public.refund_lines add constraint refund_lines_order_line_id_fkey FOREIGN KEY (order_line_id) REFERENCES public.order_lines(id) ON DELETE RESTRICT;

alter table public.refund_lines add constraint refund_lines_refund_id_fkey FOREIGN KEY (refund_id) REFERENCES public.refunds(id) ON DELETE RESTRICT;

alter table public.refunds add constraint refunds_order_id_fkey FOREIGN KEY (order_id) REFERENCES public.orders(id) ON DELETE RESTRICT;

alter table public.refunds add constraint refunds_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES public.payments(id) ON DELETE RESTRICT;

alter table public.stock_levels add constraint stock_levels_location_id_fkey FOREIGN KEY (location_id) REFERENCES public.locations(id) ON DELETE RESTRICT;

alter table public.stock_levels add constraint stock_levels_variant_id_fkey FOREIGN KEY (variant_id) REFERENCES public.variants(id) ON DELETE RESTRICT;

alter table public.variants add constraint variants_product_id_fkey FOREIGN KEY (product_id) REFERENCES public.products(id) ON DELETE RESTRICT;

-- Triggers

CREATE TRIGGER admin_trail_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.admin_trail FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_statement('HF008', 'append_only: the trail is only ever added to');

CREATE TRIGGER order_lines_are_fixed BEFORE UPDATE ON public.order_lines FOR EACH ROW WHEN (old.id IS DISTINCT FROM new.id OR old.order_id IS DISTINCT FROM new.order_id OR old."position" IS DISTINCT FROM new."position" OR old.variant_id IS DISTINCT FROM new.variant_id OR old.quantity IS DISTINCT FROM new.quantity OR old.unit_price_cents IS DISTINCT FROM new.unit_price_cents OR old.product_name IS DISTINCT FROM new.product_name OR old.variant_name IS DISTINCT FROM new.variant_name OR old.sku IS DISTINCT FROM new.sku OR old.image_path IS DISTINCT FROM new.image_path OR old.left_seconds IS DISTINCT FROM new.left_seconds OR old.location_id IS NOT NULL AND (old.location_id IS DISTINCT FROM new.location_id OR old.reservation_id IS DISTINCT FROM new.reservation_id)) EXECUTE FUNCTION private.refuse_statement('HF014', 'payment_is_fixed: what was agreed on is not changed afterwards');

CREATE TRIGGER order_lines_stay BEFORE DELETE OR TRUNCATE ON public.order_lines FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_statement('HF014', 'payment_is_fixed: orders are kept');

CREATE TRIGGER order_trail_append_only BEFORE UPDATE OR TRUNCATE ON public.order_trail FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_statement('HF008', 'append_only: the trail is only ever added to');

CREATE TRIGGER order_trail_keep BEFORE DELETE ON public.order_trail FOR EACH STATEMENT WHEN (current_setting('holdfast.cause'::text, true) IS DISTINCT FROM 'system:prune'::text) EXECUTE FUNCTION private.refuse_statement('HF008', 'append_only: the trail is only ever added to');

CREATE TRIGGER order_trail_keep_total AFTER DELETE ON public.order_trail REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION private.keep_total_of_order_trail();

CREATE TRIGGER order_trail_totals_only_grow BEFORE DELETE OR UPDATE OR TRUNCATE ON public.order_trail_totals FOR EACH STATEMENT WHEN (current_setting('holdfast.cause'::text, true) IS DISTINCT FROM 'system:prune'::text) EXECUTE FUNCTION private.refuse_statement('HF008', 'append_only: totals stand for trail that is gone');

CREATE TRIGGER orders_are_fixed BEFORE UPDATE ON public.orders FOR EACH ROW WHEN (old.id IS DISTINCT FROM new.id OR old.number IS DISTINCT FROM new.number OR old.source IS DISTINCT FROM new.source OR old.currency IS DISTINCT FROM new.currency OR old.subtotal_cents IS DISTINCT FROM new.subtotal_cents OR old.shipping_cents IS DISTINCT FROM new.shipping_cents OR old.total_cents IS DISTINCT FROM new.total_cents OR old.created_at IS DISTINCT FROM new.created_at OR old.cart_version IS DISTINCT FROM new.cart_version OR old.erased_at IS NOT NULL AND (new.erased_at IS NULL OR new.email IS NOT NULL)) EXECUTE FUNCTION private.refuse_statement('HF014', 'payment_is_fixed: what was agreed on is not changed afterwards');

CREATE CONSTRAINT TRIGGER orders_are_settled AFTER INSERT OR UPDATE ON public.orders DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION private.check_settled();

CREATE TRIGGER orders_log AFTER INSERT OR UPDATE ON public.orders FOR EACH ROW EXECUTE FUNCTION private.log_order_change('order');

CREATE TRIGGER orders_start_pending BEFORE INSERT ON public.orders FOR EACH ROW WHEN (new.status <> 'pending'::public.order_status OR new.refunded_cents <> 0) EXECUTE FUNCTION private.refuse_statement('HF013', 'illegal_payment_move: an order begins pending');

CREATE TRIGGER orders_status_moves_forward BEFORE UPDATE ON public.orders FOR EACH ROW WHEN (old.status IS DISTINCT FROM new.status AND NOT (old.status = 'pending'::public.order_status AND new.status <> 'pending'::public.order_status) AND NOT (old.status = 'cancelled'::public.order_status AND new.status <> 'pending'::public.order_status) AND NOT (old.status = 'paid'::public.order_status AND new.status = 'refunded'::public.order_status)) EXECUTE FUNCTION private.refuse_statement('HF013', 'illegal_payment_move: an order that was paid is never unpaid');

CREATE TRIGGER orders_stay BEFORE DELETE OR TRUNCATE ON public.orders FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_statement('HF014', 'payment_is_fixed: orders are kept');

CREATE TRIGGER payment_events_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.payment_events FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_statement('HF008', 'append_only: what was heard was heard');

CREATE TRIGGER payments_are_fixed BEFORE UPDATE ON public.payments FOR EACH ROW WHEN (old.id IS DISTINCT FROM new.id OR old.order_id IS DISTINCT FROM new.order_id OR old.amount_cents IS DISTINCT FROM new.amount_cents OR old.currency IS DISTINCT FROM new.currency OR old.return_origin IS DISTINCT FROM new.return_origin OR old.session_expires_at IS DISTINCT FROM new.session_expires_at OR old.window_ends_at IS DISTINCT FROM new.window_ends_at OR old.created_at IS DISTINCT FROM new.created_at OR old.session_id IS NOT NULL AND old.session_id IS DISTINCT FROM new.session_id OR old.payment_intent_id IS NOT NULL AND old.payment_intent_id IS DISTINCT FROM new.payment_intent_id OR old.received_cents IS NOT NULL AND (old.received_cents IS DISTINCT FROM new.received_cents OR old.received_currency IS DISTINCT FROM new.received_currency OR old.settled_at IS DISTINCT FROM new.settled_at)) EXECUTE FUNCTION private.refuse_statement('HF014', 'payment_is_fixed: repeating the call to Stripe needs the same parameters');

CREATE CONSTRAINT TRIGGER payments_are_settled AFTER INSERT OR UPDATE ON public.payments DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION private.check_settled();

CREATE TRIGGER payments_log AFTER INSERT OR UPDATE ON public.payments FOR EACH ROW EXECUTE FUNCTION private.log_order_change('payment');

CREATE TRIGGER payments_status_moves_forward BEFORE UPDATE ON public.payments FOR EACH ROW WHEN (old.status IS DISTINCT FROM new.status AND NOT old.status = 'open'::public.payment_status AND NOT (old.status = 'processing'::public.payment_status AND (new.status = ANY (ARRAY['succeeded'::public.payment_status, 'failed'::public.payment_status, 'expired'::public.payment_status]))) AND NOT ((old.status = ANY (ARRAY['failed'::public.payment_status, 'expired'::public.payment_status])) AND new.status = 'succeeded'::public.payment_status)) EXECUTE FUNCTION private.refuse_statement('HF013', 'illegal_payment_move: a final state is final, except that money may come late');

CREATE TRIGGER payments_stay BEFORE DELETE OR TRUNCATE ON public.payments FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_statement('HF014', 'payment_is_fixed: payments are kept');

CREATE TRIGGER products_log_insert_delete AFTER INSERT OR DELETE ON public.products FOR EACH ROW EXECUTE FUNCTION private.log_shop_change('product');

CREATE TRIGGER products_log_update AFTER UPDATE ON public.products FOR EACH ROW WHEN (old.* IS DISTINCT FROM new.*) EXECUTE FUNCTION private.log_shop_change('product');

CREATE TRIGGER refund_lines_are_fixed BEFORE UPDATE ON public.refund_lines FOR EACH ROW WHEN (old.refund_id IS DISTINCT FROM new.refund_id OR old.order_line_id IS DISTINCT FROM new.order_line_id OR old.quantity IS DISTINCT FROM new.quantity OR old.restock <> 'undecided'::text) EXECUTE FUNCTION private.refuse_statement('HF014', 'payment_is_fixed: whether units are sold again is decided once');

CREATE TRIGGER refund_lines_log AFTER INSERT OR UPDATE ON public.refund_lines FOR EACH ROW EXECUTE FUNCTION private.log_refund_line();

CREATE TRIGGER refund_lines_restock_insert AFTER INSERT ON public.refund_lines FOR EACH ROW WHEN (new.restock = 'restocked'::text) EXECUTE FUNCTION private.restock_line();

CREATE TRIGGER refund_lines_restock_update AFTER UPDATE ON public.refund_lines FOR EACH ROW WHEN (new.restock = 'restocked'::text AND old.restock = 'undecided'::text) EXECUTE FUNCTION private.restock_line();

CREATE TRIGGER refund_lines_stay BEFORE DELETE OR TRUNCATE ON public.refund_lines FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_statement('HF014', 'payment_is_fixed: refunds are kept');

CREATE TRIGGER refund_lines_within_sold BEFORE INSERT OR UPDATE ON public.refund_lines FOR EACH ROW EXECUTE FUNCTION private.guard_refund_line();

CREATE TRIGGER refunds_are_fixed BEFORE UPDATE ON public.refunds FOR EACH ROW WHEN (old.id IS DISTINCT FROM new.id OR old.order_id IS DISTINCT FROM new.order_id OR old.payment_id IS DISTINCT FROM new.payment_id OR old.amount_cents IS DISTINCT FROM new.amount_cents OR old.currency IS DISTINCT FROM new.currency OR old.reason IS DISTINCT FROM new.reason OR old.payment_intent_id IS DISTINCT FROM new.payment_intent_id OR old.actor IS DISTINCT FROM new.actor OR old.created_at IS DISTINCT FROM new.created_at OR old.attempt = new.attempt AND old.stripe_refund_id IS NOT NULL AND old.stripe_refund_id IS DISTINCT FROM new.stripe_refund_id) EXECUTE FUNCTION private.refuse_statement('HF014', 'payment_is_fixed: repeating the call to Stripe needs the same parameters');

CREATE TRIGGER refunds_count_insert AFTER INSERT ON public.refunds FOR EACH ROW WHEN (new.status = 'succeeded'::public.refund_status) EXECUTE FUNCTION private.count_refunds();

CREATE TRIGGER refunds_count_update AFTER UPDATE ON public.refunds FOR EACH ROW WHEN (old.status IS DISTINCT FROM new.status AND ('succeeded'::public.refund_status = old.status OR 'succeeded'::public.refund_status = new.status)) EXECUTE FUNCTION private.count_refunds();

CREATE TRIGGER refunds_log AFTER INSERT OR UPDATE ON public.refunds FOR EACH ROW EXECUTE FUNCTION private.log_order_change('refund');

CREATE TRIGGER refunds_status_moves_forward BEFORE UPDATE ON public.refunds FOR EACH ROW WHEN (old.status IS DISTINCT FROM new.status AND NOT ((old.status = ANY (ARRAY['requested'::public.refund_status, 'pending'::public.refund_status])) AND new.status <> 'requested'::public.refund_status) AND NOT (old.status = 'succeeded'::public.refund_status AND new.status = 'failed'::public.refund_status) AND NOT (old.status = 'failed'::public.refund_status AND (new.attempt = (old.attempt + 1) OR old.stripe_refund_id IS NULL))) EXECUTE FUNCTION private.refuse_statement('HF013', 'illegal_payment_move: what went back stays back');

CREATE TRIGGER refunds_stay BEFORE DELETE OR TRUNCATE ON public.refunds FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_statement('HF014', 'payment_is_fixed: refunds are kept');

CREATE TRIGGER refunds_within_received_insert BEFORE INSERT ON public.refunds FOR EACH ROW WHEN (new.status <> 'failed'::public.refund_status) EXECUTE FUNCTION private.guard_refund();

CREATE TRIGGER refunds_within_received_update BEFORE UPDATE ON public.refunds FOR EACH ROW WHEN (new.status <> 'failed'::public.refund_status AND old.status = 'failed'::public.refund_status) EXECUTE FUNCTION private.guard_refund();

CREATE TRIGGER reservation_trail_append_only BEFORE UPDATE OR TRUNCATE ON public.reservation_trail FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_statement('HF008', 'append_only: the trail is only ever added to');

CREATE TRIGGER reservation_trail_keep BEFORE DELETE ON public.reservation_trail FOR EACH STATEMENT WHEN (current_setting('holdfast.cause'::text, true) IS DISTINCT FROM 'system:prune'::text) EXECUTE FUNCTION private.refuse_statement('HF008', 'append_only: the trail is only ever added to');

CREATE TRIGGER reservation_trail_keep_total AFTER DELETE ON public.reservation_trail REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION private.keep_total_of_trail();

CREATE TRIGGER reservations_count_delete AFTER DELETE ON public.reservations REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION private.count_deleted_reservations();

CREATE TRIGGER reservations_count_insert AFTER INSERT ON public.reservations REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION private.count_inserted_reservations();

CREATE TRIGGER reservations_count_update AFTER UPDATE ON public.reservations REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION private.count_updated_reservations();

CREATE TRIGGER reservations_identity_is_fixed BEFORE UPDATE ON public.reservations FOR EACH ROW WHEN (old.id IS DISTINCT FROM new.id OR old.variant_id IS DISTINCT FROM new.variant_id OR old.location_id IS DISTINCT FROM new.location_id OR old.created_at IS DISTINCT FROM new.created_at OR old.ended_at IS NOT NULL AND (old.quantity IS DISTINCT FROM new.quantity OR old.expires_at IS DISTINCT FROM new.expires_at OR old.ended_at IS DISTINCT FROM new.ended_at)) EXECUTE FUNCTION private.refuse_statement('HF003', 'reservation_is_fixed: a hold keeps its id, variant, location and beginning, and an ended one its figures');

CREATE TRIGGER reservations_keep_while_paying BEFORE DELETE ON public.reservations FOR EACH ROW WHEN (old.status = 'paying'::public.reservation_status) EXECUTE FUNCTION private.guard_paying_hold();

CREATE TRIGGER reservations_no_truncate BEFORE TRUNCATE ON public.reservations FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_statement('HF004', 'no_truncate: delete rows, so that the counters follow');

CREATE TRIGGER reservations_status_moves_forward BEFORE UPDATE ON public.reservations FOR EACH ROW WHEN (old.status IS DISTINCT FROM new.status AND NOT (old.status = 'active'::public.reservation_status AND (new.status = ANY (ARRAY['paying'::public.reservation_status, 'released'::public.reservation_status, 'expired'::public.reservation_status]))) AND NOT (old.status = 'paying'::public.reservation_status AND (new.status = ANY (ARRAY['active'::public.reservation_status, 'confirmed'::public.reservation_status, 'released'::public.reservation_status, 'expired'::public.reservation_status])))) EXECUTE FUNCTION private.refuse_statement('HF002', 'illegal_status_move: an ended hold never comes back, and a hold is confirmed only from paying');

CREATE TRIGGER reservations_stay_pinned BEFORE UPDATE ON public.reservations FOR EACH ROW WHEN (old.status = 'paying'::public.reservation_status AND (old.status IS DISTINCT FROM new.status OR old.quantity IS DISTINCT FROM new.quantity OR old.shopper_id IS DISTINCT FROM new.shopper_id)) EXECUTE FUNCTION private.guard_paying_hold();

CREATE TRIGGER shoppers_keep_while_holding BEFORE DELETE ON public.shoppers FOR EACH ROW EXECUTE FUNCTION private.refuse_while_holding();

CREATE TRIGGER shoppers_note_merge BEFORE INSERT OR UPDATE OF merged_into ON public.shoppers FOR EACH ROW WHEN (new.merged_into IS NOT NULL OR new.merged_at IS NOT NULL) EXECUTE FUNCTION private.note_merge();

CREATE TRIGGER shoppers_note_sources_of_merged AFTER UPDATE OF merged_into ON public.shoppers FOR EACH ROW WHEN (new.merged_into IS NOT NULL AND new.merged_into IS DISTINCT FROM old.merged_into) EXECUTE FUNCTION private.note_sources_of_merged();

CREATE TRIGGER stock_levels_identity_is_fixed BEFORE UPDATE OF variant_id, location_id ON public.stock_levels FOR EACH ROW WHEN (old.variant_id IS DISTINCT FROM new.variant_id OR old.location_id IS DISTINCT FROM new.location_id) EXECUTE FUNCTION private.refuse_statement('HF007', 'stock_level_in_use: holds belong to their variant and location');

CREATE TRIGGER stock_levels_keep_while_held BEFORE DELETE ON public.stock_levels FOR EACH ROW WHEN (old.reserved > 0) EXECUTE FUNCTION private.refuse_statement('HF007', 'stock_level_in_use: release its holds first');

CREATE TRIGGER stock_levels_log_changes AFTER UPDATE OF on_hand, safety_stock ON public.stock_levels FOR EACH ROW WHEN (old.on_hand IS DISTINCT FROM new.on_hand OR old.safety_stock IS DISTINCT FROM new.safety_stock) EXECUTE FUNCTION private.log_stock_level();

CREATE TRIGGER stock_levels_log_delete AFTER DELETE ON public.stock_levels FOR EACH ROW EXECUTE FUNCTION private.log_stock_level();

CREATE TRIGGER stock_levels_log_insert AFTER INSERT ON public.stock_levels FOR EACH ROW EXECUTE FUNCTION private.log_stock_level();

CREATE TRIGGER stock_levels_no_truncate BEFORE TRUNCATE ON public.stock_levels FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_statement('HF004', 'no_truncate: delete rows, so that none goes that has holds');

CREATE TRIGGER stock_levels_reserved_is_counted BEFORE UPDATE OF reserved ON public.stock_levels FOR EACH ROW WHEN (pg_trigger_depth() = 0 AND old.reserved IS DISTINCT FROM new.reserved AND current_setting('holdfast.cause'::text, true) IS DISTINCT FROM 'system:repair'::text) EXECUTE FUNCTION private.refuse_statement('HF006', 'reserved_is_counted: insert, change or release holds instead');

CREATE TRIGGER stock_levels_start_unreserved BEFORE INSERT ON public.stock_levels FOR EACH ROW WHEN (new.reserved <> 0) EXECUTE FUNCTION private.refuse_statement('HF006', 'reserved_is_counted: a new stock level has no holds yet');

CREATE TRIGGER stock_levels_write_first_movement AFTER INSERT ON public.stock_levels FOR EACH ROW EXECUTE FUNCTION private.write_stock_movement();

CREATE TRIGGER stock_levels_write_last_movement AFTER DELETE ON public.stock_levels FOR EACH ROW EXECUTE FUNCTION private.write_stock_movement();

CREATE TRIGGER stock_levels_write_movement AFTER UPDATE OF on_hand ON public.stock_levels FOR EACH ROW WHEN (old.on_hand IS DISTINCT FROM new.on_hand) EXECUTE FUNCTION private.write_stock_movement();

CREATE TRIGGER stock_movements_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.stock_movements FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_statement('HF008', 'append_only: the ledger is only ever added to');

CREATE TRIGGER stock_trail_append_only BEFORE UPDATE OR TRUNCATE ON public.stock_trail FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_statement('HF008', 'append_only: the trail is only ever added to');

CREATE TRIGGER stock_trail_keep BEFORE DELETE ON public.stock_trail FOR EACH STATEMENT WHEN (current_setting('holdfast.cause'::text, true) IS DISTINCT FROM 'system:prune'::text) EXECUTE FUNCTION private.refuse_statement('HF008', 'append_only: the trail is only ever added to');

CREATE TRIGGER stock_trail_keep_total AFTER DELETE ON public.stock_trail REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION private.keep_total_of_trail();

CREATE TRIGGER store_settings_log_update AFTER UPDATE ON public.store_settings FOR EACH ROW WHEN (old.* IS DISTINCT FROM new.*) EXECUTE FUNCTION private.log_shop_change('settings');

CREATE TRIGGER trail_totals_only_grow BEFORE DELETE OR UPDATE OR TRUNCATE ON public.trail_totals FOR EACH STATEMENT WHEN (current_setting('holdfast.cause'::text, true) IS DISTINCT FROM 'system:prune'::text) EXECUTE FUNCTION private.refuse_statement('HF008', 'append_only: totals stand for trail that is gone');

CREATE TRIGGER variants_log_insert_delete AFTER INSERT OR DELETE ON public.variants FOR EACH ROW EXECUTE FUNCTION private.log_shop_change('variant');

CREATE TRIGGER variants_log_update AFTER UPDATE ON public.variants FOR EACH ROW WHEN (old.* IS DISTINCT FROM new.*) EXECUTE FUNCTION private.log_shop_change('variant');

-- Policies

create policy order_lines_are_read_by_their_shopper on public.order_lines as permissive for select to authenticated
  using ((EXISTS ( SELECT 1
   FROM public.orders o
  WHERE ((o.id = order_lines.order_id) AND (o.shopper_id = ( SELECT auth.uid() AS uid))))));

create policy orders_are_read_by_their_shopper on public.orders as permissive for select to authenticated
  using ((shopper_id = ( SELECT auth.uid() AS uid)));

create policy products_published_are_public on public.products as permissive for select to anon, authenticated
  using ((published_at <= now()));

create policy reservations_are_read_by_their_shopper on public.reservations as permissive for select to authenticated
  using (((shopper_id = ( SELECT auth.uid() AS uid)) AND ((status = 'active'::public.reservation_status) OR (status <> 'active'::public.reservation_status))));

create policy variants_of_published_products_are_public on public.variants as permissive for select to anon, authenticated
  using ((EXISTS ( SELECT 1
   FROM public.products p
  WHERE ((p.id = variants.product_id) AND (p.published_at <= now())))));
