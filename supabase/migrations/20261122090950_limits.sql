-- Limits against hoarding: a cool-down for holds that never convert, and a rate and a largest share per source.
--
-- A source is where requests come from, as the server says it in a request's `source`: a keyed hash of a network
-- address, never the address. A request without one costs nothing here and is limited by its shopper alone.

alter table public.store_settings
  add column max_unconverted_holds integer not null default 5 check (max_unconverted_holds > 0),
  add column unconverted_window_seconds integer not null default 7200 check (unconverted_window_seconds > 0),
  add column cool_down_seconds integer not null default 900 check (cool_down_seconds >= 0),
  add column max_share_per_address_percent integer not null default 25
    check (max_share_per_address_percent between 1 and 100),
  add column min_units_per_address integer not null default 3 check (min_units_per_address > 0),
  add column max_units_per_address integer not null default 1000 check (max_units_per_address > 0),
  add column max_requests_per_address integer not null default 600 check (max_requests_per_address > 0);
comment on column public.store_settings.max_unconverted_holds is
  'So many holds of one variant may a shopper let go without buying, within unconverted_window_seconds, before the next has to wait.';
comment on column public.store_settings.unconverted_window_seconds is
  'How far back holds that came to nothing are counted, in seconds.';
comment on column public.store_settings.cool_down_seconds is
  'How long after the last of them the next hold has to wait, in seconds; 0: no cool-down.';
comment on column public.store_settings.max_share_per_address_percent is
  'Of the units of a variant that can be held at all, the share that one address may hold, in percent; 100: no limit.';
comment on column public.store_settings.min_units_per_address is
  'Units of a variant that one address may hold in any case, however small its share: many people may share an address.';
comment on column public.store_settings.max_units_per_address is
  'Units of a variant that one address may hold at most, however large its share. Bounds what counting them costs.';
comment on column public.store_settings.max_requests_per_address is
  'Requests for holds per minute from one address.';

create table public.source_holders (
  variant_id uuid not null,
  source text not null check (source <> ''),
  shopper_id uuid not null,
  noted_at timestamptz not null,
  primary key (variant_id, source, shopper_id)
);
create index source_holders_shopper_id_idx on public.source_holders (shopper_id, variant_id);
create index source_holders_noted_at_idx on public.source_holders (noted_at);
comment on table public.source_holders is
  'Who holds a variant from which source: what a source''s share is counted by. Whether they hold it still, the holds say. Rows that say nothing any more are removed when they are met, and by prune_sources.';
comment on column public.source_holders.source is 'A keyed hash of a network address; never the address itself.';
comment on column public.source_holders.noted_at is 'When the shopper last took units from there.';

create table public.source_requests (
  source text not null check (source <> ''),
  shard smallint not null,
  minute timestamptz not null,
  requests integer not null check (requests > 0),
  primary key (source, shard)
) with (fillfactor = 50);
create index source_requests_minute_idx on public.source_requests (minute);
comment on table public.source_requests is
  'Requests for holds per source in the minute that each row names. Sharded, so that counting is no hot row where many share an address.';
comment on column public.source_requests.source is 'A keyed hash of a network address; never the address itself.';
comment on column public.source_requests.shard is 'Backend process id modulo 8. Sum over it.';
comment on column public.source_requests.minute is 'The minute that is counted, by its beginning; another one counts as none.';
comment on column public.source_requests.requests is 'Requests that were let through in that minute.';

alter table public.source_holders enable row level security;
alter table public.source_requests enable row level security;
grant select on public.source_holders, public.source_requests to service_role;

create function private.has_sources(p_requests jsonb)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
begin
  return p_requests @? '$[*].source';
end;
$$;
comment on function private.has_sources(jsonb) is 'Whether a request of the batch says where it comes from.';
