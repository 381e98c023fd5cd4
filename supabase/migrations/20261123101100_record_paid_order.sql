-- Orders that were paid elsewhere: by phone, or imported. They climb the same ladder.

create function private.check_paid_order(p_source text, p_details jsonb, p_lines jsonb, p_payment jsonb)
returns void
language plpgsql
immutable
set search_path = ''
as $$
begin
  if p_source is null or p_source not in ('phone', 'import') or jsonb_typeof(p_details) is distinct from 'object'
     or jsonb_typeof(p_lines) is distinct from 'array' or jsonb_array_length(p_lines) not between 1 and 100
     or exists (select 1 from jsonb_array_elements(p_lines) as l (line)
                where jsonb_typeof(l.line) <> 'object' or pg_input_is_valid(l.line ->> 'variantId', 'uuid') is not true
                   or pg_input_is_valid(l.line ->> 'quantity', 'integer') is not true
                   or (l.line ->> 'unitPriceCents' is not null
                       and pg_input_is_valid(l.line ->> 'unitPriceCents', 'integer') is not true))
     or jsonb_typeof(p_payment) is distinct from 'object'
     or pg_input_is_valid(p_payment ->> 'amountCents', 'integer') is not true
     or pg_input_is_valid(p_details ->> 'shippingCents', 'integer') is false
     or pg_input_is_valid(p_payment ->> 'paymentId', 'uuid') is false
     or coalesce(p_payment ->> 'currency', '') !~ '^[A-Za-z]{3}$' then
    perform private.raise_invalid_request('a paid order has its source, details, 1 to 100 lines and a payment');
  end if;
  -- Only now: a plan may cast what is constant before it asks whether that can be cast.
  if exists (select 1 from jsonb_array_elements(p_lines) as l (line)
             where (l.line ->> 'quantity')::integer not between 1 and 999999 or (l.line ->> 'unitPriceCents')::integer < 0)
     or (p_payment ->> 'amountCents')::integer < 0
     or coalesce(p_details ->> 'country', 'DE') !~ '^[A-Z]{2}$' or length(p_details ->> 'email') not between 3 and 320
     or (p_details ->> 'shippingCents')::integer < 0 then
    perform private.raise_invalid_request('quantities, prices and the address of a paid order are what they say');
  end if;
end;
$$;
comment on function private.check_paid_order(text, jsonb, jsonb, jsonb) is 'Raises HF001 unless this is an order that was paid elsewhere.';

create function private.write_paid_order(
  p_source text, p_details jsonb, p_lines jsonb, p_payment jsonb, p_shopper_id uuid, p_now timestamptz)
returns public.payments
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_order_id uuid;
  v_payment public.payments;
  v_currency text := (select s.shop_currency from public.store_settings as s);
  v_shipping integer := coalesce((p_details ->> 'shippingCents')::integer, 0);
  v_subtotal bigint;
begin
  select sum((l.line ->> 'quantity')::bigint * coalesce((l.line ->> 'unitPriceCents')::integer, v.price_cents)) into v_subtotal
  from jsonb_array_elements(p_lines) as l (line) join public.variants as v on v.id = (l.line ->> 'variantId')::uuid;
  insert into public.orders
    (shopper_id, source, email, ship_name, ship_line1, ship_line2, ship_postal_code, ship_city, ship_country,
     currency, subtotal_cents, shipping_cents, total_cents, created_at)
  values (p_shopper_id, p_source, p_details ->> 'email', p_details ->> 'name', p_details ->> 'line1',
          p_details ->> 'line2', p_details ->> 'postalCode', p_details ->> 'city', p_details ->> 'country',
          v_currency, v_subtotal, v_shipping, v_subtotal + v_shipping, p_now)
  returning id into v_order_id;
  insert into public.order_lines
    (order_id, position, variant_id, quantity, unit_price_cents, product_name, variant_name, sku, image_path)
  select v_order_id, l.ord, v.id, (l.line ->> 'quantity')::integer,
         coalesce((l.line ->> 'unitPriceCents')::integer, v.price_cents), p.name, v.name, v.sku, p.image_path
  from jsonb_array_elements(p_lines) with ordinality as l (line, ord)
  join public.variants as v on v.id = (l.line ->> 'variantId')::uuid
  join public.products as p on p.id = v.product_id;
  insert into public.payments
    (order_id, shopper_id, status, amount_cents, currency, payment_intent_id, received_cents, received_currency,
     created_at, settled_at)
  values (v_order_id, p_shopper_id, 'succeeded', v_subtotal + v_shipping, v_currency, p_payment ->> 'paymentIntentId',
          (p_payment ->> 'amountCents')::bigint, upper(p_payment ->> 'currency'), p_now, p_now)
  returning * into v_payment;
  return v_payment;
