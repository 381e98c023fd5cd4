-- Invariants 1 to 4 and 10 for holds, kept by the database whoever writes: a program, a colleague, the SQL editor.

alter table public.reservations
  add constraint reservations_quantity_positive check (quantity > 0),
  add constraint reservations_duration_positive check (duration_seconds > 0),
  add constraint reservations_times_in_order check (created_at <= max_expires_at and expires_at <= max_expires_at),
  add constraint reservations_ended_at_fits_status
    -- Not status in (...): the array is built anew for every statement that writes a hold.
    check ((ended_at is null) = (status = 'active' or status = 'paying')),
  add constraint reservations_expired_after_expiry check (status <> 'expired' or ended_at >= expires_at),
  add constraint reservations_replaces_another check (replaces_id <> id),
  add constraint reservations_withdrawn_is_released check (not is_withdrawn or status = 'released');

-- Invariant 3. Lapsed holds that nobody swept count too: whoever meets one marks it expired first.
create unique index reservations_one_active_per_level_idx
  on public.reservations (shopper_id, variant_id, location_id) where status = 'active';
-- Lapsed holds of a level, oldest first; the next release of a variant.
create index reservations_active_expiry_idx
  on public.reservations (variant_id, location_id, expires_at) where status = 'active';
-- A shopper's other holds: being paid, and the recently ended ones that a cart speaks of. Partial, so that taking a
-- hold does not touch it; one index and not one for each status, because each costs every insert its condition.
create index reservations_not_active_shopper_idx
  on public.reservations (shopper_id, status, ended_at) where status <> 'active';

-- Invariant 4: the legal moves, as a WHEN clause, because that costs a comparison and not a function call.
create trigger reservations_status_moves_forward
  before update on public.reservations for each row
  when (
    old.status is distinct from new.status
    and not (old.status = 'active' and new.status in ('paying', 'released', 'expired'))
    and not (old.status = 'paying' and new.status in ('active', 'confirmed', 'released', 'expired'))
  )
  execute function private.refuse_statement(
    'HF002', 'illegal_status_move: an ended hold never comes back, and a hold is confirmed only from paying');

create trigger reservations_identity_is_fixed
  before update on public.reservations for each row
  when (
    (old.id, old.variant_id, old.location_id, old.created_at)
      is distinct from (new.id, new.variant_id, new.location_id, new.created_at)
    or (old.ended_at is not null
        and (old.quantity, old.expires_at, old.ended_at) is distinct from (new.quantity, new.expires_at, new.ended_at))
  )
  execute function private.refuse_statement(
    'HF003', 'reservation_is_fixed: a hold keeps its id, variant, location and beginning, and an ended one its figures');

create trigger reservations_no_truncate
  before truncate on public.reservations for each statement
  execute function private.refuse_statement('HF004', 'no_truncate: delete rows, so that the counters follow');

create function private.refuse_while_holding()
returns trigger
language plpgsql
volatile
security definer -- reads holds for whoever deletes a shopper
set search_path = ''
as $$
begin
  if exists (select 1 from public.reservations as r where r.shopper_id = old.id and r.status = 'active')
     or exists (select 1 from public.reservations as r where r.shopper_id = old.id and r.status = 'paying') then
    raise exception 'shopper_in_use: release the holds first' using errcode = 'HF011';
  end if;
  return old;
end;
$$;
comment on function private.refuse_while_holding() is
  'A shopper with holds keeps the row under whose lock caps are decided. Raises HF011.';
create trigger shoppers_keep_while_holding before delete on public.shoppers
  for each row execute function private.refuse_while_holding();

-- Functions of ours say who and why in a transaction-local setting "actor:cause"; typed SQL has none.
create function private.log_actor()
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return coalesce(nullif(split_part(current_setting('holdfast.cause', true), ':', 1), ''), session_user::text);
end;
$$;
comment on function private.log_actor() is 'Who changes something, for the trail: shopper, admin, system, or the role that typed SQL.';

create function private.log_cause()
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return coalesce(nullif(split_part(current_setting('holdfast.cause', true), ':', 2), ''), 'sql');
end;
$$;
comment on function private.log_cause() is 'Why something changes, for the trail: the operation, or sql.';

-- A plan of these triggers is made once per session, perhaps for a batch of 256, and kept for the single hold after
-- it: without hash and merge joins it looks levels up by their key and never reads the whole table.
create function private.count_inserted_reservations()
returns trigger
language plpgsql
volatile
security definer -- the trail and reserved are written for whoever inserts; no role has these rights itself
set search_path = ''
set enable_hashjoin = off
set enable_mergejoin = off
as $$
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
$$;
comment on function private.count_inserted_reservations() is
  'Invariant 2 for INSERT: adds new holds to reserved, once per level and statement, writes the trail, and makes the rows of shoppers where SQL was typed. Locks the levels (FOR NO KEY UPDATE). Raises HF005 for a hold without a stock level, 23514 where reserved would pass on_hand.';

create function private.count_updated_reservations()
returns trigger
language plpgsql
volatile
security definer -- the trail and reserved are written for whoever updates; no role has these rights itself
set search_path = ''
set enable_hashjoin = off
set enable_mergejoin = off
as $$
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
$$;
comment on function private.count_updated_reservations() is
  'Invariant 2 for UPDATE: moves the difference into reserved, once per level and statement, and writes the trail. Locks the levels that change. Raises 23514 where reserved would leave 0..on_hand.';

create function private.count_deleted_reservations()
returns trigger
language plpgsql
volatile
security definer -- the trail and reserved are written for whoever deletes; no role has these rights itself
set search_path = ''
set enable_hashjoin = off
set enable_mergejoin = off
as $$
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
$$;
comment on function private.count_deleted_reservations() is
  'Invariant 2 for DELETE: takes deleted live holds out of reserved, once per level and statement, and writes the trail.';

-- Statement triggers with transition tables: a BEFORE row trigger under ON CONFLICT counts twice.
create trigger reservations_count_insert after insert on public.reservations
  referencing new table as new_rows
  for each statement execute function private.count_inserted_reservations();
create trigger reservations_count_update after update on public.reservations
  referencing old table as old_rows new table as new_rows
  for each statement execute function private.count_updated_reservations();
create trigger reservations_count_delete after delete on public.reservations
  referencing old table as old_rows
  for each statement execute function private.count_deleted_reservations();
