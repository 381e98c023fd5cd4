-- What those who operate the shop changed, who of them it was, and the reasons that they gave. The trail of holds and
-- of stock says that an admin did something; this one says which admin and why, and covers what has no other trail.

create table public.admin_trail (
  id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  actor text not null,
  cause text not null,
  admin_id uuid,
  entity text not null check (entity in ('product', 'variant', 'settings', 'reservation', 'stock_level', 'stock',
                                      'picture')),
  entity_id uuid,
  reason text check (reason <> ''),
  before jsonb,
  after jsonb
);
create index admin_trail_entity_id_idx on public.admin_trail (entity_id, id);
comment on table public.admin_trail is
  'The append-only trail of the catalogue and the settings, whoever changes them, and of what admins did to holds and stock, with their reasons. Grows with what people do, not with what shoppers do, and is never pruned.';
comment on column public.admin_trail.admin_id is 'The user id of the admin; null where somebody typed SQL.';
comment on column public.admin_trail.entity_id is 'The product, variant or reservation; of a stock level its variant; null for settings, pictures and the stock as a whole.';
comment on column public.admin_trail.before is 'What was there, as the columns have it; null for what is new.';
comment on column public.admin_trail.after is 'What came of it, in the same words; null for what was deleted.';

alter table public.admin_trail enable row level security;
revoke all on public.admin_trail from public, anon, authenticated, service_role;
grant select on public.admin_trail to service_role;
create trigger admin_trail_append_only
  before update or delete or truncate on public.admin_trail for each statement
  execute function private.refuse_statement('HF008', 'append_only: the trail is only ever added to');

create function private.act_as_admin(p_admin_id uuid, p_cause text, p_reason text default '')
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform private.set_cause('admin:' || p_cause);
  perform set_config('holdfast.admin', p_admin_id::text, true);
  perform set_config('holdfast.reason', coalesce(p_reason, ''), true);
end;
$$;
comment on function private.act_as_admin(uuid, text, text) is
  'Says for the trails of this transaction which admin does what, and why. Ended by private.end_acting.';

create function private.end_acting()
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform private.set_cause('');
  perform set_config('holdfast.admin', '', true);
  perform set_config('holdfast.reason', '', true);
end;
$$;
comment on function private.end_acting() is
  'What somebody types later in the same transaction is theirs, not the admin''s.';

create function private.note_admin(
  p_entity text, p_entity_id uuid, p_before jsonb default null, p_after jsonb default null)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  insert into public.admin_trail (actor, cause, admin_id, entity, entity_id, reason, before, after)
  values (private.log_actor(), private.log_cause(), nullif(current_setting('holdfast.admin', true), '')::uuid,
          p_entity, p_entity_id, nullif(current_setting('holdfast.reason', true), ''), p_before, p_after);
end;
$$;
comment on function private.note_admin(text, uuid, jsonb, jsonb) is
  'Adds a row to admin_trail, by whoever private.act_as_admin said.';

create function private.log_shop_change()
returns trigger
language plpgsql
volatile
security definer -- the trail is written for whoever changes the catalogue; no role has this right itself
set search_path = ''
as $$
declare
  v_before jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) - 'is_only_row' end;
  v_after jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) - 'is_only_row' end;
begin
  perform private.note_admin(tg_argv[0], (coalesce(v_after, v_before) ->> 'id')::uuid, v_before, v_after);
  return null;
end;
$$;
comment on function private.log_shop_change() is
  'Every change of a product, a variant or the settings leaves its row in admin_trail. Its argument is the entity.';

create trigger products_log_insert_delete after insert or delete on public.products
  for each row execute function private.log_shop_change('product');
create trigger products_log_update after update on public.products
  for each row when (old is distinct from new) execute function private.log_shop_change('product');
create trigger variants_log_insert_delete after insert or delete on public.variants
  for each row execute function private.log_shop_change('variant');
create trigger variants_log_update after update on public.variants
  for each row when (old is distinct from new) execute function private.log_shop_change('variant');
create trigger store_settings_log_update after update on public.store_settings
  for each row when (old is distinct from new) execute function private.log_shop_change('settings');

create function private.shown_actor(p_actor text)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  return case when p_actor in ('shopper', 'admin', 'system') then p_actor else 'database' end;
end;
$$;
comment on function private.shown_actor(text) is
  'Who did it, as pages may tell: database where somebody typed SQL, whatever their role is called.';

create function private.check_reason(p_admin_id uuid, p_reason text)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  if p_admin_id is null or coalesce(trim(p_reason), '') = '' then
    perform private.raise_invalid_request('p_admin_id says who, and p_reason why');
  end if;
end;
$$;
comment on function private.check_reason(uuid, text) is
  'Raises HF001 unless an admin gives a reason.';
