-- Invariants 7 and 8 as far as the database knows: what is being paid stays pinned until Stripe's word is written,
-- and a payment that succeeded is followed by its sale or its refund in the same transaction.

create function private.guard_paying_hold()
returns trigger
language plpgsql
volatile
security definer -- reads payments for whoever changes a hold
set search_path = ''
as $$
begin
  if exists (select 1 from public.order_lines as l join public.payments as p on p.order_id = l.order_id
             where l.reservation_id = old.id and p.status in ('open', 'processing')) then
    raise exception 'payment_unfinished: a hold that is being paid stays as it is until its payment has ended'
      using errcode = 'HF012';
  end if;
  if tg_op = 'DELETE' then
    return old;
  end if;
  if new.status = 'confirmed' and not exists (
       select 1 from public.order_lines as l join public.payments as p on p.order_id = l.order_id
       where l.reservation_id = old.id and l.quantity = old.quantity and p.status = 'succeeded') then
    raise exception 'payment_unfinished: nobody gets goods without a payment that succeeded' using errcode = 'HF012';
  end if;
  return new;
end;
$$;
comment on function private.guard_paying_hold() is
  'Invariant 7: a paying hold is changed or deleted only once its payment is final, and confirmed only by one that succeeded. Raises HF012.';
create trigger reservations_stay_pinned before update on public.reservations for each row
  when (old.status = 'paying' and (old.status, old.quantity, old.shopper_id)
        is distinct from (new.status, new.quantity, new.shopper_id))
  execute function private.guard_paying_hold();
create trigger reservations_keep_while_paying before delete on public.reservations for each row
  when (old.status = 'paying')
  execute function private.guard_paying_hold();

create function private.check_settled()
returns trigger
language plpgsql
volatile
security definer -- at the end of the transaction, for whoever wrote the payment or the order
set search_path = ''
as $$
declare
  v_order public.orders;
  v_payment public.payments;
begin
  select * into v_order from public.orders as o
  where o.id = case tg_table_name when 'orders' then new.id else (to_jsonb(new) ->> 'order_id')::uuid end;
  select * into v_payment from public.payments as p where p.order_id = v_order.id;
  if (v_payment.status is not distinct from 'succeeded')
       is distinct from (v_order.status in ('paid', 'refunded', 'refunded_out_of_stock')) then
    raise exception 'payment_unsettled: a payment that succeeded and its order are settled together' using errcode = 'HF015';
  end if;
  if v_order.status = 'paid' and exists (
       select 1 from public.order_lines as l left join public.reservations as r on r.id = l.reservation_id
       where l.order_id = v_order.id
         and (l.location_id is null or r.status is distinct from 'confirmed' or r.quantity <> l.quantity)) then
    raise exception 'payment_unsettled: a paid order is sold to its last unit' using errcode = 'HF015';
  end if;
  if v_order.status = 'refunded_out_of_stock' and (
       exists (select 1 from public.order_lines as l where l.order_id = v_order.id and l.location_id is not null)
       or v_payment.received_cents <> (select coalesce(sum(f.amount_cents), 0) from public.refunds as f
                                       where f.order_id = v_order.id and f.reason = 'out_of_stock')) then
    raise exception 'payment_unsettled: what was gone is refunded in full, once' using errcode = 'HF015';
  end if;
  if v_payment.status in ('succeeded', 'failed', 'expired') and exists (
       select 1 from public.order_lines as l join public.reservations as r on r.id = l.reservation_id
       where l.order_id = v_order.id and r.status = 'paying' and not exists (
         -- The next order may have pinned the same hold.
         select 1 from public.order_lines as n join public.payments as p on p.order_id = n.order_id
         where n.reservation_id = r.id and p.status in ('open', 'processing'))) then
    raise exception 'payment_unsettled: a final payment pins nothing' using errcode = 'HF015';
  end if;
  if v_payment.status in ('open', 'processing') and exists (
       select 1 from public.order_lines as l left join public.reservations as r on r.id = l.reservation_id
       where l.order_id = v_order.id
         and (r.status is distinct from 'paying' or r.quantity <> l.quantity or r.shopper_id <> v_payment.shopper_id)) then
    raise exception 'payment_unsettled: nobody pays for what is not held' using errcode = 'HF015';
  end if;
  return null;
end;
$$;
comment on function private.check_settled() is
  'Invariants 7 and 8, when the transaction ends: a payment that succeeded has its sale or its refund, a final one pins nothing, an unfinished one has a paying hold for every unit. Raises HF015.';
create constraint trigger orders_are_settled after insert or update on public.orders
  deferrable initially deferred for each row execute function private.check_settled();
create constraint trigger payments_are_settled after insert or update on public.payments
  deferrable initially deferred for each row execute function private.check_settled();
