-- What does not fit together, as far as the database alone can see. The server compares it with Stripe.

create function public.payments_to_reconcile(p_after uuid default null, p_limit integer default 100)
returns jsonb
language plpgsql
stable
security definer -- reads what only the functions may, for those who operate the shop
set search_path = ''
as $$
begin
  if p_limit is null or p_limit not between 1 and 1000 then
    perform private.raise_invalid_request('p_limit is 1 to 1000 payments');
  end if;
  return (
    select jsonb_build_object('serverNow', statement_timestamp(), 'payments', coalesce(jsonb_agg(
      private.payment_as_json(n.id) || jsonb_build_object(
        'receivedCents', n.received_cents, 'receivedCurrency', n.received_currency,
        'orderStatus', o.status, 'refundedCents', o.refunded_cents, 'refunds', private.refunds_as_json(o.id)) order by n.id), '[]'))
    from (
      select p.* from public.payments as p where p_after is null or p.id > p_after order by p.id limit p_limit
    ) as n join public.orders as o on o.id = n.order_id);
end;
$$;
comment on function public.payments_to_reconcile(uuid, integer) is
  'All payments in the order of their ids, after p_after: {serverNow, payments: each as get_payment has it, with receivedCents, receivedCurrency, orderStatus, refundedCents, refunds}. p_limit: 1 to 1000. Locks nothing. Raises HF001 for another limit.';

create function public.find_money(p_payment_intent_id text)
returns jsonb
language plpgsql
stable
security definer -- reads what only the functions may, for those who operate the shop
set search_path = ''
as $$
declare
  v_order_id uuid;
begin
  if coalesce(p_payment_intent_id, '') = '' then
    perform private.raise_invalid_request('p_payment_intent_id says which money');
  end if;
  v_order_id := coalesce(
    (select p.order_id from public.payments as p
     where p.payment_intent_id = p_payment_intent_id and p.status = 'succeeded'),
    (select f.order_id from public.refunds as f where f.payment_intent_id = p_payment_intent_id));
  return jsonb_build_object('outcome', case when v_order_id is null then 'not_found' else 'found' end,
                            'serverNow', statement_timestamp(), 'orderId', v_order_id);
end;
$$;
comment on function public.find_money(text) is
  'Of which order money is that Stripe has: {serverNow, outcome, orderId}. found: a payment that succeeded, for whichever checkout it was meant (it may have been entered by hand), or a second payment that goes back | not_found: the books do not account for it. An intent that only stands at an unfinished or ended payment is not accounted for. Locks nothing. Raises HF001 without an intent.';

create function private.drift_of_sales()
returns table (order_id uuid, variant_id uuid, location_id uuid, kind text, expected bigint, found bigint)
language plpgsql
stable
set search_path = ''
as $$
begin
  return query
  with told as (
    select o.id as order_id, 'sale ' || o.number as reason, l.variant_id, l.location_id, -sum(l.quantity) as units
    from public.orders as o join public.order_lines as l on l.order_id = o.id and l.location_id is not null
    group by o.id, l.variant_id, l.location_id
    union all
    select o.id, 'refund ' || o.number, l.variant_id, l.location_id, sum(r.quantity)
    from public.orders as o join public.order_lines as l on l.order_id = o.id and l.location_id is not null
    join public.refund_lines as r on r.order_line_id = l.id and r.restock = 'restocked'
    group by o.id, l.variant_id, l.location_id
  ), moved as (
    select m.reason, m.variant_id, m.location_id, sum(m.delta) as units
    from public.stock_movements as m where m.reason ~ '^(sale|refund) [0-9]+$'
    group by m.reason, m.variant_id, m.location_id
  )
  select t.order_id, t.variant_id, t.location_id,
         case when t.reason like 'sale%' then 'sale_drift' else 'restock_drift' end, t.units::bigint, coalesce(m.units, 0)::bigint
  from told as t left join moved as m using (reason, variant_id, location_id)
  where t.units <> coalesce(m.units, 0);
end;
$$;
comment on function private.drift_of_sales() is
  'Where orders and the ledger disagree about what was sold or came back. Reads all of both.';

create function public.reconcile_stock()
returns jsonb
language plpgsql
stable
security definer -- compares tables of which callers see only the differences
set search_path = ''
as $$
begin
  return jsonb_build_object('serverNow', statement_timestamp(), 'findings', (
    with finding as (
      -- Invariant 8 broken: money without goods, and without a refund.
      select 'paid_without_stock' as kind, o.id as order_id, p.id as payment_id, null::uuid as refund_id,
             null::uuid as reservation_id
      from public.payments as p join public.orders as o on o.id = p.order_id
      where p.status = 'succeeded' and (
        o.status not in ('paid', 'refunded', 'refunded_out_of_stock')
        or (o.status = 'paid' and exists (
          select 1 from public.order_lines as l left join public.reservations as r on r.id = l.reservation_id
          where l.order_id = o.id and (l.location_id is null or r.status is distinct from 'confirmed')))
        or (o.status <> 'paid' and p.received_cents > 0
            and not exists (
              select 1 from public.refunds as f where f.payment_id = p.id and f.payment_intent_id is null)))
      union all
      select 'stock_without_payment', l.order_id, null, null, r.id
      from public.reservations as r left join public.order_lines as l on l.reservation_id = r.id
      where r.status in ('paying', 'confirmed') and not exists (
        select 1 from public.order_lines as m join public.payments as p on p.order_id = m.order_id
        where m.reservation_id = r.id and p.status = any (case r.status
          when 'paying' then '{open,processing}'::public.payment_status[] else '{succeeded}' end))
      union all
      select 'stock_without_payment', d.order_id, null, null, null from private.drift_of_sales() as d
      union all
      select 'refund_undone', f.order_id, f.payment_id, f.id, null from public.refunds as f
      where f.status <> 'succeeded' and private.has_refund_undone(f.order_id)
      union all
      select 'restock_undecided', o.id, p.id, null::uuid, null::uuid
      from public.orders as o join public.payments as p on p.order_id = o.id
      where exists (select 1 from public.refunds as f where f.order_id = o.id) and private.has_restock_undecided(o.id)
      union all
      select 'payment_overdue', p.order_id, p.id, null, null from public.payments as p
      where p.status = 'open' and p.window_ends_at < statement_timestamp() - interval '10 minutes'
      union all
      select 'mail_unsent', m.order_id, null, m.refund_id, null from public.outgoing_mails as m
      join public.orders as o on o.id = m.order_id and o.email is not null
      where m.sent_at is null and m.created_at < statement_timestamp() - interval '1 hour'
    )
    select coalesce(jsonb_agg(jsonb_build_object(
      'kind', f.kind, 'orderId', f.order_id, 'orderNumber', o.number, 'paymentId', f.payment_id,
      'refundId', f.refund_id, 'reservationId', f.reservation_id) order by f.kind, o.number, f.refund_id), '[]')
    from finding as f left join public.orders as o on o.id = f.order_id));
end;
$$;
comment on function public.reconcile_stock() is
  'What does not fit together between orders, payments, holds and the ledger: {serverNow, findings: [{kind, orderId, orderNumber, paymentId, refundId, reservationId}]}. Kinds: paid_without_stock, stock_without_payment (a hold that is paying or sold without its payment; a sale or a return that the ledger tells otherwise), refund_undone, restock_undecided, payment_overdue (ten minutes after its window), mail_unsent (for an hour). Reads all of them: for those who operate the shop. Locks nothing.';
