-- What a checkout page shows before anything is asked for.

create function public.get_checkout(p_shopper_id uuid)
returns jsonb
language plpgsql
stable
security definer -- reads one shopper's holds for a caller that has established who it is
set search_path = ''
as $$
declare
  v_shopper_id uuid := private.acting_shopper(p_shopper_id);
  v_cart jsonb := public.get_cart(v_shopper_id);
  v_settings public.store_settings;
  v_payment_id uuid;
begin
  select * into strict v_settings from public.store_settings;
  select p.id into v_payment_id from public.payments as p
  where p.shopper_id = v_shopper_id and p.status in ('open', 'processing');
  return jsonb_build_object(
    'serverNow', v_cart -> 'serverNow', 'payment', private.payment_as_json(v_payment_id),
    'quote', jsonb_build_object(
      'cartVersion', v_cart -> 'cartVersion', 'lines', v_cart -> 'lines', 'subtotalCents', v_cart -> 'totalCents',
      'shippingCents', v_settings.shipping_cents,
      'totalCents', (v_cart ->> 'totalCents')::bigint + v_settings.shipping_cents,
      'currency', v_settings.shop_currency));
end;
$$;
comment on function public.get_checkout(uuid) is
  'What start_checkout would ask for, and the shopper''s unfinished payment: {serverNow, quote: {cartVersion, lines: as get_cart has them, subtotalCents, shippingCents, totalCents, currency}, payment: null where none is open}. Minor units. Locks nothing and promises nothing.';
