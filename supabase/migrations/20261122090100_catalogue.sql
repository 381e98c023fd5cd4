-- What is sold and where it is kept.

create table public.store_settings (
  is_only_row boolean primary key default true check (is_only_row),
  hold_seconds integer not null default 900 check (hold_seconds between 1 and 86400),
  vip_hold_seconds integer not null default 1800 check (vip_hold_seconds between 1 and 86400),
  max_hold_turns integer not null default 11 check (max_hold_turns between 1 and 100),
  max_units_per_line integer not null default 100 check (max_units_per_line > 0),
  max_units_per_variant integer not null default 100 check (max_units_per_variant > 0),
  max_units_per_shopper integer not null default 500 check (max_units_per_shopper > 0),
  max_holds_per_minute integer not null default 60 check (max_holds_per_minute > 0),
  shown_stock_limit integer not null default 20 check (shown_stock_limit between 1 and 100),
  low_stock_at integer not null default 5 check (low_stock_at >= 0),
  lapsed_shown_seconds integer not null default 1800 check (lapsed_shown_seconds >= 0),
  trail_kept_days integer default 365 check (trail_kept_days between 30 and 36500)
);
comment on table public.store_settings is
  'Durations and caps as data. One row. A hold keeps a copy of what applied to it, so a change here never shortens a promise.';
comment on column public.store_settings.hold_seconds is 'How long adding to the cart holds units, in seconds.';
comment on column public.store_settings.vip_hold_seconds is 'The same for shoppers of tier vip, in seconds.';
comment on column public.store_settings.max_hold_turns is
  'Total life of a hold, in turns of its duration: 11 are the first and ten extensions (WCAG 2.2.1, docs/accessibility.md).';
comment on column public.store_settings.max_units_per_line is 'Most units one hold may have.';
comment on column public.store_settings.max_units_per_variant is 'Most live units of one variant per shopper.';
comment on column public.store_settings.max_units_per_shopper is 'Most live units of anything per shopper.';
comment on column public.store_settings.max_holds_per_minute is
  'Most new holds of one shopper within a minute that begins with the first. Changing or extending a hold makes none.';
comment on column public.store_settings.shown_stock_limit is
  'The public sees availability up to this many units, then "or more".';
comment on column public.store_settings.low_stock_at is 'At this many available units or fewer a variant reads as low on stock.';
comment on column public.store_settings.lapsed_shown_seconds is
  'How long an expired hold stays in the cart as "no longer held", in seconds.';

comment on column public.store_settings.trail_kept_days is
  'How old a row of the trail is before it is pruned, in days; null: never. Its total is kept.';

insert into public.store_settings default values;

create table public.products (
  id uuid primary key default gen_random_uuid(),
  slug text not null unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  name text not null check (name <> ''),
  tagline text not null default '',
  description text not null default '',
  image_path text not null,
  image_alt text not null,
  position integer not null default 0,
  hold_seconds integer check (hold_seconds between 1 and 86400),
  published_at timestamptz,
  created_at timestamptz not null default now()
);
comment on table public.products is 'What the shop shows. Visible to the public once published.';
comment on column public.products.position is 'Where it stands in the catalogue: lower comes first.';
comment on column public.products.published_at is 'From when on it is shown and sold; null: not yet.';
comment on column public.products.hold_seconds is
  'This product''s own hold duration in seconds; null: the shopper''s tier, then the store, decides.';

create table public.variants (
  id uuid primary key default gen_random_uuid(),
  product_id uuid not null references public.products (id) on delete restrict,
  sku text not null unique check (sku <> ''),
  name text not null check (name <> ''),
  price_cents integer not null check (price_cents >= 0),
  currency text not null default 'EUR' check (currency ~ '^[A-Z]{3}$'),
  position integer not null default 0,
  created_at timestamptz not null default now()
);
create index variants_product_id_idx on public.variants (product_id);
comment on table public.variants is 'The thing that is sold and counted (a SKU).';
comment on column public.variants.position is 'Where it stands within its product: lower comes first.';
comment on column public.variants.price_cents is 'Price of one unit in integer minor units of `currency`.';

create table public.locations (
  id uuid primary key default gen_random_uuid(),
  code text not null unique check (code <> ''),
  name text not null check (name <> ''),
  priority integer not null default 0,
  created_at timestamptz not null default now()
);
comment on table public.locations is 'A place that keeps stock. A shop has at least one: main.';
comment on column public.locations.priority is 'Lower goes first when a line looks for the location that covers it.';

insert into public.locations (code, name) values ('main', 'Main');

create table public.stock_levels (
  variant_id uuid not null references public.variants (id) on delete restrict,
  location_id uuid not null references public.locations (id) on delete restrict,
  on_hand integer not null default 0,
  reserved integer not null default 0,
  safety_stock integer not null default 0 check (safety_stock >= 0),
  next_expiry_at timestamptz not null default 'infinity',
  primary key (variant_id, location_id),
  constraint stock_levels_reserved_within_on_hand check (reserved >= 0 and reserved <= on_hand)
) with (fillfactor = 50);
create index stock_levels_location_id_idx on public.stock_levels (location_id);
comment on table public.stock_levels is
  'One row per (variant, location), in units. The row that every hold of the level locks; a low fillfactor keeps its updates HOT.';
comment on column public.stock_levels.on_hand is 'Units that are physically there.';
comment on column public.stock_levels.reserved is
  'Units of the active and paying holds. Written by the counting triggers on reservations and by nothing else.';
comment on column public.stock_levels.safety_stock is 'Units that new holds leave alone. Limits new holds only.';
comment on column public.stock_levels.next_expiry_at is
  'A lower bound of expires_at over the level''s active holds: while it lies ahead nothing here has lapsed, and looking for lapsed holds starts here. Lowered by the counting triggers, raised under the level''s lock.';
