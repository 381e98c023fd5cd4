-- Doing refunds at Stripe, and writing down what it says of them. A refund is done when Stripe says so.

create function public.claim_refunds(p_limit integer)
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
    perform private.raise_invalid_request('p_limit is 1 to 1000 refunds');
  end if;
  v_ids := array(
    select f.id from public.refunds as f join public.payments as p on p.id = f.payment_id
    where f.status in ('requested', 'pending') and coalesce(f.payment_intent_id, p.payment_intent_id) is not null
      and (f.claimed_until is null or f.claimed_until <= v_now)
    order by f.created_at limit p_limit for no key update of f skip locked);
  update public.refunds as f
  set claimed_until = v_now + case f.status when 'pending' then interval '1 hour' else interval '1 minute' end
  where f.id = any (v_ids);
  return jsonb_build_object('serverNow', v_now, 'refunds', (
    select coalesce(jsonb_agg(jsonb_build_object(
      'refundId', f.id, 'orderId', f.order_id, 'attempt', f.attempt, 'paymentIntentId', coalesce(f.payment_intent_id, p.payment_intent_id),
      'stripeRefundId', f.stripe_refund_id, 'amountCents', f.amount_cents, 'currency', f.currency) order by f.created_at), '[]')
    from public.refunds as f join public.payments as p on p.id = f.payment_id where f.id = any (v_ids)));
end;
$$;
comment on function public.claim_refunds(integer) is
  'Takes refunds that are to be made at Stripe, oldest first: {serverNow, refunds: [{refundId, orderId, attempt, paymentIntentId, stripeRefundId: null until it is made, amountCents, currency}]}. Nobody else gets them for a minute; those that Stripe works on come up for a look every hour. Failed ones wait for retry_refund; those that did not come by Stripe are nobody''s to claim. Locks the refunds that it takes, passing over those that somebody has. Safe to repeat. Raises HF001 for a limit outside 1..1000.';

create function private.write_refund_status(
  p_refund public.refunds, p_stripe_refund_id text, p_status public.refund_status, p_error text, p_now timestamptz)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
begin
  -- Events overtake each other: what is final stays, but for a success that Stripe takes back, and a failure that was
  -- ours to assume. What is said of another attempt's refund is said of another refund; a failure without an id, of a
  -- call that Stripe refused, is none of the refund that it has: somebody was faster in the dashboard.
  if p_refund.status = p_status or p_refund.stripe_refund_id <> p_stripe_refund_id
     or (p_status = 'failed' and p_refund.stripe_refund_id is not null and p_stripe_refund_id is null)
     or (p_refund.status = 'succeeded' and p_status <> 'failed')
     or (p_refund.status = 'failed' and p_refund.stripe_refund_id is not null) then
    return false;
  end if;
  update public.refunds as f
  set status = p_status, stripe_refund_id = coalesce(f.stripe_refund_id, p_stripe_refund_id),
      settled_at = case when p_status in ('succeeded', 'failed') then p_now end, last_error = p_error,
      claimed_until = case when p_status = 'pending' then p_now + interval '1 hour' end
  where f.id = p_refund.id;
  if p_status = 'failed' then
    perform private.open_alert('refund_failed', p_refund.id::text, jsonb_build_object(
      'orderId', p_refund.order_id, 'amountCents', p_refund.amount_cents, 'currency', p_refund.currency,
      'attempt', p_refund.attempt));
  elsif p_status = 'succeeded' then
    perform private.close_alert('refund_failed', p_refund.id::text);
    perform private.close_alert('refund_by_hand', p_refund.id::text);
    perform private.close_alert('second_payment', p_refund.id::text);
    if p_refund.reason in ('requested', 'cancelled', 'outside', 'second_payment') then
      perform private.write_mail(p_refund.order_id, 'refunded', p_refund.id);
    end if;
  end if;
  return true;
end;
$$;
comment on function private.write_refund_status(public.refunds, text, public.refund_status, text, timestamptz) is
  'Writes what Stripe says of a refund, with its alert and its mail; false where that is no news. The caller holds the order''s lock.';

create function private.refund_status_of(p_stripe jsonb)
returns public.refund_status
language plpgsql
immutable
set search_path = ''
as $$
begin
  if jsonb_typeof(p_stripe) is distinct from 'object'
     or coalesce(p_stripe ->> 'status', '') not in ('pending', 'requires_action', 'succeeded', 'failed', 'canceled')
     or (p_stripe ->> 'status' in ('pending', 'requires_action') and coalesce(p_stripe ->> 'refundId', '') = '') then
    perform private.raise_invalid_request('p_stripe has status and, while it is pending, refundId');
  end if;
  return case p_stripe ->> 'status' when 'requires_action' then 'pending' when 'canceled' then 'failed'
                                    else p_stripe ->> 'status' end;
end;
$$;
comment on function private.refund_status_of(jsonb) is 'Our word for what Stripe says of a refund. Raises HF001 for anything else.';

