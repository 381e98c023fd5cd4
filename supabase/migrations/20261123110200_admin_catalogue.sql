-- Products and variants: all of them, and writing them.

create function private.admin_variants(p_product_id uuid)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
      'id', v.id, 'sku', v.sku, 'name', v.name, 'priceCents', v.price_cents, 'currency', v.currency,
      'position', v.position) order by v.position, v.sku), '[]')
    from public.variants as v where v.product_id = p_product_id);
end;
$$;
comment on function private.admin_variants(uuid) is 'The variants of a product, in the shop''s order.';

create function private.admin_product(p_product public.products, p_now timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return jsonb_build_object(
    'id', p_product.id, 'slug', p_product.slug, 'name', p_product.name, 'tagline', p_product.tagline,
    'description', p_product.description, 'imagePath', p_product.image_path, 'imageAlt', p_product.image_alt,
    'position', p_product.position, 'holdSeconds', p_product.hold_seconds,
    'isPublished', coalesce(p_product.published_at <= p_now, false), 'publishedAt', p_product.published_at,
    'variants', private.admin_variants(p_product.id));
end;
$$;
comment on function private.admin_product(public.products, timestamptz) is
  'A product as its admins see it, published or not, with its variants.';

create function public.admin_products()
returns jsonb
language plpgsql
stable
security definer -- reads what is not published for a caller that has established that it is an admin
set search_path = ''
as $$
declare
  v_now timestamptz := statement_timestamp();
begin
  return jsonb_build_object(
    'serverNow', v_now,
    'products', (select coalesce(jsonb_agg(private.admin_product(p, v_now) order by p.position, p.slug), '[]')
                 from public.products as p));
end;
$$;
comment on function public.admin_products() is
  'Every product, published or not, with its variants, in the shop''s order: {serverNow, products}. Locks nothing.';

create function public.admin_save_product(p_product jsonb, p_admin_id uuid, p_product_id uuid default null)
returns jsonb
language plpgsql
volatile
security definer -- writes the catalogue for a role that may not itself
set search_path = ''
set lock_timeout = '3s'
as $$
declare
  v_now timestamptz;
  v_product public.products;
  v_is_published boolean := (p_product ->> 'isPublished')::boolean;
begin
  if p_product is null or p_admin_id is null then
    perform private.raise_invalid_request('p_product says what, and p_admin_id who');
  end if;
  if p_product_id is not null then
    select * into v_product from public.products as p where p.id = p_product_id for no key update;
    if not found then
      return jsonb_build_object('outcome', 'not_found', 'serverNow', clock_timestamp());
    end if;
  end if;
  v_now := clock_timestamp();
  if v_is_published and not exists (select 1 from public.variants as v where v.product_id = p_product_id) then
    return jsonb_build_object('outcome', 'no_variants', 'serverNow', v_now);
  end if;
  perform private.act_as_admin(p_admin_id, case when p_product_id is null then 'create' else 'edit' end);
  -- What is left out stays as it is; a new product has it as the table says.
  v_product.id := coalesce(v_product.id, gen_random_uuid());
  v_product.slug := coalesce(p_product ->> 'slug', v_product.slug);
  v_product.name := coalesce(p_product ->> 'name', v_product.name);
  v_product.tagline := coalesce(p_product ->> 'tagline', v_product.tagline, '');
  v_product.description := coalesce(p_product ->> 'description', v_product.description, '');
  v_product.image_path := coalesce(p_product ->> 'imagePath', v_product.image_path);
  v_product.image_alt := coalesce(p_product ->> 'imageAlt', v_product.image_alt);
  v_product.position := coalesce((p_product ->> 'position')::integer, v_product.position, 0);
  v_product.hold_seconds := case when p_product ? 'holdSeconds' then (p_product ->> 'holdSeconds')::integer
                                 else v_product.hold_seconds end;
  v_product.created_at := coalesce(v_product.created_at, v_now);
  v_product.published_at := case
    when v_is_published is null then v_product.published_at
    -- What somebody has announced for later stays announced.
    when not v_is_published then case when v_product.published_at > v_now then v_product.published_at end
    -- Published is published: since when it was, stays.
    else least(v_product.published_at, v_now) end;
  begin
    insert into public.products select v_product.*
    on conflict (id) do update
    set slug = excluded.slug, name = excluded.name, tagline = excluded.tagline, description = excluded.description,
        image_path = excluded.image_path, image_alt = excluded.image_alt, position = excluded.position,
        hold_seconds = excluded.hold_seconds, published_at = excluded.published_at;
  exception when unique_violation then
    perform private.end_acting();
    return jsonb_build_object('outcome', 'slug_taken', 'serverNow', v_now);
  end;
  perform private.end_acting();
  return jsonb_build_object('outcome', 'saved', 'serverNow', v_now, 'product', private.admin_product(v_product, v_now));
end;
$$;
comment on function public.admin_save_product(jsonb, uuid, uuid) is
  'Makes a product (p_product_id null) or edits one: p_product {slug, name, tagline, description, imagePath, imageAlt, position, holdSeconds (null: tier and store decide), isPublished}; what is left out stays. Answers {outcome: saved {product} | slug_taken | no_variants (nothing to sell yet, so nothing to publish) | not_found, serverNow}. Holds keep what applied when they were made. Locks the product. Not idempotent where it makes one: the slug is taken the second time. Raises HF001 without product or admin.';

create function public.admin_save_variant(
  p_variant jsonb, p_admin_id uuid, p_variant_id uuid default null, p_product_id uuid default null)
returns jsonb
language plpgsql
volatile
security definer -- writes the catalogue and a first stock level for a role that may not itself
set search_path = ''
set lock_timeout = '3s'
as $$
declare
  v_now timestamptz := clock_timestamp();
  v_variant public.variants;
  v_product public.products;
begin
  if p_variant is null or p_admin_id is null then
    perform private.raise_invalid_request('p_variant says what, and p_admin_id who');
  end if;
  if p_variant_id is not null then
    select * into v_variant from public.variants as v where v.id = p_variant_id for no key update;
  end if;
  select * into v_product from public.products as p where p.id = coalesce(v_variant.product_id, p_product_id);
  if v_product.id is null or (p_variant_id is not null and v_variant.id is null) then
    return jsonb_build_object('outcome', 'not_found', 'serverNow', v_now);
  end if;
  perform private.act_as_admin(p_admin_id, case when p_variant_id is null then 'create' else 'edit' end);
  begin
    if p_variant_id is null then
      insert into public.variants (product_id, sku, name, price_cents, currency, position)
      values (p_product_id, p_variant ->> 'sku', p_variant ->> 'name', (p_variant ->> 'priceCents')::integer,
              -- One cart is paid in one currency: the shop's.
              (select t.shop_currency from public.store_settings as t),
              coalesce((p_variant ->> 'position')::integer, 0))
      returning * into v_variant;
      -- Kept, with nothing there yet, at the place that is asked first.
      insert into public.stock_levels (variant_id, location_id)
      select v_variant.id, l.id from public.locations as l order by l.priority, l.id limit 1;
    else
      update public.variants as v
      set sku = coalesce(p_variant ->> 'sku', v.sku), name = coalesce(p_variant ->> 'name', v.name),
          price_cents = coalesce((p_variant ->> 'priceCents')::integer, v.price_cents),
          position = coalesce((p_variant ->> 'position')::integer, v.position)
      where v.id = p_variant_id;
    end if;
  exception when unique_violation then
    perform private.end_acting();
    return jsonb_build_object('outcome', 'sku_taken', 'serverNow', v_now);
  end;
  perform private.end_acting();
  return jsonb_build_object('outcome', 'saved', 'serverNow', v_now, 'variantId', v_variant.id,
                            'product', private.admin_product(v_product, v_now));
end;
$$;
comment on function public.admin_save_variant(jsonb, uuid, uuid, uuid) is
  'Makes a variant of p_product_id (p_variant_id null), kept with 0 units at the first location, or edits one: p_variant {sku, name, priceCents, position}; what is left out stays. The currency is the shop''s. Answers {outcome: saved {variantId, product} | sku_taken | not_found, serverNow}. A new price is what carts show from now on; orders keep theirs. Locks the variant. Not idempotent where it makes one: the SKU is taken the second time. Raises HF001 without variant or admin.';

revoke all on function public.admin_products() from public, anon, authenticated, service_role;
revoke all on function public.admin_save_product(jsonb, uuid, uuid) from public, anon, authenticated, service_role;
revoke all on function public.admin_save_variant(jsonb, uuid, uuid, uuid) from public, anon, authenticated, service_role;
grant execute on function public.admin_products() to service_role;
grant execute on function public.admin_save_product(jsonb, uuid, uuid) to service_role;
grant execute on function public.admin_save_variant(jsonb, uuid, uuid, uuid) to service_role;
