-- Holds, who has them, and the trail that they leave.

create type public.reservation_status as enum ('active', 'paying', 'confirmed', 'released', 'expired');
comment on type public.reservation_status is
  'active and paying count as reserved; confirmed, released and expired are ended for good.';

create type public.shopper_tier as enum ('standard', 'vip');
comment on type public.shopper_tier is 'Decides the hold duration where the product has none of its own.';

create table public.shoppers (
  id uuid primary key,
  tier public.shopper_tier not null default 'standard',
  merged_into uuid,
  minute_began_at timestamptz not null default '-infinity',
  holds_in_minute integer not null default 0 check (holds_in_minute >= 0),
  created_at timestamptz not null default now(),
  constraint shoppers_not_merged_into_itself check (merged_into <> id)
);
create index shoppers_merged_into_idx on public.shoppers (merged_into) where merged_into is not null;
comment on table public.shoppers is
  'A guest or a signed-in user, one row per shopper_id. Its row lock serialises what one shopper does: caps are decided under it.';
comment on column public.shoppers.merged_into is
  'Whom this guest became by signing in. A late request with the old identity acts for that shopper. Never a chain.';
comment on column public.shoppers.minute_began_at is
  'When the minute began whose new holds are counted: with the first of them.';
comment on column public.shoppers.holds_in_minute is 'New holds since minute_began_at, for max_holds_per_minute.';

-- No foreign keys on the hot path: the counting trigger refuses a hold without its stock level, once per
-- statement instead of once per row, and nobody but the functions can insert here (docs/adr/0004).
create table public.reservations (
  id uuid primary key default gen_random_uuid(),
  shopper_id uuid not null,
  variant_id uuid not null,
  location_id uuid not null,
  quantity integer not null,
  status public.reservation_status not null default 'active',
  duration_seconds integer not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  max_expires_at timestamptz not null,
  ended_at timestamptz,
  replaces_id uuid,
  is_withdrawn boolean not null default false,
  paying_seconds integer not null default 0
) with (fillfactor = 80);
comment on table public.reservations is
  'Holds: units of one variant at one location, kept for one shopper. There is no cart table; the cart is the shopper''s active holds.';
comment on column public.reservations.quantity is 'Units of stock.';
comment on column public.reservations.duration_seconds is 'What applied when the hold was made: one turn, in seconds.';
comment on column public.reservations.expires_at is
  'An active hold is live while this lies ahead. A paying hold is live whatever this says.';
comment on column public.reservations.max_expires_at is 'No extension goes past this.';
comment on column public.reservations.ended_at is 'When the hold was confirmed, released or expired; null while it counts.';
comment on column public.reservations.replaces_id is
  'The ended hold whose units were taken again with this one. No foreign key: the old row may be pruned.';
comment on column public.reservations.paying_seconds is
  'How long payments have pinned it that came to nothing, in seconds: max_paying_seconds caps them together.';
comment on column public.reservations.is_withdrawn is
  'Released by the shop, because the units were not there after all: the shopper is told, as of an expired hold.';

-- Typed columns, because every hold leaves a row here: jsonb would cost three times as much (docs/adr/0012).
create table public.reservation_trail (
  id bigint not null generated always as identity,
  at timestamptz not null default clock_timestamp(),
  actor text not null,
  cause text not null,
  reservation_id uuid not null,
  variant_id uuid not null,
  location_id uuid not null,
  old_shopper_id uuid,
  old_status public.reservation_status,
  old_quantity integer,
  old_expires_at timestamptz,
  new_shopper_id uuid,
  new_status public.reservation_status,
  new_quantity integer,
  new_expires_at timestamptz,
  primary key (variant_id, at, id),
  check (old_status is not null or new_status is not null)
);
create index reservation_trail_at_idx on public.reservation_trail using brin (at);
comment on table public.reservation_trail is
  'The append-only trail of holds: one row for every hold that was made, changed or deleted, what it was and what it became. No application role can change it.';