create function private.alert_refund_beyond(p_payment public.payments, p_subject text, p_amount_cents bigint)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform private.open_alert('refund_beyond', p_subject, jsonb_build_object(
    'orderId', p_payment.order_id, 'amountCents', p_amount_cents, 'currency', p_payment.received_currency,
    'receivedCents', p_payment.received_cents, 'refundableCents', private.refundable_cents(p_payment)));
end;
$$;
comment on function private.alert_refund_beyond(public.payments, text, bigint) is
  'Stripe tells of a refund for which the books have no room. Failing would make it tell the same for days; a person has to look, until the refund is in the books or Stripe says that it failed. p_subject: its id at Stripe, or ours where it has none.';

create function public.record_refund(
  p_refund_id uuid, p_stripe jsonb, p_event_id text default null, p_event_type text default null)
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
  -- One that was given back by hand has no id at Stripe.
  v_subject text := coalesce(nullif(p_stripe ->> 'refundId', ''), p_refund_id::text);
begin
  perform private.set_cause('system:refund');
  v_payment := private.lock_sold_order((select f.order_id from public.refunds as f where f.id = p_refund_id));
  select * into v_refund from public.refunds as f where f.id = p_refund_id for no key update;
  v_outcome := case
    when v_refund.id is null then 'not_found'
    when exists (select 1 from public.payment_events as e where e.event_id = p_event_id) then 'duplicate_event'
    when p_stripe ->> 'attempt' <> v_refund.attempt::text then 'already'
    when v_refund.status = 'failed' and v_refund.stripe_refund_id is null and v_status <> 'failed'
         and v_refund.payment_intent_id is null
         and v_refund.amount_cents > private.refundable_cents(v_payment) then 'exceeds'
    when private.write_refund_status(v_refund, nullif(p_stripe ->> 'refundId', ''), v_status, p_stripe ->> 'error',
                                     clock_timestamp()) then 'recorded'
    else 'already' end;
  if v_outcome = 'exceeds' then
    perform private.alert_refund_beyond(v_payment, v_subject, v_refund.amount_cents);
  elsif v_outcome = 'recorded' or v_status = 'failed' then
    perform private.close_alert('refund_beyond', v_subject);
  end if;
  if p_event_id is not null and v_outcome in ('recorded', 'already', 'exceeds') then
    insert into public.payment_events (event_id, type, payment_id, outcome)
    values (p_event_id, coalesce(p_event_type, ''), v_refund.payment_id, v_outcome) on conflict (event_id) do nothing;
  end if;
  perform private.set_cause('');
  return jsonb_build_object('outcome', v_outcome, 'serverNow', clock_timestamp())
    || case v_outcome when 'not_found' then '{}'
       else jsonb_build_object('order', private.order_as_json(v_refund.order_id)) end;
end;
$$;
comment on function public.record_refund(uuid, jsonb, text, text) is
  'Writes down what Stripe says of one of our refunds. p_stripe: {refundId, status: pending | requires_action | succeeded | failed | canceled, error, attempt: where known, of which attempt this is said}. Without refundId: somebody gave the money back by hand, or could not; a failure without it says nothing of a refund that has an id at Stripe. Answers {serverNow, outcome, order}: recorded | already: no news, or news that was overtaken | exceeds: with it more would have gone back than was received, so it is not in the books and somebody is alerted | duplicate_event | not_found. A failure opens an alert and stays on the worklist. Locks the order, its payment and levels, then the refund. Idempotent. Raises HF001 for a malformed p_stripe.';

create function public.retry_refund(p_refund_id uuid)
returns jsonb
language plpgsql
volatile
security definer -- writes refunds and trail for a role that may not itself
set search_path = ''
set lock_timeout = '3s'
as $$
declare
  v_payment public.payments;
  v_refund public.refunds;
  v_outcome text;
begin
  perform private.set_cause('admin:retry_refund');
  v_payment := private.lock_sold_order((select f.order_id from public.refunds as f where f.id = p_refund_id));
  select * into v_refund from public.refunds as f where f.id = p_refund_id for no key update;
  v_outcome := case
    when v_refund.id is null then 'not_found'
    when v_refund.status <> 'failed' then 'not_failed'
    when (v_refund.payment_intent_id is null and v_refund.amount_cents > private.refundable_cents(v_payment))
         or exists (select 1 from public.refund_lines as l
                    where l.refund_id = v_refund.id and l.restock <> 'restocked'
                      and l.quantity > private.unreturned_units(l.order_line_id)) then 'exceeds'
    else 'requested' end;
  if v_outcome = 'requested' then
    update public.refunds as f
    set status = 'requested', attempt = f.attempt + 1, stripe_refund_id = null, settled_at = null, claimed_until = null
    where f.id = p_refund_id;
  end if;
  perform private.set_cause('');
  return jsonb_build_object('outcome', v_outcome, 'serverNow', clock_timestamp())
    || case v_outcome when 'not_found' then '{}'
       else jsonb_build_object('order', private.order_as_json(v_refund.order_id)) end;
end;
$$;
comment on function public.retry_refund(uuid) is
  'Puts a refund that failed back to work, as its next attempt. Answers {serverNow, outcome, order}: requested | exceeds: it went back in another way meanwhile | not_failed | not_found. Locks the order, its payment and levels, then the refund. Safe to repeat.';
