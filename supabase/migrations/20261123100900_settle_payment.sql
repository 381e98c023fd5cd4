-- The idempotent completion of a payment: webhook, return of the shopper and sweep all end here.

create function private.lock_payment(p_payment_id uuid)
returns public.payments
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_payment public.payments;
  v_shopper_id uuid;
begin
  loop
    select p.shopper_id into v_shopper_id from public.payments as p where p.id = p_payment_id;
    if not found then
      return null;
    end if;
    begin
      insert into public.shoppers (id) values (v_shopper_id) on conflict (id) do nothing;
      perform 1 from public.shoppers as s where s.id = v_shopper_id for no key update;
      perform 1 from public.orders as o
      where o.id = (select p.order_id from public.payments as p where p.id = p_payment_id) for no key update;
      select * into v_payment from public.payments as p where p.id = p_payment_id for no key update;
      if v_payment.shopper_id = v_shopper_id then
        return v_payment;
      end if;
      raise exception 'merged_meanwhile' using errcode = 'HF010';
    exception when sqlstate 'HF010' then
      null; -- lets go of the guest's lock: after a sign-in the user's comes first
    end;
  end loop;
end;
$$;
comment on function private.lock_payment(uuid) is
  'Locks the shopper, the order and the payment, in this order, and answers the payment as it is then; null for an unknown one.';

create function private.sell_or_refund(
  p_payment public.payments, p_received_cents bigint, p_received_currency text, p_payment_intent_id text,
  p_session_id text, p_then text, p_now timestamptz)
returns uuid
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_is_right boolean := p_received_cents = p_payment.amount_cents and p_received_currency = p_payment.currency;
  v_is_there boolean;
  v_refund_id uuid;
begin
  update public.payments as p
  set status = 'succeeded', settled_at = p_now, received_cents = p_received_cents, claimed_until = null,
      received_currency = p_received_currency, payment_intent_id = coalesce(p.payment_intent_id, p_payment_intent_id),
      -- A session that nobody lived to write down: where the money came from is known from here on.
      session_id = coalesce(p.session_id, nullif(p_session_id, ''))
  where p.id = p_payment.id and p.status <> 'succeeded';
  -- Nothing can be sent to whom nobody knows any more: an order of an erased account is paid back.
  v_is_there := v_is_right
    and not exists (select 1 from public.orders as o where o.id = p_payment.order_id and o.erased_at is not null)
    and private.take_units(p_payment.order_id, p_payment.shopper_id, p_now);
  if v_is_there then
    perform private.sell_lines(p_payment.order_id, p_now);
    perform private.write_mail(p_payment.order_id, 'confirmation');
    return null;
  end if;

  perform private.unpin_holds(p_payment, p_then, p_now);
  update public.orders as o
  set status = case when v_is_right then 'refunded_out_of_stock' else 'refunded' end::public.order_status,
      paid_at = p_now, refunded_at = p_now, cancelled_at = null
  where o.id = p_payment.order_id;
  if p_received_cents > 0 then
    insert into public.refunds (order_id, payment_id, amount_cents, currency, reason, actor, created_at)
    values (p_payment.order_id, p_payment.id, p_received_cents, p_received_currency,
            case when v_is_right then 'out_of_stock' else 'wrong_amount' end, 'system', p_now)
    returning id into v_refund_id;
    if coalesce(p_payment.payment_intent_id, p_payment_intent_id) is null then
      perform private.open_alert('refund_by_hand', v_refund_id::text, jsonb_build_object(
        'orderId', p_payment.order_id, 'amountCents', p_received_cents, 'currency', p_received_currency));
    end if;
  end if;
  if v_is_right then
    perform private.write_mail(p_payment.order_id, 'out_of_stock', v_refund_id);
  else
    perform private.write_mail(p_payment.order_id, 'refunded', v_refund_id);
    perform private.open_alert('wrong_amount', p_payment.id::text, jsonb_build_object(
      'orderId', p_payment.order_id, 'askedCents', p_payment.amount_cents, 'askedCurrency', p_payment.currency,
      'receivedCents', p_received_cents, 'receivedCurrency', p_received_currency));
  end if;
  return v_refund_id;
