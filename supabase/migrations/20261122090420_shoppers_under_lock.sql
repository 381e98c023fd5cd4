-- For whom a request acts, and what is decided under that shopper's lock.

alter table public.store_settings
  add column merged_guest_seconds integer not null default 600 check (merged_guest_seconds between 1 and 86400);
comment on column public.store_settings.merged_guest_seconds is
  'How long after a sign-in the guest''s identity acts for the user, in seconds. Only requests that were under way need it, with all their retries: the browser gets another guest''s cookie with the answer to its sign-in. A copy of the old cookie shall not reach into the user''s cart for ever.';

alter table public.shoppers add column merged_at timestamptz;
comment on column public.shoppers.merged_at is
  'When merged_into was written. After merged_guest_seconds the guest is a guest like any other.';

create function private.note_merge()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.merged_at := case when new.merged_into is not null then clock_timestamp() end;
  return new;
end;
$$;
comment on function private.note_merge() is 'Writes merged_at, whoever writes merged_into.';
create trigger shoppers_note_merge before insert or update of merged_into on public.shoppers
  for each row when (new.merged_into is not null or new.merged_at is not null)
  execute function private.note_merge();

create function private.merge_holds(p_merged_at timestamptz)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return p_merged_at > clock_timestamp() - make_interval(secs => (select t.merged_guest_seconds from public.store_settings as t));
end;
$$;
comment on function private.merge_holds(timestamptz) is
  'Whether a guest who was merged then still acts for the user: for merged_guest_seconds. Null for who never was.';

create function private.acting_shopper(p_shopper_id uuid)
returns uuid
language plpgsql
stable
set search_path = ''
as $$
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
$$;
comment on function private.acting_shopper(uuid) is
  'For whom a request with this identity acts: the user that a guest became not long ago, else the shopper.';

create function private.end_merge(p_shopper_ids uuid[])
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  update public.shoppers as s set merged_into = null
  where s.id = any (p_shopper_ids) and s.merged_into is not null and not private.merge_holds(s.merged_at);
end;
$$;
comment on function private.end_merge(uuid[]) is
  'Makes guests of those whose merge is over, before they hold anything again. The caller holds their locks.';

create type private.shopper_arrays as (
  tiers public.shopper_tier[],
  minute_began_at timestamptz[],
  holds_in_minute integer[]
);
comment on type private.shopper_arrays is 'Locked shoppers as parallel arrays, in the order of their ids.';

create function private.lock_shoppers(p_shopper_ids uuid[])
returns private.shopper_arrays
language plpgsql
volatile
set search_path = ''
as $$
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
$$;
comment on function private.lock_shoppers(uuid[]) is
  'Makes the rows of new shoppers, locks all of these (sorted, FOR NO KEY UPDATE) and answers what of them decides; null, and nothing locked, where one of them was merged into another, perhaps while we waited: ask for whom to act again. First in the lock order of the reservation functions.';

create function private.count_new_holds(p_shopper_ids uuid[], p_holds integer[], p_now timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
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
$$;
comment on function private.count_new_holds(uuid[], integer[], timestamptz) is
  'Counts new holds toward max_holds_per_minute. The caller holds the shoppers'' locks.';

create function private.lock_acting_shopper(p_shopper_id uuid)
returns uuid
language plpgsql
volatile
set search_path = ''
as $$
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
$$;
comment on function private.lock_acting_shopper(uuid) is
  'Locks the shopper for whom this identity acts, and answers who that is. Makes no row: who has none, has no holds. Raises HF001 for null.';
