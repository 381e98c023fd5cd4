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
  is_withdrawn boolean not null default false
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
comment on column public.reservations.is_withdrawn is
  'Released by the shop, because the units were not there after all: the shopper is told, as of an expired hold.';

create table public.audit_log (
  id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  actor text not null,
  cause text not null,
  entity text not null check (entity in ('reservation', 'stock_level')),
  entity_id uuid,
  shopper_id uuid,
  variant_id uuid not null,
  location_id uuid not null,
  before jsonb,
  after jsonb
);
create index audit_log_variant_id_at_idx on public.audit_log (variant_id, at);
comment on table public.audit_log is
  'The append-only trail: every change of a hold and of on_hand, who, what, why, before, after. No application role can change it.';
comment on column public.audit_log.actor is 'shopper, admin or system from our functions; the database role where somebody typed SQL.';
comment on column public.audit_log.cause is 'Which operation did it, for example reserve, extend, expire; sql where somebody typed it.';
comment on column public.audit_log.before is
  'What was there: status, units and instants of a hold, units of a stock level; null for what is new.';
comment on column public.audit_log.after is 'What came of it, in the same words; null for what was deleted.';

create table public.reservation_refusals (
  variant_id uuid not null,
  reason text not null,
  hour timestamptz not null,
  shard smallint not null,
  requests bigint not null,
  units bigint not null,
  primary key (variant_id, reason, hour, shard)
) with (fillfactor = 50);
comment on table public.reservation_refusals is
  'Refusals counted per variant, reason and hour: bounded, so that a flood cannot fill the disk; sharded, so that counting is no hot row.';
comment on column public.reservation_refusals.hour is 'The hour in which they were refused, by its beginning.';
comment on column public.reservation_refusals.requests is 'Lines of requests that were refused.';
comment on column public.reservation_refusals.shard is 'Backend process id modulo 16. Sum over it.';
comment on column public.reservation_refusals.units is 'Units that were asked for and not held.';
