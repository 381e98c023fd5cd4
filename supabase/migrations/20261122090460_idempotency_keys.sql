-- The Idempotency-Key of HTTP: what changed something is answered again instead of done again (docs/adr/0011).

create table public.idempotency_keys (
  shopper_id uuid not null,
  key text not null,
  body_hash text not null,
  answer json not null,
  created_at timestamptz not null,
  primary key (shopper_id, key),
  constraint idempotency_keys_key_is_short check (octet_length(key) between 1 and 255),
  constraint idempotency_keys_key_is_visible_ascii check (key !~ '[^!-~]'),
  -- Not '{64}' in the expression: that costs more than the row.
  constraint idempotency_keys_body_hash_is_long check (octet_length(body_hash) = 64),
  constraint idempotency_keys_body_hash_is_hexadecimal check (body_hash !~ '[^0-9a-f]')
);
create index idempotency_keys_created_at_idx on public.idempotency_keys (created_at);
comment on table public.idempotency_keys is
  'Answers of requests that changed something, kept for 24 hours: the same key of the same shopper is answered with them. Read and written under the shopper''s lock, in the transaction of the effect. A refusal leaves nothing here.';
comment on column public.idempotency_keys.shopper_id is 'For whom the request acted. No foreign key: docs/adr/0004.';
comment on column public.idempotency_keys.key is 'As the client chose it, 1 to 255 visible ASCII characters.';
comment on column public.idempotency_keys.body_hash is
  'SHA-256 in hexadecimal of all that was asked. With another one the key is refused: idempotency_mismatch.';
comment on column public.idempotency_keys.answer is 'What was answered, without serverNow.';

create function private.kept_since(p_now timestamptz)
returns timestamptz
language plpgsql
stable
set search_path = ''
as $$
begin
  return p_now - interval '24 hours';
end;
$$;
comment on function private.kept_since(timestamptz) is 'Answers that were kept at that instant or before count as absent.';

create function private.is_idempotency_key(p_key jsonb, p_body_hash jsonb)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
begin
  return coalesce(
    jsonb_typeof(p_key) = 'string' and jsonb_typeof(p_body_hash) = 'string'
      and octet_length(p_key #>> '{}') between 1 and 255 and p_key #>> '{}' !~ '[^!-~]'
      and octet_length(p_body_hash #>> '{}') = 64 and p_body_hash #>> '{}' !~ '[^0-9a-f]', false);
end;
$$;
comment on function private.is_idempotency_key(jsonb, jsonb) is
  'Whether these are a key and the hash of what it stands for. One without the other is neither.';

create function private.check_idempotency_key(p_key text, p_body_hash text)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  if (p_key is not null or p_body_hash is not null)
     and not private.is_idempotency_key(to_jsonb(p_key), to_jsonb(p_body_hash)) then
    perform private.raise_invalid_request(
      'an idempotency key is 1 to 255 visible ASCII characters, with the SHA-256 of what is asked in hexadecimal');
  end if;
end;
$$;
comment on function private.check_idempotency_key(text, text) is
  'Raises HF001 for a malformed key or hash, and for one without the other. Both null: no key.';

create function private.kept_answer(p_shopper_id uuid, p_key text, p_body_hash text, p_now timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select case when k.body_hash = p_body_hash then k.answer::jsonb
                else jsonb_build_object('outcome', 'idempotency_mismatch') end
    from public.idempotency_keys as k
    where k.shopper_id = p_shopper_id and k.key = p_key and k.created_at > private.kept_since(p_now));
end;
$$;
comment on function private.kept_answer(uuid, text, text, timestamptz) is
  'What this request was answered before, or that its key stands for another one; null where it is to be done. The caller holds the shopper''s lock.';

create function private.keep_answer(
  p_shopper_id uuid, p_key text, p_body_hash text, p_answer jsonb, p_now timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform private.keep_answers(
    array[p_shopper_id], array[p_key], array[p_body_hash], array[p_answer::json], p_now);
end;
$$;
comment on function private.keep_answer(uuid, text, text, jsonb, timestamptz) is
  'Keeps the answer to a request that changed something; nothing where it has no key. The caller holds the shopper''s lock.';

create function private.keep_answers(
  p_shopper_ids uuid[], p_keys text[], p_body_hashes text[], p_answers json[], p_now timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  -- In the way stands only what is too old, and not pruned yet.
  insert into public.idempotency_keys (shopper_id, key, body_hash, answer, created_at)
  select a.shopper_id, a.key, a.body_hash, a.answer, p_now
  from unnest(p_shopper_ids, p_keys, p_body_hashes, p_answers) as a (shopper_id, key, body_hash, answer)
  where a.key is not null
  on conflict (shopper_id, key)
  do update set body_hash = excluded.body_hash, answer = excluded.answer, created_at = excluded.created_at;
end;
$$;
comment on function private.keep_answers(uuid[], text[], text[], json[], timestamptz) is
  'keep_answer for a batch: those that have a key. No shopper has the same key in it twice.';

create function private.known_requests(p_requests jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  -- One statement, or a sign-in between two would hide what was kept for the guest.
  return (
    select jsonb_object_agg(r.ord, true)
    from rows from (jsonb_to_recordset(p_requests) as ("shopperId" uuid, "idempotencyKey" text))
         with ordinality as r (shopper_id, key, ord)
    left join public.shoppers as s on s.id = r.shopper_id
    join public.idempotency_keys as k
      on k.shopper_id = case when s.merged_into is null then r.shopper_id
                             when private.merge_holds(s.merged_at) then s.merged_into else r.shopper_id end
         and k.key = r.key and k.created_at > private.kept_since(statement_timestamp()));
end;
$$;
comment on function private.known_requests(jsonb) is
  'For which requests of a batch something was kept: {position: true}, null for none. Locks nothing, so ask it after the stock levels were read: whoever sees an empty shelf because of this very request then sees its answer too.';

create function private.prune_idempotency_keys(p_limit integer, p_now timestamptz)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_pruned integer;
begin
  delete from public.idempotency_keys as k
  where (k.shopper_id, k.key) in (
    select o.shopper_id, o.key from public.idempotency_keys as o
    where o.created_at <= private.kept_since(p_now)
    order by o.created_at limit p_limit for update skip locked);
  get diagnostics v_pruned = row_count;
  return v_pruned >= p_limit;
end;
$$;
comment on function private.prune_idempotency_keys(integer, timestamptz) is
  'Deletes at most p_limit answers that count as absent, oldest first; whether more may be left. What somebody is writing anew is passed over.';