end;
$$;
comment on function private.write_paid_order(text, jsonb, jsonb, jsonb, uuid, timestamptz) is
  'Writes an order and its payment that has succeeded already. The caller holds the locks of the shopper and of the levels, and settles it.';

create function public.record_paid_order(
  p_source text, p_details jsonb, p_lines jsonb, p_payment jsonb, p_shopper_id uuid default null)
returns jsonb
language plpgsql
volatile
security definer -- writes orders, holds, stock and trail for a role that may not itself
set search_path = ''
set lock_timeout = '3s'
as $$
declare
  -- Who has ordered by phone need not be anybody here.
  v_shopper_id uuid := coalesce(p_shopper_id, gen_random_uuid());
  v_variant_ids uuid[];
  v_payment public.payments;
  v_refund_id uuid;
  v_now timestamptz;
begin
  perform private.check_paid_order(p_source, p_details, p_lines, p_payment);
  v_variant_ids := array(
    select distinct (l.line ->> 'variantId')::uuid from jsonb_array_elements(p_lines) as l (line));
  if (select count(*) from public.variants as v where v.id = any (v_variant_ids)) <> cardinality(v_variant_ids) then
    return jsonb_build_object('outcome', 'variant_not_found', 'serverNow', clock_timestamp());
  end if;
  perform private.set_cause('system:record');
  insert into public.shoppers (id) values (v_shopper_id) on conflict (id) do nothing;
  v_shopper_id := private.lock_acting_shopper(v_shopper_id);
  -- Two who bring the same payment stand in line here, whoever they bring it for.
  perform pg_advisory_xact_lock(hashtextextended(p_payment ->> 'paymentIntentId', 0));
  select * into v_payment from public.payments as p
  where p.order_id = private.order_of_intent(p_payment ->> 'paymentIntentId')
     or p.id = (p_payment ->> 'paymentId')::uuid;
  if found then
    perform private.set_cause('');
    return jsonb_build_object(
      'outcome', case when v_payment.status = 'succeeded'
                       and v_payment.payment_intent_id = p_payment ->> 'paymentIntentId' then 'already' else 'already_known' end,
      'serverNow', clock_timestamp(), 'order', private.order_as_json(v_payment.order_id));
  end if;
  perform private.lock_levels(v_variant_ids);
  v_now := clock_timestamp();
  v_payment := private.write_paid_order(p_source, p_details, p_lines, p_payment, v_shopper_id, v_now);
  v_refund_id := private.sell_or_refund(
    v_payment, v_payment.received_cents, v_payment.received_currency, v_payment.payment_intent_id, null,
    'return', v_now);
  perform private.set_cause('');
  return jsonb_build_object(
    'outcome', (select case o.status when 'paid' then 'sold' else 'refund_due' end
                from public.orders as o where o.id = v_payment.order_id),
    'serverNow', v_now, 'refundId', v_refund_id, 'order', private.order_as_json(v_payment.order_id));
end;
$$;
comment on function public.record_paid_order(text, jsonb, jsonb, jsonb, uuid) is
  'An order that was paid elsewhere becomes one sale or one refund. p_source: phone | import. p_details: {email, name, line1, line2, postalCode, city, country, shippingCents (0)}, each may be left out. p_lines: 1 to 100 of {variantId, quantity, unitPriceCents (else the price of now)}. p_payment: {amountCents, currency, paymentIntentId or null, paymentId: payment_id of the intent''s metadata at Stripe, where it says one}. Answers {serverNow, outcome: sold {order} | refund_due {order, refundId} | already {order}: this payment is known | already_known {order}: it is the payment of an order of the shop, and Stripe''s word about its session settles that one, or it was a second payment of it; nothing written | variant_not_found}. Where it is not said that it is the payment of a checkout that is open, that checkout ends without a sale when Stripe tells of it. Locks the shopper, the name of the payment intent (an advisory lock), then the levels. Idempotent by the payment intent; not idempotent without one. Raises HF001 for anything malformed.';
