-- Invariant 10 for orders, payments and refunds: a trail without personal data.

create table public.order_trail (
  id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  actor text not null,
  cause text not null,
  entity text not null check (entity in ('order', 'payment', 'refund', 'refund_line')),
  entity_id uuid not null,
  order_id uuid not null,
  shopper_id uuid,
  before jsonb,
  after jsonb not null
);
create index order_trail_order_id_idx on public.order_trail (order_id, id);
create index order_trail_at_idx on public.order_trail using brin (at);
comment on table public.order_trail is
  'The append-only trail of orders, payments and refunds: a new row in full, a change by what changed. Neither e-mail nor address. No application role can change it.';
comment on column public.order_trail.entity_id is 'The order, payment or refund; of a refund line its order line.';
comment on column public.order_trail.before is 'What was there, by column; null for what is new.';
comment on column public.order_trail.after is 'What came of it, by column.';

create table public.order_trail_totals (
  day date not null,
  entity text not null,
  actor text not null,
  cause text not null,
  changes bigint not null check (changes > 0),
  primary key (day, entity, actor, cause)
);
comment on table public.order_trail_totals is 'What is left of pruned rows of the trail of orders: one row per day, entity, who and why.';
comment on column public.order_trail_totals.changes is 'Rows that were pruned.';

create function private.log_order_change()
returns trigger
language plpgsql
volatile
security definer -- the trail is written for whoever changes an order; no role has this right itself
set search_path = ''
as $$
declare
  -- Whom it is about, and what is no change of it.
  c_unlogged constant text[] := '{email,ship_name,ship_line1,ship_line2,ship_postal_code,ship_city,ship_country,tracking,session_url,return_origin,claimed_until,last_error}';
  v_after jsonb := to_jsonb(new) - c_unlogged;
  v_before jsonb := case when tg_op = 'UPDATE' then to_jsonb(old) - c_unlogged end;
  v_row jsonb := to_jsonb(new);
begin
  if tg_op = 'UPDATE' then
    select jsonb_object_agg(b.key, b.value), jsonb_object_agg(b.key, v_after -> b.key) into v_before, v_after
    from jsonb_each(v_before) as b where b.value is distinct from v_after -> b.key;
    if v_after is null then
      return null;
    end if;
  end if;
  insert into public.order_trail (actor, cause, entity, entity_id, order_id, shopper_id, before, after)
  values (private.log_actor(), private.log_cause(), tg_argv[0],
          new.id,
          (v_row ->> case tg_argv[0] when 'order' then 'id' else 'order_id' end)::uuid,
          (v_row ->> 'shopper_id')::uuid, v_before, v_after);
  return null;
end;
$$;
comment on function private.log_order_change() is
  'Writes what changed into the trail, whoever changed it. Its argument is the entity.';
create trigger orders_log after insert or update on public.orders
  for each row execute function private.log_order_change('order');
create trigger payments_log after insert or update on public.payments
  for each row execute function private.log_order_change('payment');
create trigger refunds_log after insert or update on public.refunds
  for each row execute function private.log_order_change('refund');

create function private.log_refund_line()
returns trigger
language plpgsql
volatile
security definer -- the trail is written for whoever decides; no role has this right itself
set search_path = ''
as $$
begin
  insert into public.order_trail (actor, cause, entity, entity_id, order_id, before, after)
  select private.log_actor(), private.log_cause(), 'refund_line', new.order_line_id, f.order_id,
         case when tg_op = 'UPDATE' then to_jsonb(old) end, to_jsonb(new)
  from public.refunds as f where f.id = new.refund_id;
  return null;
end;
$$;
comment on function private.log_refund_line() is 'Writes into the trail which units a refund is for, and what became of them.';
create trigger refund_lines_log after insert or update on public.refund_lines
  for each row execute function private.log_refund_line();

create trigger order_trail_append_only
  before update or truncate on public.order_trail for each statement
  execute function private.refuse_statement('HF008', 'append_only: the trail is only ever added to');
create trigger order_trail_keep
  before delete on public.order_trail for each statement
  when (current_setting('holdfast.cause', true) is distinct from 'system:prune')
  execute function private.refuse_statement('HF008', 'append_only: the trail is only ever added to');
create trigger order_trail_totals_only_grow
  before update or delete or truncate on public.order_trail_totals for each statement
  when (current_setting('holdfast.cause', true) is distinct from 'system:prune')
  execute function private.refuse_statement('HF008', 'append_only: totals stand for trail that is gone');

create function private.keep_total_of_order_trail()
returns trigger
language plpgsql
volatile
set search_path = ''
as $$
begin
  insert into public.order_trail_totals as t (day, entity, actor, cause, changes)
  select (g.at at time zone 'UTC')::date, g.entity, g.actor, g.cause, count(*) from gone as g group by 1, 2, 3, 4
  on conflict (day, entity, actor, cause) do update set changes = t.changes + excluded.changes;
  return null;
end;
$$;
comment on function private.keep_total_of_order_trail() is
  'Adds what is deleted from the trail of orders to its totals, in the same statement.';
create trigger order_trail_keep_total after delete on public.order_trail
  referencing old table as gone for each statement execute function private.keep_total_of_order_trail();

create or replace view public.audit_log with (security_invoker = true) as
select t.id, t.at, t.actor, t.cause, 'reservation' as entity, t.reservation_id as entity_id,
       coalesce(t.new_shopper_id, t.old_shopper_id) as shopper_id, t.variant_id, t.location_id,
       case when t.old_status is not null then jsonb_build_object(
         'status', t.old_status, 'quantity', t.old_quantity, 'expiresAt', t.old_expires_at,
         'shopperId', t.old_shopper_id) end as before,
       case when t.new_status is not null then jsonb_build_object(
         'status', t.new_status, 'quantity', t.new_quantity, 'expiresAt', t.new_expires_at,
         'shopperId', t.new_shopper_id) end as after
from public.reservation_trail as t
union all
select t.id, t.at, t.actor, t.cause, case when t.reservation_id is null then 'stock_level' else 'reservation' end,
       t.reservation_id, null, t.variant_id, t.location_id, t.before, t.after
from public.stock_trail as t
union all
select t.id, t.at, t.actor, t.cause, t.entity, t.entity_id, t.shopper_id, null, null, t.before, t.after
from public.order_trail as t;
