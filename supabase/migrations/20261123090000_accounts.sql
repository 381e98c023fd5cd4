-- Accounts: how often somebody may try to sign in, and how an account is erased. The users are Supabase Auth's.

create table public.sign_in_attempts (
  key bytea primary key,
  began_at timestamptz not null,
  attempts integer not null check (attempts > 0)
);
create index sign_in_attempts_began_at_idx on public.sign_in_attempts (began_at);
comment on table public.sign_in_attempts is
  'Attempts to sign in, per address and way, since began_at. The key is a hash: nobody''s address is kept here. Rows are forgotten an hour after they began.';
comment on column public.sign_in_attempts.began_at is 'When the 15 minutes began in which attempts are counted.';
comment on column public.sign_in_attempts.attempts is 'How many were made since began_at, at most one more than allowed.';
alter table public.sign_in_attempts enable row level security;
grant select on public.sign_in_attempts to service_role;

create function public.count_sign_in_attempt(p_way text, p_email text)
returns jsonb
language plpgsql
volatile
security definer -- counts for a role that may write no table
set search_path = ''
set lock_timeout = '3s'
as $$
declare
  -- A code has a million values and lives an hour: ten attempts in a quarter of one find it once in 25,000 tries,
  -- and nobody who mistypes a password needs more.
  c_attempts constant integer := 10;
  c_window constant interval := '15 minutes';
  v_key bytea;
  v_now timestamptz := clock_timestamp();
  v_row public.sign_in_attempts;
begin
  if p_way is null or p_email is null then
    perform private.raise_invalid_request('p_way and p_email say what is attempted');
  end if;
  v_key := sha256(convert_to(p_way || ':' || lower(p_email), 'UTF8'));
  insert into public.sign_in_attempts as a (key, began_at, attempts) values (v_key, v_now, 1)
  on conflict (key) do update
  set began_at = case when a.began_at <= v_now - c_window then v_now else a.began_at end,
      -- Beyond the cap nothing is counted, so that a flood does not run the number over.
      attempts = case when a.began_at <= v_now - c_window then 1 else least(a.attempts + 1, c_attempts + 1) end
  returning * into v_row;
  delete from public.sign_in_attempts as a
  where a.key in (
    select o.key from public.sign_in_attempts as o where o.began_at < v_now - interval '1 hour'
    order by o.began_at limit 10 for update skip locked);
  if v_row.attempts > c_attempts then
    return jsonb_build_object('outcome', 'too_many_attempts', 'retryAfterSeconds',
                              greatest(1, ceil(extract(epoch from v_row.began_at + c_window - v_now)))::integer);
  end if;
  return jsonb_build_object('outcome', 'counted');
end;
$$;
comment on function public.count_sign_in_attempt(text, text) is
  'Counts an attempt before it is made, so that a hundred at once are a hundred. p_way: what is attempted, for example password or code; each way has its own count. Answers {outcome: counted | too_many_attempts, with retryAfterSeconds}: at most ten in 15 minutes for one address. Locks that address''s row. Not idempotent: each call counts. Raises HF001 for null.';

create function public.forget_sign_in_attempts(p_way text, p_email text)
returns jsonb
language plpgsql
volatile
security definer -- forgets for a role that may write no table
set search_path = ''
set lock_timeout = '3s'
as $$
begin
  if p_way is null or p_email is null then
    perform private.raise_invalid_request('p_way and p_email say what was attempted');
  end if;
  delete from public.sign_in_attempts as a where a.key = sha256(convert_to(p_way || ':' || lower(p_email), 'UTF8'));
  return jsonb_build_object('outcome', 'forgotten');
end;
$$;
comment on function public.forget_sign_in_attempts(text, text) is
  'Forgets the attempts of an address: one of them succeeded. Answers {outcome: forgotten}. Locks that address''s row. Idempotent. Raises HF001 for null.';

create function public.erase_account(p_user_id uuid, p_session_id uuid)
returns jsonb
language plpgsql
volatile
security definer -- deletes from auth.users, which no role of the Data API may
set search_path = ''
set lock_timeout = '3s'
as $$
declare
  -- Long enough to read what erasing means, short enough that a forgotten window is no way to do it.
  c_fresh constant interval := '15 minutes';
  v_released jsonb;
begin
  if p_user_id is null or p_session_id is null then
    perform private.raise_invalid_request('p_user_id and p_session_id say whose account, and who asks');
  end if;
  if not exists (select 1 from auth.sessions as s
                 where s.id = p_session_id and s.user_id = p_user_id
                   and s.created_at > clock_timestamp() - c_fresh) then
    return jsonb_build_object('outcome', 'sign_in_again');
  end if;
  -- With the guests who became this user: their rows change too, and a sign-in that comes between waits.
  perform 1 from public.shoppers as s where s.id = p_user_id or s.merged_into = p_user_id
  order by s.id for no key update;
  if exists (select 1 from public.reservations as r where r.shopper_id = p_user_id and r.status = 'paying')
     or exists (select 1 from public.payments as p
                where p.shopper_id = p_user_id and p.status in ('open', 'processing')) then
    return jsonb_build_object('outcome', 'payment_open');
  end if;
  perform private.set_cause('system:erase');
  perform private.erase_orders_of(p_user_id);
  v_released := public.release_reservations(p_user_id, null, 'partial');
  update public.shoppers as s set merged_into = null where s.merged_into = p_user_id;
  update public.shoppers as s set tier = 'standard' where s.id = p_user_id;
  delete from public.idempotency_keys as k where k.shopper_id = p_user_id;
  delete from auth.users as u where u.id = p_user_id;
  return jsonb_build_object('outcome', 'erased', 'released', v_released -> 'released');
end;
$$;
comment on function public.erase_account(uuid, uuid) is
  'Erases a user of Supabase Auth with all sessions and identities, gives back what they hold, and lets go of the guests they once were. What they bought stays, under an id that nobody has any more and without e-mail and address; an order that has to be sent yet keeps these until it was (erase_due_orders). Asks for the session that does it: one of this user, at most 15 minutes old. Answers {outcome: erased {released} | sign_in_again | payment_open}. Locks shoppers, orders, then levels. Safe to repeat. Raises HF001 for null.';

revoke all on function public.count_sign_in_attempt(text, text) from public, anon, authenticated, service_role;
revoke all on function public.forget_sign_in_attempts(text, text) from public, anon, authenticated, service_role;
revoke all on function public.erase_account(uuid, uuid) from public, anon, authenticated, service_role;
grant execute on function public.count_sign_in_attempt(text, text) to service_role;
grant execute on function public.forget_sign_in_attempts(text, text) to service_role;
grant execute on function public.erase_account(uuid, uuid) to service_role;
