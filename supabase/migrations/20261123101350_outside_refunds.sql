-- Refunds that somebody made in Stripe's dashboard.

create function public.record_outside_refund(
  p_payment_intent_id text, p_stripe jsonb, p_event_id text default null, p_event_type text default null)
returns jsonb
language plpgsql
volatile
security definer -- writes refunds and trail for a role that may not itself
set search_path = ''
set lock_timeout = '3s'
as $$
declare
  v_status public.refund_status := private.refund_status_of(p_stripe);
  v_payment public.payments;
  v_refund public.refunds;
  v_outcome text;
  v_now timestamptz;
begin
  if coalesce(p_stripe ->> 'refundId', '') = '' or pg_input_is_valid(p_stripe ->> 'amountCents', 'bigint') is not true
     or p_stripe ->> 'amountCents' like '-%' or not pg_input_is_valid(p_stripe ->> 'refundedCents', 'bigint') then
    perform private.raise_invalid_request('p_stripe has refundId and amountCents, and refundedCents is a number of cents');
  end if;
  perform private.set_cause('system:outside_refund');
  v_payment := private.lock_sold_order(private.order_of_intent(p_payment_intent_id));
  v_now := clock_timestamp();
  select * into v_refund from public.refunds as f
  where f.stripe_refund_id = p_stripe ->> 'refundId'
     -- Somebody gave a second payment back before we did, at once or in parts of which this is the last.
     or (f.payment_intent_id = p_payment_intent_id and f.stripe_refund_id is null
         and (f.amount_cents = (p_stripe ->> 'amountCents')::bigint
              or (v_status = 'succeeded' and f.amount_cents <= (p_stripe ->> 'refundedCents')::bigint)));
  v_outcome := case
    when v_payment.id is null then 'not_found'
    when v_payment.payment_intent_id = p_payment_intent_id and v_payment.status <> 'succeeded' then 'not_settled'
    when exists (select 1 from public.payment_events as e where e.event_id = p_event_id) then 'duplicate_event'
    when v_refund.id is not null then
      case when private.write_refund_status(v_refund, p_stripe ->> 'refundId', v_status, p_stripe ->> 'error', v_now)
           then 'recorded' else 'already' end
    -- Part of a second payment. Ours of all of it fails at Stripe then; its alert is open until the parts are all of it.
    when v_payment.payment_intent_id is distinct from p_payment_intent_id then
      case when v_status = 'succeeded' and p_stripe ->> 'refundedCents' is null then 'part' else 'already' end
    when v_status = 'failed' then 'already'
    else 'recorded' end;
  if v_outcome = 'recorded' and v_refund.id is null then
    perform private.give_way_to_outside(v_payment, (p_stripe ->> 'amountCents')::bigint, v_now);
    if private.refundable_cents(v_payment) < (p_stripe ->> 'amountCents')::bigint then
      v_outcome := 'exceeds';
      perform private.alert_refund_beyond(v_payment, p_stripe ->> 'refundId', (p_stripe ->> 'amountCents')::bigint);
    end if;
  end if;
  if v_outcome = 'recorded' or v_status = 'failed' then
    perform private.close_alert('refund_beyond', p_stripe ->> 'refundId');
  end if;
  if v_outcome = 'recorded' and v_refund.id is null then
    insert into public.refunds
      (order_id, payment_id, amount_cents, currency, reason, actor, status, stripe_refund_id, settled_at, created_at)
    values (v_payment.order_id, v_payment.id, (p_stripe ->> 'amountCents')::bigint, v_payment.received_currency, 'outside',
            'stripe', v_status, p_stripe ->> 'refundId', case when v_status = 'succeeded' then v_now end, v_now)
    returning * into v_refund;
    if v_status = 'succeeded' then
      perform private.write_mail(v_payment.order_id, 'refunded', v_refund.id);
    end if;
  end if;
  if p_event_id is not null and v_outcome in ('recorded', 'already', 'exceeds') then
    insert into public.payment_events (event_id, type, payment_id, outcome)
    values (p_event_id, coalesce(p_event_type, ''), v_payment.id, v_outcome) on conflict (event_id) do nothing;
  end if;
  perform private.set_cause('');
  return jsonb_build_object('outcome', v_outcome, 'serverNow', clock_timestamp())
    || case v_outcome when 'not_found' then '{}'
       else jsonb_build_object('order', private.order_as_json(v_payment.order_id)) end;
end;
$$;
comment on function public.record_outside_refund(text, jsonb, text, text) is
  'Writes down a refund that somebody made in Stripe''s dashboard. p_stripe: {refundId, amountCents, status, refundedCents: where it was asked for, what went back of that payment intent so far}. Answers {serverNow, outcome, order}: recorded | already | not_settled: we have no final word on that payment yet, so settle it first | exceeds: with it more would have gone back than was received, so it is not in the books and somebody is alerted; told again once there is room (one of ours failed at Stripe) it is recorded | part: of a second payment, nothing done, tell it again with refundedCents | duplicate_event | not_found. A second payment that was given back in full, also in parts, is the refund of it that we owed. Our refunds that were not made yet and have no room beside it are marked failed. Locks the order, its payment and levels. Idempotent. Raises HF001 for a malformed p_stripe.';

create function private.give_way_to_outside(p_payment public.payments, p_amount_cents bigint, p_now timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_refund public.refunds;
begin
  for v_refund in
    select * from public.refunds as f
    where f.payment_id = p_payment.id and f.status = 'requested' and f.payment_intent_id is null order by f.created_at desc, f.id
  loop
    exit when private.refundable_cents(p_payment) >= p_amount_cents;
    perform private.write_refund_status(v_refund, null, 'failed', 'given back in another way', p_now);
  end loop;
end;
$$;
comment on function private.give_way_to_outside(public.payments, bigint, timestamptz) is
  'The money went back already: our refunds that Stripe would refuse now are marked failed, newest first, as far as need be.';
