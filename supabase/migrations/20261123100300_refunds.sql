-- Refunds: what we owe, until Stripe says that it went back; and what became of the units.

create type public.refund_status as enum ('requested', 'pending', 'succeeded', 'failed');
comment on type public.refund_status is
  'requested: owed, not at Stripe yet. pending: Stripe works on it. succeeded: it went back. failed: Stripe could not; somebody has to look.';

create table public.refunds (
  id uuid primary key default gen_random_uuid(),
  order_id uuid not null references public.orders (id) on delete restrict,
  payment_id uuid not null references public.payments (id) on delete restrict,
  amount_cents bigint not null check (amount_cents >= 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  reason text not null
    check (reason in ('out_of_stock', 'wrong_amount', 'requested', 'cancelled', 'outside', 'second_payment')),
  payment_intent_id text check (length(payment_intent_id) between 1 and 255),
  actor text not null,
  status public.refund_status not null default 'requested',
  attempt integer not null default 1 check (attempt > 0),
  stripe_refund_id text unique check (length(stripe_refund_id) between 1 and 255),
  last_error text,
  claimed_until timestamptz,
  created_at timestamptz not null default clock_timestamp(),
  settled_at timestamptz,
  constraint refunds_settled_at_fits_status check ((settled_at is null) = (status in ('requested', 'pending'))),
  constraint refunds_pending_is_at_stripe check (status <> 'pending' or stripe_refund_id is not null),
  constraint refunds_second_payment_is_named check ((reason = 'second_payment') = (payment_intent_id is not null))
);
create index refunds_order_id_idx on public.refunds (order_id);
create index refunds_payment_id_idx on public.refunds (payment_id);
create index refunds_undone_idx on public.refunds (created_at) where status <> 'succeeded';
-- The ladder gives back once, whoever calls it.
create unique index refunds_one_of_the_ladder_idx on public.refunds (payment_id)
  where reason in ('out_of_stock', 'wrong_amount');
-- And a second payment once, however often it is told.
create unique index refunds_one_of_a_second_payment_idx on public.refunds (payment_intent_id)
  where payment_intent_id is not null;
comment on table public.refunds is
  'What goes back, one row per refund. Those that did not fail are never more than was received. Changed under the order''s lock.';
comment on column public.refunds.amount_cents is 'Minor units of currency. 0 where units of no price come back.';
comment on column public.refunds.payment_intent_id is
  'Which money goes back, where it is not the payment''s own: of a second payment for the same order. All of it, beside what the payment received.';
comment on column public.refunds.attempt is 'Part of the key for Stripe, refund-<id>-<attempt>: only a retry after a failure is another call.';
comment on column public.refunds.claimed_until is 'Until when somebody is doing it, or need not ask Stripe again.';
comment on column public.refunds.settled_at is 'When Stripe''s last word on it was written.';
comment on column public.refunds.actor is 'Who asked for it, for example admin:<id> or system.';

create table public.refund_lines (
  refund_id uuid not null references public.refunds (id) on delete restrict,
  order_line_id uuid not null references public.order_lines (id) on delete restrict,
  quantity integer not null check (quantity > 0),
  restock text not null default 'undecided' check (restock in ('undecided', 'restocked', 'kept_out')),
  decided_at timestamptz,
  primary key (refund_id, order_line_id),
  constraint refund_lines_decided_at_fits check ((decided_at is null) = (restock = 'undecided'))
);
create index refund_lines_order_line_id_idx on public.refund_lines (order_line_id);
create index refund_lines_undecided_idx on public.refund_lines (refund_id) where restock = 'undecided';
comment on table public.refund_lines is
  'Which units a refund is for, and whether they went back on the shelf: decided once, never beyond what was sold.';
comment on column public.refund_lines.quantity is 'Units of stock.';
comment on column public.refund_lines.decided_at is 'When it was decided whether they are sold again.';

create function private.guard_refund()
returns trigger
language plpgsql
volatile
security definer -- sums over refunds for whoever writes one
set search_path = ''
as $$
declare
  v_payment public.payments;
begin
  -- A lock, so that two who come at once cannot both find room.
  select * into v_payment from public.payments as p where p.id = new.payment_id for no key update;
  if v_payment.order_id is distinct from new.order_id or (new.payment_intent_id is null and (
       v_payment.received_currency is distinct from new.currency
       or new.amount_cents + (select coalesce(sum(f.amount_cents), 0) from public.refunds as f
                              where f.payment_id = new.payment_id and f.status <> 'failed' and f.id <> new.id
                                and f.payment_intent_id is null)
          > coalesce(v_payment.received_cents, 0))) then
    raise exception 'refund_exceeds: no more goes back than was received' using errcode = 'HF016';
  end if;
  return new;
end;
$$;
comment on function private.guard_refund() is 'Refunds of a payment that did not fail are together never more than was received; a second payment goes back beside it. Locks the payment. Raises HF016.';
create trigger refunds_within_received_insert before insert on public.refunds for each row
  when (new.status <> 'failed') execute function private.guard_refund();
create trigger refunds_within_received_update before update on public.refunds for each row
  when (new.status <> 'failed' and old.status = 'failed') execute function private.guard_refund();

create trigger refunds_status_moves_forward before update on public.refunds for each row
  when (old.status is distinct from new.status
    and not (old.status in ('requested', 'pending') and new.status <> 'requested')
    -- Stripe may take a success back; a failure is retried as the next attempt, or was ours to doubt.
    and not (old.status = 'succeeded' and new.status = 'failed')
    and not (old.status = 'failed' and (new.attempt = old.attempt + 1 or old.stripe_refund_id is null)))
  execute function private.refuse_statement('HF013', 'illegal_payment_move: what went back stays back');
create trigger refunds_are_fixed before update on public.refunds for each row
  when ((old.id, old.order_id, old.payment_id, old.amount_cents, old.currency, old.reason, old.payment_intent_id, old.actor, old.created_at)
    is distinct from (new.id, new.order_id, new.payment_id, new.amount_cents, new.currency, new.reason, new.payment_intent_id, new.actor, new.created_at)
    or (old.attempt = new.attempt and old.stripe_refund_id is not null
        and old.stripe_refund_id is distinct from new.stripe_refund_id))
  execute function private.refuse_statement('HF014', 'payment_is_fixed: repeating the call to Stripe needs the same parameters');
create trigger refunds_stay before delete or truncate on public.refunds for each statement
  execute function private.refuse_statement('HF014', 'payment_is_fixed: refunds are kept');
create trigger refund_lines_stay before delete or truncate on public.refund_lines for each statement
  execute function private.refuse_statement('HF014', 'payment_is_fixed: refunds are kept');
create trigger refund_lines_are_fixed before update on public.refund_lines for each row
  when ((old.refund_id, old.order_line_id, old.quantity) is distinct from (new.refund_id, new.order_line_id, new.quantity)
    or old.restock <> 'undecided')
  execute function private.refuse_statement('HF014', 'payment_is_fixed: whether units are sold again is decided once');

create function private.guard_refund_line()
returns trigger
language plpgsql
volatile
security definer -- sums over refund lines for whoever writes one
set search_path = ''
as $$
declare
  v_line public.order_lines;
begin
  -- What stays off the shelf takes nothing from the refund with which the same units came back.
  if tg_op = 'UPDATE' and new.restock = 'kept_out' then
    return new;
  end if;
  select * into v_line from public.order_lines as l where l.id = new.order_line_id for no key update;
  if v_line.location_id is null
     or v_line.order_id is distinct from (select f.order_id from public.refunds as f where f.id = new.refund_id)
     or new.quantity + (select coalesce(sum(o.quantity), 0)
                        from public.refund_lines as o join public.refunds as f on f.id = o.refund_id
                        where o.order_line_id = new.order_line_id and o.refund_id <> new.refund_id
                          -- What is on the shelf again cannot come back once more, whatever became of the money.
                          and (f.status <> 'failed' or o.restock = 'restocked'))
        > v_line.quantity then
    raise exception 'refund_exceeds: no more units come back than were sold' using errcode = 'HF016';
  end if;
  return new;
end;
$$;
comment on function private.guard_refund_line() is 'No unit is refunded or put back beyond what was sold; units that are kept out are not asked about again. Locks the order line. Raises HF016.';
create trigger refund_lines_within_sold before insert or update on public.refund_lines for each row
  execute function private.guard_refund_line();

create function private.restock_line()
returns trigger
language plpgsql
volatile
security definer -- puts units back for whoever decides it
set search_path = ''
as $$
declare
  v_reason text := coalesce(current_setting('holdfast.reason', true), '');
begin
  perform set_config('holdfast.reason', 'refund ' || (
    select o.number from public.order_lines as l join public.orders as o on o.id = l.order_id
    where l.id = new.order_line_id), true);
  update public.stock_levels as s set on_hand = s.on_hand + new.quantity
  from public.order_lines as l
  where l.id = new.order_line_id and s.variant_id = l.variant_id and s.location_id = l.location_id;
  perform set_config('holdfast.reason', v_reason, true);
  return null;
end;
$$;
comment on function private.restock_line() is
  'Puts the units of a refund line back where they were sold from, with their movement "refund <number>", in the statement that decides it: exactly once. Locks the level.';
create trigger refund_lines_restock_insert after insert on public.refund_lines for each row
  when (new.restock = 'restocked') execute function private.restock_line();
create trigger refund_lines_restock_update after update on public.refund_lines for each row
  when (new.restock = 'restocked' and old.restock = 'undecided') execute function private.restock_line();

create function private.count_refunds()
returns trigger
language plpgsql
volatile
security definer -- keeps the order's total for whoever writes a refund
set search_path = ''
as $$
begin
  update public.orders as o
  set refunded_cents = f.cents,
      status = case when f.is_all then 'refunded' else o.status end,
      refunded_at = case when f.is_all then clock_timestamp() else o.refunded_at end
  from (
    select c.id, s.cents, c.status = 'paid' and s.cents >= p.received_cents
             and (p.received_cents > 0 or c.cancelled_at is not null) as is_all
    from public.orders as c join public.payments as p on p.order_id = c.id
    cross join lateral (
      select coalesce(sum(r.amount_cents), 0) as cents from public.refunds as r
      where r.order_id = c.id and r.status = 'succeeded' and r.payment_intent_id is null) as s
    where c.id = new.order_id
  ) as f
  where o.id = f.id;
  return null;
end;
$$;
comment on function private.count_refunds() is
  'refunded_cents is what went back of the order''s own payment by Stripe''s word, whoever writes it; with the last cent the order is refunded. Locks the order.';
create trigger refunds_count_insert after insert on public.refunds for each row
  when (new.status = 'succeeded') execute function private.count_refunds();
create trigger refunds_count_update after update on public.refunds for each row
  when (old.status is distinct from new.status and 'succeeded' in (old.status, new.status))
  execute function private.count_refunds();
