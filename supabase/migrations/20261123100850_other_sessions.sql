-- Money that came by a session that is not the payment's own: another program's on the account, or a second of ours.

create function private.is_session_of(p_payment public.payments, p_stripe jsonb)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
begin
  return case
    when coalesce(p_stripe ->> 'sessionId', '') = '' then true
    -- A crash between Stripe and our row leaves no id here; what we made says in its metadata for which payment.
    when p_payment.session_id is null then p_stripe ->> 'madeFor' is not distinct from p_payment.id::text
    else p_payment.session_id = p_stripe ->> 'sessionId' end;
end;
$$;
comment on function private.is_session_of(public.payments, jsonb) is
  'Whether what Stripe says is said of the payment''s own session: the one that is written down, or, as long as none is, one that carries our metadata. That a session names the payment is not enough: anybody on the account can write that. Without a session (none was ever made) it is said of the payment.';

create function private.alert_other_money(p_payment public.payments, p_stripe jsonb)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_details jsonb := jsonb_build_object(
    'orderId', p_payment.order_id, 'paymentId', p_payment.id, 'sessionId', p_stripe -> 'sessionId',
    'paymentIntentId', p_stripe -> 'paymentIntentId', 'receivedCents', p_stripe -> 'amountCents',
    'currency', upper(p_stripe ->> 'currency'));
begin
  if private.is_session_of(p_payment, p_stripe) or p_stripe ->> 'madeFor' is not distinct from p_payment.id::text then
    perform private.open_alert('second_payment', p_payment.id::text, v_details);
  else
    perform private.open_alert('foreign_session', p_stripe ->> 'sessionId', v_details);
  end if;
end;
$$;
comment on function private.alert_other_money(public.payments, jsonb) is
  'Money came that is not the payment''s: second_payment where the session is ours, foreign_session where another program made it and names our payment. Somebody has to look.';
