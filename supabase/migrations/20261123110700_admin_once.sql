-- The Idempotency-Key of those who operate the shop: one function stands before all that changes something (docs/adr/0020).

create function private.admin_change(p_change text, p_args jsonb, p_admin_id uuid)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
begin
  return case p_change
    when 'admin_release_reservation' then public.admin_release_reservation(
      (p_args ->> 'p_reservation_id')::uuid, p_args ->> 'p_reason', p_admin_id)
    when 'admin_save_product' then public.admin_save_product(
      p_args -> 'p_product', p_admin_id, (p_args ->> 'p_product_id')::uuid)
    when 'admin_save_variant' then public.admin_save_variant(
      p_args -> 'p_variant', p_admin_id, (p_args ->> 'p_variant_id')::uuid, (p_args ->> 'p_product_id')::uuid)
    when 'admin_save_picture' then public.admin_save_picture(p_args ->> 'p_content', p_admin_id)
    when 'admin_adjust_stock' then public.admin_adjust_stock(
      (p_args ->> 'p_variant_id')::uuid, (p_args ->> 'p_location_id')::uuid, (p_args ->> 'p_delta')::integer,
      p_args ->> 'p_reason', (p_args ->> 'p_release_newest')::boolean, p_admin_id)
    when 'admin_set_safety_stock' then public.admin_set_safety_stock(
      (p_args ->> 'p_variant_id')::uuid, (p_args ->> 'p_location_id')::uuid, (p_args ->> 'p_safety_stock')::integer,
      p_admin_id)
    when 'admin_import_stock' then public.admin_import_stock(
      p_args -> 'p_rows', p_args ->> 'p_reason', p_admin_id, p_args ->> 'p_version')
    when 'admin_save_settings' then public.admin_save_settings(p_args -> 'p_settings', p_admin_id)
    when 'admin_repair_stock' then public.admin_repair_stock((p_args ->> 'p_dry_run')::boolean, p_admin_id)
    when 'cancel_order' then public.cancel_order(
      (p_args ->> 'p_order_id')::uuid, (p_args ->> 'p_restock')::boolean, p_admin_id::text)
    when 'mark_shipped' then public.mark_shipped((p_args ->> 'p_order_id')::uuid, p_args ->> 'p_tracking')
    when 'decide_restock' then public.decide_restock(
      (p_args ->> 'p_refund_id')::uuid, (p_args ->> 'p_order_line_id')::uuid, (p_args ->> 'p_restock')::boolean,
      (p_args ->> 'p_quantity')::integer)
    when 'retry_refund' then public.retry_refund((p_args ->> 'p_refund_id')::uuid)
  end;
end;
$$;
comment on function private.admin_change(text, jsonb, uuid) is
  'Calls the function of that name with those arguments, by their names, and answers as it does; null for a name that is none of a change of admins. request_refund is not among them: it keeps its keys itself, by order.';

create function private.changed_something(p_change text, p_answer jsonb)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
begin
  -- By both: 'shipped' is what mark_shipped did, and why cancel_order does not.
  return case p_change
    when 'admin_repair_stock' then (p_answer ->> 'dryRun')::boolean is false
    else coalesce(p_answer ->> 'outcome' = case p_change
      when 'admin_release_reservation' then 'released'
      when 'admin_adjust_stock' then 'adjusted'
      when 'admin_import_stock' then 'applied'
      when 'cancel_order' then 'cancelled'
      when 'mark_shipped' then 'shipped'
      when 'decide_restock' then 'decided'
      when 'retry_refund' then 'requested'
      else 'saved'
    end, false)
  end;
end;
$$;
comment on function private.changed_something(text, jsonb) is
  'Whether an answer to this change of admins says that it was done. A refusal, a preview and a dry run changed nothing.';

create function public.admin_once(
  p_change text, p_args jsonb, p_admin_id uuid, p_idempotency_key text, p_body_hash text)
returns jsonb
language plpgsql
volatile
security definer -- reads and writes the keys, and calls what writes the shop, for a role that may not itself
set search_path = ''
set lock_timeout = '3s'
as $$
declare
  v_answer jsonb;
begin
  if p_admin_id is null or p_idempotency_key is null then
    perform private.raise_invalid_request('p_admin_id says who, and p_idempotency_key by which key');
  end if;
  perform private.check_idempotency_key(p_idempotency_key, p_body_hash);
  -- An admin need not be a shopper, so there is no row to lock: two requests with one key stand in line here.
  perform pg_advisory_xact_lock(hashtextextended(p_admin_id::text || ' ' || p_idempotency_key, 0));
  v_answer := private.kept_answer(p_admin_id, p_idempotency_key, p_body_hash, clock_timestamp());
  if v_answer is not null then
    return v_answer || jsonb_build_object('serverNow', clock_timestamp());
  end if;
  v_answer := private.admin_change(p_change, p_args, p_admin_id);
  if v_answer is null then
    perform private.raise_invalid_request('p_change names no change of admins');
  end if;
  if private.changed_something(p_change, v_answer) then
    -- An order has an address in it: whoever asks again reads it anew.
    perform private.keep_answer(
      p_admin_id, p_idempotency_key, p_body_hash, v_answer - 'serverNow' - 'order', clock_timestamp());
  end if;
  return v_answer;
end;
$$;
comment on function public.admin_once(text, jsonb, uuid, text, text) is
  'Does a change of an admin once for a key: p_change is the name of one of the functions admin_release_reservation, admin_save_product, admin_save_variant, admin_save_picture, admin_adjust_stock, admin_set_safety_stock, admin_import_stock, admin_save_settings, admin_repair_stock, cancel_order, mark_shipped, decide_restock and retry_refund, p_args its arguments by name ({p_…}; who acts is p_admin_id, whatever they say). Answers as that function does. What changed something is answered again for 24 hours to the same key of the same admin, without its order; with another p_body_hash the outcome is idempotency_mismatch, and nothing changes; a refusal, a preview or a dry run keeps nothing. Safe to repeat: that is what it is for. Locks the key, then as that function does. Raises HF001 for a malformed key, without an admin or for another name, and what that function raises.';

revoke all on function public.admin_once(text, jsonb, uuid, text, text) from public, anon, authenticated, service_role;
grant execute on function public.admin_once(text, jsonb, uuid, text, text) to service_role;
