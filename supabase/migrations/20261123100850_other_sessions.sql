-- Money that came by a session that is not the payment's own: another program's on the account, or a second of ours.

create function private.is_session_of(p_payment public.payments, p_stripe jsonb)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
begin
  return case
    -- That none was ever made may be overtaken: another request of the shopper wrote one down, which can be paid.
    when coalesce(p_stripe ->> 'sessionId', '') = '' then p_payment.session_id is null
    -- A crash between Stripe and our row leaves no id here; what we made says in its metadata for which payment.
    when p_payment.session_id is null then p_stripe ->> 'madeFor' is not distinct from p_payment.id::text
    else p_payment.session_id = p_stripe ->> 'sessionId' end;
end;
$$;
comment on function private.is_session_of(public.payments, jsonb) is
  'Whether what Stripe says is said of the payment''s own session: the one that is written down, or, as long as none is, one that carries our metadata. That a session names the payment is not enough: anybody on the account can write that. Without a session (none was ever made) it is said of the payment as long as none is written down.';

create function private.pay_back_other_money(p_payment public.payments, p_stripe jsonb)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_intent text := p_stripe ->> 'paymentIntentId';
  v_cents bigint := coalesce((p_stripe ->> 'amountCents')::bigint, 0);
  v_is_ours boolean := private.is_session_of(p_payment, p_stripe)
    or p_stripe ->> 'madeFor' is not distinct from p_payment.id::text;
  v_details jsonb := jsonb_build_object(
    'orderId', p_payment.order_id, 'paymentId', p_payment.id, 'sessionId', p_stripe -> 'sessionId',
    'paymentIntentId', v_intent, 'receivedCents', v_cents, 'currency', upper(p_stripe ->> 'currency'));
  v_refund_id uuid;
begin
  if not v_is_ours then
    perform private.open_alert('foreign_session', p_stripe ->> 'sessionId', v_details);
  elsif v_intent is not null and v_cents > 0 then
    insert into public.refunds (order_id, payment_id, payment_intent_id, amount_cents, currency, reason, actor)
    values (p_payment.order_id, p_payment.id, v_intent, v_cents, upper(p_stripe ->> 'currency'), 'second_payment', 'system')
    on conflict (payment_intent_id) where payment_intent_id is not null do nothing
    returning id into v_refund_id;
    if v_refund_id is not null then
      perform private.open_alert('second_payment', v_refund_id::text, v_details);
    end if;
  end if;
end;
$$;
comment on function private.pay_back_other_money(public.payments, jsonb) is
  'Money came that is not the payment''s. A second payment by a session of ours goes back in full, once (invariant 8), and the alert second_payment is open until Stripe says that it did. By a session of another program it is not ours to give back: foreign_session. The caller holds the locks of shopper and order.';

create function private.order_of_intent(p_payment_intent_id text)
returns uuid
language plpgsql
stable
set search_path = ''
as $$
begin
  return coalesce(
    (select p.order_id from public.payments as p where p.payment_intent_id = p_payment_intent_id),
    (select f.order_id from public.refunds as f where f.payment_intent_id = p_payment_intent_id));
end;
$$;
comment on function private.order_of_intent(text) is
  'The order that was paid with a payment intent, be it its payment or a second one that goes back; null for an unknown one.';
