-- Starting to pay: decides and pins in one transaction.

create function private.check_checkout_details(p_details jsonb)
returns void
language plpgsql
immutable
set search_path = ''
as $$
begin
  if jsonb_typeof(p_details) is distinct from 'object'
     or exists (select 1 from unnest('{email,name,line1,postalCode,city,country}'::text[]) as k (key)
                where jsonb_typeof(p_details -> k.key) is distinct from 'string'
                   or length(p_details ->> k.key) not between 1 and 320)
     or (p_details -> 'line2' <> 'null' and jsonb_typeof(p_details -> 'line2') <> 'string')
     or p_details ->> 'country' !~ '^[A-Z]{2}$' or length(p_details ->> 'email') < 3 then
    perform private.raise_invalid_request('p_details has email, name, line1, line2 or null, postalCode, city and country');
  end if;
end;
$$;
comment on function private.check_checkout_details(jsonb) is 'Raises HF001 unless these are an e-mail and an address.';

create function private.differences_of_cart(p_shopper_id uuid, p_now timestamptz, p_currency text)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
      'variantId', d.variant_id, 'productName', d.product_name, 'variantName', d.variant_name,
      'change', 'gone', 'before', d.quantity, 'after', 0)), '[]')
    from (
      select (g.line ->> 'variantId')::uuid as variant_id, g.line ->> 'productName' as product_name,
             g.line ->> 'variantName' as variant_name, (g.line ->> 'quantity')::integer as quantity
      from jsonb_array_elements(public.get_cart(p_shopper_id) -> 'lapsed') as g (line)
      union all
      select c.variant_id, c.shown ->> 'productName', c.shown ->> 'variantName', c.quantity
      from private.cart_rows(p_shopper_id, p_now) as c
      where c.is_live and not private.is_payable(c.variant_id, c.currency, p_currency, p_now)
    ) as d);
end;
$$;
comment on function private.differences_of_cart(uuid, timestamptz, text) is
  'What of a cart is gone, as far as the database knows what was seen: lines whose hold was lost, and those that are not for sale any more.';

create function private.is_payable(p_variant_id uuid, p_currency text, p_shop_currency text, p_now timestamptz)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return p_currency = p_shop_currency and exists (
    select 1 from public.variants as v join public.products as p on p.id = v.product_id
    where v.id = p_variant_id and p.published_at <= p_now);
end;
$$;
comment on function private.is_payable(uuid, text, text, timestamptz) is 'Whether something in a cart is for sale, in the shop''s currency.';

