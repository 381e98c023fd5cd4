-- Orders: what somebody wanted to buy, at which price, and what became of it. docs/adr/0014

create type public.order_status as enum ('pending', 'paid', 'refunded_out_of_stock', 'refunded', 'cancelled');
comment on type public.order_status is
  'pending: its payment is unfinished. paid: sold, perhaps refunded in part. refunded_out_of_stock: paid when the units were gone. refunded: all money goes or went back. cancelled: its payment ended without money; a success that comes late still becomes a sale or a refund.';

alter table public.store_settings
  add column shop_currency text not null default 'EUR' check (shop_currency ~ '^[A-Z]{3}$'),
  add column shipping_cents integer not null default 490 check (shipping_cents >= 0);
comment on column public.store_settings.shop_currency is 'The currency in which carts are paid, ISO 4217.';
comment on column public.store_settings.shipping_cents is 'Flat shipping per order, in minor units of shop_currency.';

create table public.orders (
  id uuid primary key default gen_random_uuid(),
  number bigint not null generated always as identity (start with 1001) unique,
  shopper_id uuid not null,
  source text not null default 'checkout' check (source in ('checkout', 'phone', 'import')),
  status public.order_status not null default 'pending',
  email text check (length(email) between 3 and 320),
  ship_name text, ship_line1 text, ship_line2 text, ship_postal_code text, ship_city text,
  ship_country text check (ship_country ~ '^[A-Z]{2}$'),
  cart_version text,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  subtotal_cents bigint not null check (subtotal_cents >= 0),
  shipping_cents integer not null default 0 check (shipping_cents >= 0),
  total_cents bigint not null,
  refunded_cents bigint not null default 0 check (refunded_cents >= 0),
  tracking text,
  created_at timestamptz not null default clock_timestamp(),
  paid_at timestamptz,
  shipped_at timestamptz,
  cancelled_at timestamptz,
  refunded_at timestamptz,
  disputed_at timestamptz,
  is_erasure_due boolean not null default false,
  erased_at timestamptz,
  constraint orders_total_is_sum check (total_cents = subtotal_cents + shipping_cents),
  constraint orders_times_fit_status check (case status
    when 'pending' then paid_at is null and cancelled_at is null and refunded_at is null
    when 'cancelled' then paid_at is null and cancelled_at is not null and refunded_at is null
    when 'paid' then paid_at is not null and refunded_at is null
    else paid_at is not null and refunded_at is not null end),
  constraint orders_shipped_was_paid check (shipped_at is null or status in ('paid', 'refunded')),
  constraint orders_checkout_has_address check (source <> 'checkout' or erased_at is not null
    or num_nulls(email, ship_name, ship_line1, ship_postal_code, ship_city, ship_country, cart_version) = 0),
  constraint orders_erased_is_empty check (erased_at is null
    or num_nonnulls(email, ship_name, ship_line1, ship_line2, ship_postal_code, ship_city) = 0)
);
create index orders_shopper_id_idx on public.orders (shopper_id, number);
create index orders_email_idx on public.orders (lower(email));
create index orders_to_ship_idx on public.orders (number)
  where status = 'paid' and shipped_at is null and cancelled_at is null;
create index orders_erasure_due_idx on public.orders (number) where is_erasure_due and erased_at is null;
comment on table public.orders is
  'One checkout or one order from elsewhere. Prices are what they were then. A new checkout is a new order.';
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

create table public.order_lines (
  id uuid primary key default gen_random_uuid(),
  order_id uuid not null references public.orders (id) on delete restrict,
  position integer not null check (position > 0),
  variant_id uuid not null references public.variants (id) on delete restrict,
  quantity integer not null check (quantity > 0),
  unit_price_cents integer not null check (unit_price_cents >= 0),
  product_name text not null,
  variant_name text not null,
  sku text not null,
  image_path text not null,
  reservation_id uuid,
  left_seconds integer not null default 0 check (left_seconds >= 0),
  location_id uuid references public.locations (id) on delete restrict,
  constraint order_lines_position_is_taken_once unique (order_id, position),
  constraint order_lines_sold_from_a_hold check (location_id is null or reservation_id is not null)
);
create index order_lines_variant_id_idx on public.order_lines (variant_id);
create index order_lines_location_id_idx on public.order_lines (location_id);
create index order_lines_reservation_id_idx on public.order_lines (reservation_id);
comment on table public.order_lines is 'What an order consists of, with names and prices as they were.';
comment on column public.order_lines.position is 'Its place in the order, from 1.';
comment on column public.order_lines.quantity is 'Units of stock.';
comment on column public.order_lines.unit_price_cents is 'Price of one unit then, in minor units of the order''s currency.';
comment on column public.order_lines.reservation_id is 'Its hold; null where there was none. No foreign key: docs/adr/0004.';
comment on column public.order_lines.left_seconds is 'What the hold had left when it was pinned: what it gets back.';
comment on column public.order_lines.location_id is 'Where it was sold from; null until it is sold.';

create trigger orders_start_pending before insert on public.orders for each row
  when (new.status <> 'pending' or new.refunded_cents <> 0)
  execute function private.refuse_statement('HF013', 'illegal_payment_move: an order begins pending');
create trigger orders_status_moves_forward before update on public.orders for each row
  when (old.status is distinct from new.status
    and not (old.status = 'pending' and new.status <> 'pending')
    and not (old.status = 'cancelled' and new.status <> 'pending')
    and not (old.status = 'paid' and new.status = 'refunded'))
  execute function private.refuse_statement('HF013', 'illegal_payment_move: an order that was paid is never unpaid');
create trigger orders_are_fixed before update on public.orders for each row
  when ((old.id, old.number, old.source, old.currency, old.subtotal_cents, old.shipping_cents, old.total_cents,
         old.created_at, old.cart_version)
    is distinct from (new.id, new.number, new.source, new.currency, new.subtotal_cents, new.shipping_cents,
         new.total_cents, new.created_at, new.cart_version)
    or (old.erased_at is not null and (new.erased_at is null or new.email is not null)))
  execute function private.refuse_statement('HF014', 'payment_is_fixed: what was agreed on is not changed afterwards');
create trigger order_lines_are_fixed before update on public.order_lines for each row
  when ((old.id, old.order_id, old.position, old.variant_id, old.quantity, old.unit_price_cents, old.product_name,
         old.variant_name, old.sku, old.image_path, old.left_seconds)
    is distinct from (new.id, new.order_id, new.position, new.variant_id, new.quantity, new.unit_price_cents,
         new.product_name, new.variant_name, new.sku, new.image_path, new.left_seconds)
    or (old.location_id is not null
        and (old.location_id, old.reservation_id) is distinct from (new.location_id, new.reservation_id)))
  execute function private.refuse_statement('HF014', 'payment_is_fixed: what was agreed on is not changed afterwards');
create trigger orders_stay before delete or truncate on public.orders for each statement
  execute function private.refuse_statement('HF014', 'payment_is_fixed: orders are kept');
create trigger order_lines_stay before delete or truncate on public.order_lines for each statement
  execute function private.refuse_statement('HF014', 'payment_is_fixed: orders are kept');