comment on column public.reservation_trail.actor is 'shopper, admin or system from our functions; the database role where somebody typed SQL.';
comment on column public.reservation_trail.cause is 'Which operation did it, for example reserve, extend, expire; sql where somebody typed it.';
comment on column public.reservation_trail.old_status is 'What was there before; null, as all of old_, for a new hold.';
comment on column public.reservation_trail.old_quantity is 'Units of stock before.';
comment on column public.reservation_trail.old_expires_at is 'When it would have ended before.';
comment on column public.reservation_trail.new_status is 'What came of it; null, as all of new_, for a hold that was deleted.';
comment on column public.reservation_trail.new_quantity is 'Units of stock after.';
comment on column public.reservation_trail.new_expires_at is 'When it ends or would have ended after.';

create table public.stock_trail (
  id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  actor text not null,
  cause text not null,
  reservation_id uuid,
  variant_id uuid not null,
  location_id uuid not null,
  before jsonb,
  after jsonb
);
create index stock_trail_variant_id_at_idx on public.stock_trail (variant_id, at);
comment on table public.stock_trail is
  'The append-only trail of stock levels: every change of on_hand and safety_stock, and every repair. No application role can change it.';
comment on column public.stock_trail.reservation_id is 'The hold that a repair was about; null for a stock level.';
comment on column public.stock_trail.before is 'What was there; null for what is new.';
comment on column public.stock_trail.after is 'What came of it, in the same words; null for what was deleted.';

create view public.audit_log with (security_invoker = true) as
select t.id, t.at, t.actor, t.cause, 'reservation' as entity, t.reservation_id as entity_id,
       coalesce(t.new_shopper_id, t.old_shopper_id) as shopper_id, t.variant_id, t.location_id,
       case when t.old_status is not null then jsonb_build_object(
         'status', t.old_status, 'quantity', t.old_quantity, 'expiresAt', t.old_expires_at,
         'shopperId', t.old_shopper_id) end as before,
       case when t.new_status is not null then jsonb_build_object(
         'status', t.new_status, 'quantity', t.new_quantity, 'expiresAt', t.new_expires_at,
         'shopperId', t.new_shopper_id) end as after
from public.reservation_trail as t
union all
select t.id, t.at, t.actor, t.cause, case when t.reservation_id is null then 'stock_level' else 'reservation' end,
       t.reservation_id, null, t.variant_id, t.location_id, t.before, t.after
from public.stock_trail as t;
comment on view public.audit_log is
  'The whole trail: who changed what, why, before and after, in the order of at. What it is made of is append-only.';
revoke all on public.audit_log from public, anon, authenticated, service_role;

-- Not logged: a count that a crash takes back is no loss, and a refusal then need not wait for the disk.
create unlogged table public.new_refusals (
  variant_id uuid not null,
  reason text not null,
  hour timestamptz not null,
  shard smallint not null,
  requests bigint not null,
  units bigint not null,
  primary key (variant_id, reason, hour, shard)
) with (fillfactor = 50);
comment on table public.new_refusals is
  'Refusals since the last sweep: bounded, so that a flood cannot fill the disk; sharded, so that counting is no hot row.';
comment on column public.new_refusals.hour is 'The hour in which they were refused, by its beginning.';
comment on column public.new_refusals.requests is 'Lines of requests that were refused.';
comment on column public.new_refusals.shard is 'Backend process id modulo 16. Sum over it.';
comment on column public.new_refusals.units is 'Units that were asked for and not held.';

create table public.kept_refusals (
  variant_id uuid not null,
  reason text not null,
  hour timestamptz not null,
  requests bigint not null,
  units bigint not null,
  primary key (variant_id, reason, hour)
);
comment on table public.kept_refusals is 'Refusals that the sweep has taken over from new_refusals, for good.';
comment on column public.kept_refusals.hour is 'The hour in which they were refused, by its beginning.';
comment on column public.kept_refusals.requests is 'Lines of requests that were refused.';
comment on column public.kept_refusals.units is 'Units that were asked for and not held.';

create view public.reservation_refusals with (security_invoker = true) as
select variant_id, reason, hour, requests, units from public.new_refusals
union all
select variant_id, reason, hour, requests, units from public.kept_refusals;
comment on view public.reservation_refusals is
  'Refusals counted per variant, reason and hour, in several rows: sum them.';
revoke all on public.reservation_refusals from public, anon, authenticated, service_role;