create function private.resume_payment(
  p_payment public.payments, p_cart_version text, p_expected_total_cents bigint, p_details jsonb, p_now timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  if p_payment.status = 'open' and p_payment.window_ends_at > p_now and p_payment.amount_cents = p_expected_total_cents
     and exists (select 1 from public.orders as o
                 where o.id = p_payment.order_id and o.cart_version = p_cart_version
                   and (o.email, o.ship_name, o.ship_line1, o.ship_line2, o.ship_postal_code, o.ship_city, o.ship_country)
                     is not distinct from (p_details ->> 'email', p_details ->> 'name', p_details ->> 'line1',
                       p_details ->> 'line2', p_details ->> 'postalCode', p_details ->> 'city', p_details ->> 'country')) then
    return jsonb_build_object('outcome', 'pinned', 'isNew', false, 'payment', private.payment_as_json(p_payment.id));
  end if;
  return jsonb_build_object('outcome', 'payment_open', 'paymentId', p_payment.id);
end;
$$;
comment on function private.resume_payment(public.payments, text, bigint, jsonb, timestamptz) is
  'What a shopper with an unfinished payment is answered: the same payment for the same cart and address, else that it has to end first.';

create function private.pin_cart(
  p_shopper_id uuid, p_cart_version text, p_details jsonb, p_return_origin text, p_settings public.store_settings,
  p_window_seconds integer, p_subtotal_cents bigint, p_now timestamptz)
returns public.payments
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_order_id uuid;
  v_payment public.payments;
begin
  insert into public.orders
    (shopper_id, source, email, ship_name, ship_line1, ship_line2, ship_postal_code, ship_city, ship_country,
     cart_version, currency, subtotal_cents, shipping_cents, total_cents, created_at)
  values (p_shopper_id, 'checkout', p_details ->> 'email', p_details ->> 'name', p_details ->> 'line1',
          p_details ->> 'line2', p_details ->> 'postalCode', p_details ->> 'city', p_details ->> 'country',
          p_cart_version, p_settings.shop_currency, p_subtotal_cents, p_settings.shipping_cents,
          p_subtotal_cents + p_settings.shipping_cents, p_now)
  returning id into v_order_id;
  insert into public.order_lines
    (order_id, position, variant_id, quantity, unit_price_cents, product_name, variant_name, sku, image_path,
     reservation_id, left_seconds)
  select v_order_id, row_number() over (order by c.created_at, c.id), c.variant_id, c.quantity, c.price_cents,
         c.shown ->> 'productName', c.shown ->> 'variantName', v.sku, c.shown ->> 'imagePath', c.id,
         ceil(extract(epoch from (c.hold ->> 'expiresAt')::timestamptz - p_now))
  from private.cart_rows(p_shopper_id, p_now) as c join public.variants as v on v.id = c.variant_id
  where c.is_live;
  insert into public.payments
    (order_id, shopper_id, amount_cents, currency, return_origin, session_expires_at, window_ends_at, created_at)
  values (v_order_id, p_shopper_id, p_subtotal_cents + p_settings.shipping_cents, p_settings.shop_currency,
          p_return_origin,
          -- Stripe asks for 30 minutes from the call on, which may come as late as the window allows.
          p_now + make_interval(secs => p_window_seconds) + interval '31 minutes',
          p_now + make_interval(secs => p_window_seconds), p_now)
  returning * into v_payment;
  update public.reservations as r set status = 'paying'
  from public.order_lines as l where l.order_id = v_order_id and r.id = l.reservation_id;
  return v_payment;
end;
$$;
comment on function private.pin_cart(uuid, text, jsonb, text, public.store_settings, integer, bigint, timestamptz) is
  'Makes the order, its lines and its payment of the shopper''s live holds, and pins those. The caller holds the locks of the shopper and of the levels.';

create function public.start_checkout(
  p_shopper_id uuid, p_cart_version text, p_expected_total_cents bigint, p_details jsonb, p_return_origin text,
  p_idempotency_key text default null, p_body_hash text default null)
returns jsonb
language plpgsql
volatile
security definer -- writes orders, holds and trail for a role that may not itself
set search_path = ''
set lock_timeout = '3s'
as $$
declare
  v_shopper_id uuid;
  v_settings public.store_settings;
  v_payment public.payments;
  v_answer jsonb;
  v_now timestamptz;
  v_cart record;
  v_window integer;
begin
  if p_cart_version is null or p_expected_total_cents is null or coalesce(p_return_origin, '') = '' then
    perform private.raise_invalid_request('p_cart_version, p_expected_total_cents and p_return_origin are given');
  end if;
  perform private.check_checkout_details(p_details);
  perform private.check_idempotency_key(p_idempotency_key, p_body_hash);
  perform private.set_cause('shopper:checkout');
  v_shopper_id := private.lock_acting_shopper(p_shopper_id);
  v_answer := private.kept_answer(v_shopper_id, p_idempotency_key, p_body_hash, clock_timestamp());
  if v_answer is not null then
    perform private.set_cause('');
    -- The payment as it is now: its session was made after the answer was kept.
    return v_answer || jsonb_build_object('serverNow', clock_timestamp()) || case
      when v_answer ? 'paymentId' then jsonb_build_object('payment', private.payment_as_json((v_answer ->> 'paymentId')::uuid))
      when v_answer ? 'orderId' then jsonb_build_object('order', private.order_as_json((v_answer ->> 'orderId')::uuid))
      else '{}' end;
  end if;
  select * into v_payment from public.payments as p
  where p.shopper_id = v_shopper_id and p.status in ('open', 'processing');
  if found then
    perform private.set_cause('');
    return private.resume_payment(v_payment, p_cart_version, p_expected_total_cents, p_details, clock_timestamp())
      || jsonb_build_object('serverNow', clock_timestamp());
  end if;
  perform private.lock_levels(array(
    select distinct r.variant_id from public.reservations as r where r.shopper_id = v_shopper_id and r.status = 'active'));
  v_now := clock_timestamp();
  select * into strict v_settings from public.store_settings;

  -- As get_cart counts it, at this instant.
  select count(*) as lines, coalesce(sum(c.quantity * c.price_cents::bigint), 0)::bigint as cents,
         md5(coalesce(string_agg(concat_ws(':', c.id, c.quantity, c.price_cents, c.currency), ',' order by c.id), '')) as version,
         bool_and(private.is_payable(c.variant_id, c.currency, v_settings.shop_currency, v_now)) as is_payable,
         min(v_settings.max_paying_seconds - r.paying_seconds) as left_seconds
  into v_cart
  from private.cart_rows(v_shopper_id, v_now) as c join public.reservations as r on r.id = c.id
  where c.is_live;
  v_window := least(v_settings.payment_window_seconds, v_cart.left_seconds);
  v_answer := case
    when v_cart.lines = 0 then jsonb_build_object('outcome', 'cart_empty')
    when v_cart.version <> p_cart_version or not v_cart.is_payable
         or v_cart.cents + v_settings.shipping_cents <> p_expected_total_cents
      then jsonb_build_object('outcome', 'cart_changed', 'cartVersion', v_cart.version,
                              'totalCents', v_cart.cents + v_settings.shipping_cents)
    when v_window < least(v_settings.min_returned_seconds, v_settings.payment_window_seconds)
      then jsonb_build_object('outcome', 'limit_reached', 'limit',
                              private.limit_reached('max_paying_seconds', v_settings.max_paying_seconds, null, v_now)) end;
  if v_answer is not null then
    perform private.set_cause('');
    return v_answer || jsonb_build_object('serverNow', v_now)
      || case when v_answer ->> 'outcome' <> 'limit_reached' then jsonb_build_object(
           'differences', private.differences_of_cart(v_shopper_id, v_now, v_settings.shop_currency)) else '{}' end;
  end if;

  v_payment := private.pin_cart(v_shopper_id, p_cart_version, p_details, p_return_origin, v_settings, v_window,
                                v_cart.cents, v_now);
  if v_payment.amount_cents = 0 then
    perform private.sell_or_refund(v_payment, 0, v_payment.currency, null, null, 'return', v_now);
    v_answer := jsonb_build_object('outcome', 'paid', 'orderId', v_payment.order_id);
  else
    v_answer := jsonb_build_object('outcome', 'pinned', 'paymentId', v_payment.id, 'isNew', false);
  end if;
  perform private.keep_answer(v_shopper_id, p_idempotency_key, p_body_hash, v_answer, v_now);
  perform private.set_cause('');
  return v_answer || jsonb_build_object('serverNow', v_now) || case v_answer ->> 'outcome'
    when 'paid' then jsonb_build_object('order', private.order_as_json(v_payment.order_id))
    else jsonb_build_object('isNew', true, 'payment', private.payment_as_json(v_payment.id)) end;
end;
$$;
comment on function public.start_checkout(uuid, text, bigint, jsonb, text, text, text) is
  'Makes an order of the shopper''s cart and pins its holds for a payment window, if the cart is the one that was seen: p_cart_version as get_cart says it, p_expected_total_cents with shipping. Answers {serverNow, outcome: pinned {payment, paymentId, isNew; the same cart and address again is the same payment while it is open} | paid {order}: nothing was to be paid | cart_changed {cartVersion, totalCents, differences} | cart_empty {differences} | payment_open {paymentId}: another payment of this shopper has to end first | limit_reached {limit: max_paying_seconds} | idempotency_mismatch}. p_details: {email, name, line1, line2, postalCode, city, country}. Locks the shopper, then the levels. Idempotent. p_idempotency_key with p_body_hash (both or none): answered again for 24 hours with the payment as it is then, so look at its status. Raises HF001 for missing or malformed arguments.';
