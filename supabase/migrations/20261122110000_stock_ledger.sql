-- The ledger of what is physically there, and the one way to correct it with a reason.

create table public.stock_movements (
  id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  actor text not null,
  reason text not null check (reason <> ''),
  variant_id uuid not null,
  location_id uuid not null,
  delta integer not null check (delta <> 0),
  on_hand_after integer not null check (on_hand_after >= 0)
);
create index stock_movements_level_idx on public.stock_movements (variant_id, location_id, id);
comment on table public.stock_movements is
  'The append-only ledger of on_hand, in units: the sum of a level''s movements is its on_hand. Written by a trigger, whoever changes on_hand.';
comment on column public.stock_movements.delta is 'Units that came, or with a minus went.';
comment on column public.stock_movements.on_hand_after is 'Units on hand once they had.';
comment on column public.stock_movements.reason is 'What was given as the reason, or the operation; sql where somebody typed an UPDATE.';
alter table public.stock_movements enable row level security;
grant select on public.stock_movements to service_role;

-- What was there before there was a ledger.
insert into public.stock_movements (actor, reason, variant_id, location_id, delta, on_hand_after)
select 'system', 'opening', s.variant_id, s.location_id, s.on_hand, s.on_hand
from public.stock_levels as s where s.on_hand <> 0;

create trigger stock_movements_append_only
  before update or delete or truncate on public.stock_movements for each statement
  execute function private.refuse_statement('HF008', 'append_only: the ledger is only ever added to');

create function private.write_stock_movement()
returns trigger
language plpgsql
volatile
security definer -- the ledger is written for whoever changes on_hand; no role has this right itself
set search_path = ''
as $$
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
$$;
comment on function private.write_stock_movement() is 'Invariant 1: every change of on_hand writes its movement.';

create trigger stock_levels_write_movement
  after update of on_hand on public.stock_levels for each row
  when (old.on_hand is distinct from new.on_hand)
  execute function private.write_stock_movement();
create trigger stock_levels_write_first_movement after insert on public.stock_levels
  for each row execute function private.write_stock_movement();
create trigger stock_levels_write_last_movement after delete on public.stock_levels
  for each row execute function private.write_stock_movement();

create function private.holds_as_json(p_ids uuid[])
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select coalesce(jsonb_agg(
      jsonb_build_object('shopperId', r.shopper_id) || private.hold_as_json(
        r.id, r.variant_id, r.location_id, r.quantity, r.status, r.created_at, r.duration_seconds, r.expires_at,
        r.max_expires_at) order by r.created_at desc, r.id), '[]')
    from public.reservations as r where r.id = any (p_ids));
end;
$$;
comment on function private.holds_as_json(uuid[]) is 'Holds with their shoppers, newest first. For those who operate the shop.';

create function public.adjust_stock(
  p_variant_id uuid, p_location_id uuid, p_delta integer, p_reason text, p_release_newest boolean default false)
returns jsonb
language plpgsql
volatile
security definer -- writes stock, holds and trail for a role that may not itself
set search_path = ''
set lock_timeout = '3s'
as $$
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
$$;
comment on function public.adjust_stock(uuid, uuid, integer, text, boolean) is
  'Changes on_hand by p_delta units, with its reason in the ledger. Answers adjusted {onHand, released} | units_held {missing, inTheWay: the newest holds that would have to go} — repeat with p_release_newest to take those back; their shoppers see them as withdrawn | payment_open (holds that are being paid stand in the way) | below_zero | not_found. Locks the level. Not idempotent. Raises HF001 without a delta or a reason.';

revoke all on function public.adjust_stock(uuid, uuid, integer, text, boolean) from public, anon, authenticated, service_role;
grant execute on function public.adjust_stock(uuid, uuid, integer, text, boolean) to service_role;
