-- Who may do what (invariant 12). Three roles reach this database through the Data API:
-- anon (the publishable key), authenticated (a signed-in user's token), service_role (the secret key).
-- Tables are written by the functions alone; no role has a right to write any of them.

grant usage on schema public to anon, authenticated, service_role;

alter table public.store_settings enable row level security;
alter table public.products enable row level security;
alter table public.variants enable row level security;
alter table public.locations enable row level security;
alter table public.stock_levels enable row level security;
alter table public.shoppers enable row level security;
alter table public.reservations enable row level security;
alter table public.reservation_trail enable row level security;
alter table public.stock_trail enable row level security;
alter table public.new_refusals enable row level security;
alter table public.kept_refusals enable row level security;
alter table public.idempotency_keys enable row level security;
alter table public.sweep_runs enable row level security;

grant select on public.products, public.variants to anon, authenticated, service_role;
create policy products_published_are_public on public.products
  for select to anon, authenticated using (published_at <= now());
create policy variants_of_published_products_are_public on public.variants
  for select to anon, authenticated
  using (exists (select 1 from public.products as p where p.id = product_id and p.published_at <= now()));

grant select on public.reservations to authenticated;
create policy reservations_are_read_by_their_shopper on public.reservations
  for select to authenticated
  -- Said in two halves, each with its partial index: a user's token shall not walk over everybody's holds.
  using (shopper_id = (select auth.uid()) and (status = 'active' or status <> 'active'));

grant select on public.store_settings, public.locations, public.stock_levels, public.shoppers,
  public.reservations, public.reservation_trail, public.stock_trail, public.audit_log, public.new_refusals, public.kept_refusals,
  public.reservation_refusals, public.idempotency_keys, public.sweep_runs to service_role;

revoke all on all functions in schema public from public, anon, authenticated, service_role;
grant execute on function public.reserve_stock(jsonb) to service_role;
grant execute on function public.set_reservation_quantity(uuid, uuid, integer, text, text) to service_role;
grant execute on function public.extend_reservations(uuid, uuid[], text, text, text) to service_role;
grant execute on function public.release_reservations(uuid, uuid[], text, text, text) to service_role;
grant execute on function public.expire_reservations(integer) to service_role;
grant execute on function public.get_cart(uuid) to service_role;
grant execute on function public.get_availability(uuid[]) to service_role;
grant execute on function public.prune_sources(integer) to service_role;
grant execute on function public.get_hold_pause(uuid) to service_role;
