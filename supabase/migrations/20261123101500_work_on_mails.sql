-- Sending what the outbox holds, and forgetting who an erased account was once its orders were sent.

create function public.claim_mails(p_limit integer)
returns jsonb
language plpgsql
volatile
security definer -- writes leases for a role that may not itself
set search_path = ''
set lock_timeout = '3s'
as $$
declare
  v_now timestamptz := clock_timestamp();
  v_ids uuid[];
begin
  if p_limit is null or p_limit not between 1 and 1000 then
    perform private.raise_invalid_request('p_limit is 1 to 1000 mails');
  end if;
  v_ids := array(
    select m.id from public.outgoing_mails as m join public.orders as o on o.id = m.order_id
    where m.sent_at is null and (m.claimed_until is null or m.claimed_until <= v_now) and o.email is not null
    order by m.created_at limit p_limit for no key update of m skip locked);
  update public.outgoing_mails as m set attempts = m.attempts + 1, claimed_until = v_now + interval '1 minute'
  where m.id = any (v_ids);
  return jsonb_build_object('serverNow', v_now, 'mails', (
    select coalesce(jsonb_agg(jsonb_build_object(
      'mailId', m.id, 'kind', m.kind, 'attempt', m.attempts, 'returnOrigin', p.return_origin,
      'order', private.order_as_json(m.order_id), 'refundId', m.refund_id) order by m.created_at), '[]')
    from public.outgoing_mails as m left join public.payments as p on p.order_id = m.order_id
    where m.id = any (v_ids)));
end;
$$;
comment on function public.claim_mails(integer) is
  'Takes mails to send, oldest first: {serverNow, mails: [{mailId, kind, attempt, order, refundId or null: among order.refunds, returnOrigin: null for orders from elsewhere}]}. Nobody else gets them for a minute. None to an order without an address. Locks the mails that it takes, passing over those that somebody has. Safe to repeat. Raises HF001 for a limit outside 1..1000.';

create function public.record_mail(p_mail_id uuid, p_error text default null)
returns jsonb
language plpgsql
volatile
security definer -- writes mails for a role that may not itself
set search_path = ''
set lock_timeout = '3s'
as $$
declare
  v_now timestamptz := clock_timestamp();
begin
  update public.outgoing_mails as m
  set sent_at = case when p_error is null then v_now end, last_error = p_error,
      -- Twice as long each time, up to an hour.
      claimed_until = case when p_error is not null then
        v_now + least(interval '1 hour', interval '30 seconds' * power(2, least(m.attempts, 10))) end
  where m.id = p_mail_id and m.sent_at is null;
  return jsonb_build_object('serverNow', v_now, 'outcome', case
    when found then 'recorded'
    when exists (select 1 from public.outgoing_mails as m where m.id = p_mail_id) then 'already'
    else 'not_found' end);
end;
$$;
comment on function public.record_mail(uuid, text) is
  'A mail was sent, or could not be (p_error): then it comes up again later. Answers {serverNow, outcome: recorded | already | not_found}. Locks the mail. Idempotent.';

create function private.erase_orders(p_ids uuid[], p_now timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  update public.orders as o
  set email = null, ship_name = null, ship_line1 = null, ship_line2 = null, ship_postal_code = null, ship_city = null,
      tracking = null, is_erasure_due = false, erased_at = p_now
  where o.id = any (p_ids) and o.erased_at is null;
end;
$$;
comment on function private.erase_orders(uuid[], timestamptz) is
  'Clears e-mail, address and tracking of orders; the country stays, for the books. The caller holds their locks.';

create function private.erase_orders_of(p_shopper_id uuid)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform 1 from public.orders as o where o.shopper_id = p_shopper_id order by o.id for no key update;
  perform private.erase_orders(array(
    select o.id from public.orders as o
    where o.shopper_id = p_shopper_id
      and (o.status <> 'paid' or o.shipped_at is not null or o.cancelled_at is not null)), clock_timestamp());
  -- Whoever paid and is not sent it yet still wants it.
  update public.orders as o set is_erasure_due = true
  where o.shopper_id = p_shopper_id and o.erased_at is null and not o.is_erasure_due;
end;
$$;
comment on function private.erase_orders_of(uuid) is
  'Clears who an erased shopper''s orders were for: at once, but for those that have to be sent yet. Locks the orders.';

create function public.erase_due_orders(p_limit integer default 500)
returns jsonb
language plpgsql
volatile
security definer -- writes orders and trail for a role that may not itself
set search_path = ''
set lock_timeout = '3s'
as $$
declare
  v_ids uuid[];
begin
  if p_limit is null or p_limit not between 1 and 10000 then
    perform private.raise_invalid_request('p_limit is 1 to 10000 orders');
  end if;
  v_ids := array(
    select o.id from public.orders as o
    where o.is_erasure_due and o.erased_at is null
      and (o.status <> 'paid' or o.shipped_at is not null or o.cancelled_at is not null)
      -- The last mail first, for three days.
      and not exists (select 1 from public.outgoing_mails as m
                      where m.order_id = o.id and m.sent_at is null and m.created_at > clock_timestamp() - interval '3 days')
    order by o.number limit p_limit for no key update skip locked);
  perform private.set_cause('system:erase');
  perform private.erase_orders(v_ids, clock_timestamp());
  perform private.set_cause('');
  return jsonb_build_object('serverNow', clock_timestamp(), 'erased', cardinality(v_ids),
                            'more', cardinality(v_ids) >= p_limit);
end;
$$;
comment on function public.erase_due_orders(integer) is
  'Clears who an order was for where its account was erased while it had to be sent yet, and it has been sent or ended since: {serverNow, erased: orders, more: call again}. Locks the orders that it takes, passing over those that somebody has. Safe to repeat. Raises HF001 for a limit outside 1..10000.';