end;
$$;
comment on function private.sell_or_refund(public.payments, bigint, text, text, text, text, timestamptz) is
  'Invariant 8: a payment that succeeded becomes the sale of all its units (answers null), or one refund of what was received (its id; null where nothing was received). Writes the mail and, for a wrong amount or currency, the alert. The caller holds the locks of shopper, order and levels.';

create function private.check_stripe_session(p_stripe jsonb)
returns void
language plpgsql
immutable
set search_path = ''
as $$
begin
  if jsonb_typeof(p_stripe) is distinct from 'object'
     or coalesce(p_stripe ->> 'status', '') not in ('open', 'complete', 'expired')
     or coalesce(p_stripe ->> 'paymentStatus', '') not in ('paid', 'unpaid', 'no_payment_required')
     or (p_stripe ->> 'paymentStatus' = 'paid'
         and (jsonb_typeof(p_stripe -> 'amountCents') is distinct from 'number'
              or not pg_input_is_valid(p_stripe ->> 'amountCents', 'bigint')
              or p_stripe ->> 'amountCents' like '-%'
              or coalesce(p_stripe ->> 'currency', '') !~ '^[A-Za-z]{3}$')) then
    perform private.raise_invalid_request('p_stripe has status, paymentStatus and, when paid, amountCents and currency');
  end if;
end;
$$;
comment on function private.check_stripe_session(jsonb) is 'Raises HF001 unless this is what Stripe says of a Checkout Session.';

