-- What reserve_stock is measured against, in a schema of its own. Tables are copies of the real ones with all their
-- indexes, so that a migration that adds one makes the floors dearer too; constraints and triggers stay away.
create schema bench;

-- What load.ts has put into reservations, to start the other tables from as well.
create table bench.strangers (like public.reservations including defaults);

-- Floor: only the row.
create table bench.inserted_holds
  (like public.reservations including defaults including indexes including storage) with (fillfactor = 80);

-- Floor: only the counter.
create table bench.counters
  (like public.stock_levels including defaults including indexes including storage) with (fillfactor = 50);

-- The design that most shops have: lock the product, sum its holds, write one more.
create table bench.naive_products (variant_id uuid primary key, on_hand integer not null);
create table bench.naive_holds
  (like public.reservations including defaults including indexes including storage) with (fillfactor = 80);

create function bench.refuse_what_is_not_there()
returns trigger
language plpgsql
as $$
declare
  v_on_hand integer;
  v_held bigint;
begin
  select p.on_hand into v_on_hand from bench.naive_products as p where p.variant_id = new.variant_id for update;
  select coalesce(sum(h.quantity), 0) into v_held from bench.naive_holds as h
  where h.variant_id = new.variant_id and h.location_id = new.location_id
    and h.status = 'active' and h.expires_at > now();
  if v_held + new.quantity > v_on_hand then
    raise exception 'insufficient_stock' using errcode = 'BE001';
  end if;
  return new;
end;
$$;
create trigger naive_holds_check_stock before insert on bench.naive_holds
  for each row execute function bench.refuse_what_is_not_there();

-- The same in one function, on tables without the trigger.
create table bench.summed_products (variant_id uuid primary key, on_hand integer not null);
create table bench.summed_holds
  (like public.reservations including defaults including indexes including storage) with (fillfactor = 80);

create function bench.lock_then_sum(p_shopper_id uuid, p_variant_id uuid, p_location_id uuid)
returns boolean
language plpgsql
as $$
declare
  v_on_hand integer;
  v_held bigint;
begin
  select p.on_hand into v_on_hand from bench.summed_products as p where p.variant_id = p_variant_id for update;
  select coalesce(sum(h.quantity), 0) into v_held from bench.summed_holds as h
  where h.variant_id = p_variant_id and h.location_id = p_location_id
    and h.status = 'active' and h.expires_at > statement_timestamp();
  if v_held + 1 > v_on_hand then
    return false;
  end if;
  insert into bench.summed_holds
    (id, shopper_id, variant_id, location_id, quantity, status, duration_seconds, created_at, expires_at, max_expires_at)
  values (gen_random_uuid(), p_shopper_id, p_variant_id, p_location_id, 1, 'active', 900, now(),
          now() + interval '15 minutes', now() + interval '2 hours');
  return true;
end;
$$;

-- The catalogue: one product with the one hot variant, and 10,000 variants, ten to a product.
insert into public.products (slug, name, image_path, image_alt, published_at)
select 'product-' || g, 'Product ' || g, '/x.svg', 'x', now() - interval '1 day' from generate_series(0, 1000) as g;
insert into public.variants (product_id, sku, name, price_cents)
select p.id, 'sku-' || g, 'Variant ' || g, 1000
from generate_series(0, 10000) as g join public.products as p on p.slug = 'product-' || (g + 9) / 10;
insert into public.stock_levels (variant_id, location_id, on_hand)
select v.id, l.id, 1000000000 from public.variants as v cross join public.locations as l;
insert into bench.counters (variant_id, location_id, on_hand)
select s.variant_id, s.location_id, s.on_hand from public.stock_levels as s;
insert into bench.naive_products select s.variant_id, s.on_hand from public.stock_levels as s;
insert into bench.summed_products select s.variant_id, s.on_hand from public.stock_levels as s;

grant usage on schema bench to service_role;
grant select, insert, update, delete on all tables in schema bench to service_role;
grant execute on all functions in schema bench to service_role;
