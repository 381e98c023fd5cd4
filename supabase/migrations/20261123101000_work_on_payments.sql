-- What the server does about payments that are unfinished.

create function public.record_session(p_payment_id uuid, p_session_id text, p_session_url text)
returns jsonb
language plpgsql
volatile
security definer -- writes payments for a role that may not itself
set search_path = ''
set lock_timeout = '3s'
as $$
declare
  v_payment public.payments;
begin
  if coalesce(p_session_id, '') = '' then
    perform private.raise_invalid_request('p_session_id says which session');
  end if;
  perform private.set_cause('system:session');
  v_payment := private.lock_payment(p_payment_id);
  if v_payment.id is null then
    perform private.set_cause('');
    return jsonb_build_object('outcome', 'not_found', 'serverNow', clock_timestamp());
  end if;
  if coalesce(v_payment.session_id, p_session_id) = p_session_id then
    -- Of an ended one too, so that a late success finds it.
    update public.payments as p set session_id = p_session_id, session_url = coalesce(p_session_url, p.session_url)
    where p.id = p_payment_id;
  end if;
  perform private.set_cause('');
  if v_payment.status not in ('open', 'processing') or v_payment.session_id <> p_session_id then
    return jsonb_build_object('outcome', 'payment_ended', 'serverNow', clock_timestamp());
  end if;
  return jsonb_build_object('outcome', 'recorded', 'serverNow', clock_timestamp(),
                            'payment', private.payment_as_json(p_payment_id));
end;
$$;
comment on function public.record_session(uuid, text, text) is
  'Writes down which Checkout Session was made for a payment. Answers recorded {payment} | payment_ended: nobody may pay for this any more, so expire the session | not_found. Locks the shopper, the order and the payment. Idempotent. Raises HF001 without a session.';

create function public.claim_settlements(p_limit integer, p_variant_ids uuid[] default null)
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
    perform private.raise_invalid_request('p_limit is 1 to 1000 payments');
  end if;
  v_ids := array(
    select p.id from public.payments as p
    where (p.status = 'open' or (p.status = 'processing' and p_variant_ids is null))
      and p.window_ends_at <= v_now and (p.claimed_until is null or p.claimed_until <= v_now)
      and (p_variant_ids is null or exists (
        select 1 from public.order_lines as l where l.order_id = p.order_id and l.variant_id = any (p_variant_ids)))
    order by p.window_ends_at limit p_limit for no key update skip locked);
  update public.payments as p
  set claimed_until = v_now + case p.status when 'open' then interval '1 minute' else interval '15 minutes' end
  where p.id = any (v_ids);
  return jsonb_build_object('serverNow', v_now, 'payments', (
    select coalesce(jsonb_agg(private.payment_as_json(i.id) order by i.ord), '[]')
    from unnest(v_ids) with ordinality as i (id, ord)));
end;
$$;
comment on function public.claim_settlements(integer, uuid[]) is
  'Takes payments whose window is over for settling with Stripe, oldest first: {serverNow, payments}. Nobody else gets them for a minute. Those that are processing come up for a look at Stripe every 15 minutes, never with p_variant_ids: that asks only for open ones with these variants, after somebody was refused because of them. Locks the payments that it takes, passing over those that somebody has. Safe to repeat. Raises HF001 for a limit outside 1..1000.';