create function private.end_payment(p_payment public.payments, p_is_failed boolean, p_then text, p_now timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  update public.payments as p
  set status = case when p_is_failed then 'failed' else 'expired' end::public.payment_status, settled_at = p_now,
      claimed_until = null
  where p.id = p_payment.id;
  perform private.unpin_holds(p_payment, p_then, p_now);
  update public.orders as o set status = 'cancelled', cancelled_at = p_now where o.id = p_payment.order_id;
  if p_is_failed then
    perform private.write_mail(p_payment.order_id, 'payment_failed');
  end if;
end;
$$;
comment on function private.end_payment(public.payments, boolean, text, timestamptz) is
  'The payment ended without money: its holds go back to the cart or expire, the order is cancelled. The caller holds the locks of shopper, order and levels.';

create function public.settle_payment(
  p_payment_id uuid, p_stripe jsonb, p_then text, p_event_id text default null, p_event_type text default null)
returns jsonb
language plpgsql
volatile
security definer -- writes orders, holds, stock and trail for a role that may not itself
set search_path = ''
set lock_timeout = '3s'
as $$
declare
  v_payment public.payments;
  v_is_paid boolean;
  v_is_failed boolean;
  v_is_elsewhere boolean;
  v_refund_id uuid;
  v_outcome text;
  v_now timestamptz;
begin
  perform private.check_stripe_session(p_stripe);
  if p_then is null or p_then not in ('return', 'expire') then
    perform private.raise_invalid_request('p_then is return or expire');
  end if;
  v_is_paid := p_stripe ->> 'paymentStatus' in ('paid', 'no_payment_required') and p_stripe ->> 'status' = 'complete';
  v_is_failed := coalesce(p_stripe -> 'failed' = 'true', false);
  perform private.set_cause('system:settle');
  v_payment := private.lock_payment(p_payment_id);
  -- As record_paid_order does: one of the two is first with this money.
  perform pg_advisory_xact_lock(hashtextextended(p_stripe ->> 'paymentIntentId', 0));
  v_is_elsewhere := exists (
    select 1 from public.payments as p
    where p.payment_intent_id = p_stripe ->> 'paymentIntentId' and p.id <> v_payment.id);
  if v_payment.id is null then
    v_outcome := 'not_found';
  elsif exists (select 1 from public.payment_events as e where e.event_id = p_event_id) then
    v_outcome := 'duplicate_event';
  elsif not private.is_session_of(v_payment, p_stripe) then
    v_outcome := 'another_session';
    if v_is_paid and not v_is_elsewhere then
      perform private.pay_back_other_money(v_payment, p_stripe);
    end if;
  elsif v_payment.status = 'succeeded'
        or ((not v_is_paid or v_is_elsewhere) and v_payment.status in ('failed', 'expired')) then
    v_outcome := 'already';
    if v_is_paid and not v_is_elsewhere and v_payment.payment_intent_id <> p_stripe ->> 'paymentIntentId' then
      perform private.pay_back_other_money(v_payment, p_stripe);
    end if;
  elsif not v_is_paid and not v_is_failed and p_stripe ->> 'status' <> 'expired' then
    v_outcome := case when p_stripe ->> 'status' = 'open' then 'still_open' else 'processing' end;
    if v_outcome = 'processing' and v_payment.status = 'open' then
      update public.payments as p
      set status = 'processing', claimed_until = clock_timestamp() + interval '15 minutes',
          payment_intent_id = coalesce(
            p.payment_intent_id, case when not v_is_elsewhere then p_stripe ->> 'paymentIntentId' end),
          session_id = coalesce(p.session_id, nullif(p_stripe ->> 'sessionId', ''))
      where p.id = v_payment.id;
    end if;
  else
    perform private.lock_levels(array(
      select distinct l.variant_id from public.order_lines as l where l.order_id = v_payment.order_id));
    v_now := clock_timestamp();
    if v_is_paid and not v_is_elsewhere then
      v_refund_id := private.sell_or_refund(
        v_payment, coalesce((p_stripe ->> 'amountCents')::bigint, 0), upper(coalesce(p_stripe ->> 'currency', v_payment.currency)),
        p_stripe ->> 'paymentIntentId', p_stripe ->> 'sessionId', p_then, v_now);
      select case o.status when 'paid' then 'sold' else 'refund_due' end into v_outcome
      from public.orders as o where o.id = v_payment.order_id;
    else
      perform private.end_payment(v_payment, v_is_failed, p_then, v_now);
      v_outcome := 'ended';
    end if;
    if v_is_paid and v_is_elsewhere then
      perform private.open_alert('entered_twice', v_payment.id::text, jsonb_build_object(
        'orderId', v_payment.order_id, 'paymentIntentId', p_stripe -> 'paymentIntentId',
        'enteredAs', private.order_of_intent(p_stripe ->> 'paymentIntentId')));
    end if;
  end if;
  if p_event_id is not null and v_payment.id is not null and v_outcome <> 'duplicate_event' then
    insert into public.payment_events (event_id, type, payment_id, outcome)
    values (p_event_id, coalesce(p_event_type, ''), v_payment.id, v_outcome)
    on conflict (event_id) do nothing;
  end if;
  perform private.set_cause('');
  return jsonb_build_object('outcome', v_outcome, 'serverNow', coalesce(v_now, clock_timestamp()))
    || case when v_outcome = 'not_found' then '{}'
            else jsonb_build_object('order', private.order_as_json(v_payment.order_id)) end
    || case when v_outcome = 'refund_due' then jsonb_build_object('refundId', v_refund_id) else '{}' end;
end;
$$;
comment on function public.settle_payment(uuid, jsonb, text, text, text) is
  'Writes down what Stripe says of a payment, and does what follows from it, once. p_stripe: {sessionId, status: open | complete | expired, paymentStatus: paid | unpaid | no_payment_required, amountCents, currency, paymentIntentId, failed, madeFor: the payment that the session''s metadata names}. p_then: what becomes of the holds when no money came: return (to the cart) | expire. Answers {serverNow, outcome, order}: sold | refund_due {refundId}: the units were gone, or another amount or currency came than was asked for | processing | ended: without money, or its money was entered as another order by hand, which somebody is alerted of | still_open: nothing done | already: final before, nothing done; a second payment for it goes back in full; a success after expired or failed is a sale or a refund all the same | another_session: this is not the payment''s own session, or without sessionId it has one meanwhile, nothing done | duplicate_event | not_found. p_event_id with p_event_type: recorded with the effect. Locks the shopper, the order, the payment, the name of the payment intent (an advisory lock), then the levels. Idempotent. Raises HF001 for a malformed p_stripe or p_then.';
