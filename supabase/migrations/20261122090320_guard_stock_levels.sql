-- Invariant 2 from the other side: reserved is nobody else's to write.
create trigger stock_levels_reserved_is_counted
  before update of reserved on public.stock_levels for each row
  when (pg_trigger_depth() = 0 and old.reserved is distinct from new.reserved
        -- The one exception: repair_stock_consistency, which says so for its own transaction.
        and current_setting('holdfast.cause', true) is distinct from 'system:repair')
  execute function private.refuse_statement('HF006', 'reserved_is_counted: insert, change or release holds instead');
create trigger stock_levels_start_unreserved
  before insert on public.stock_levels for each row
  when (new.reserved <> 0)
  execute function private.refuse_statement('HF006', 'reserved_is_counted: a new stock level has no holds yet');

create function private.log_stock_level()
returns trigger
language plpgsql
volatile
security definer -- the trail is written for whoever changes on_hand; no role has this right itself
set search_path = ''
as $$
begin
  insert into public.stock_trail (actor, cause, variant_id, location_id, before, after)
  values (private.log_actor(), private.log_cause(),
         case when tg_op = 'DELETE' then old.variant_id else new.variant_id end,
         case when tg_op = 'DELETE' then old.location_id else new.location_id end,
         case when tg_op <> 'INSERT' then jsonb_build_object('onHand', old.on_hand, 'safetyStock', old.safety_stock) end,
         case when tg_op <> 'DELETE' then jsonb_build_object('onHand', new.on_hand, 'safetyStock', new.safety_stock) end);
  return null;
end;
$$;
comment on function private.log_stock_level() is 'Invariant 10: every change of on_hand or safety_stock leaves its row in the trail.';

create trigger stock_levels_log_changes
  after update of on_hand, safety_stock on public.stock_levels for each row
  when ((old.on_hand, old.safety_stock) is distinct from (new.on_hand, new.safety_stock))
  execute function private.log_stock_level();
create trigger stock_levels_log_insert after insert on public.stock_levels
  for each row execute function private.log_stock_level();
create trigger stock_levels_log_delete after delete on public.stock_levels
  for each row execute function private.log_stock_level();
create trigger stock_levels_keep_while_held
  before delete on public.stock_levels for each row
  when (old.reserved > 0)
  execute function private.refuse_statement('HF007', 'stock_level_in_use: release its holds first');
create trigger stock_levels_identity_is_fixed
  before update of variant_id, location_id on public.stock_levels for each row
  when ((old.variant_id, old.location_id) is distinct from (new.variant_id, new.location_id))
  execute function private.refuse_statement('HF007', 'stock_level_in_use: holds belong to their variant and location');

create trigger stock_levels_no_truncate
  before truncate on public.stock_levels for each statement
  execute function private.refuse_statement('HF004', 'no_truncate: delete rows, so that none goes that has holds');

create trigger reservation_trail_append_only
  before update or truncate on public.reservation_trail for each statement
  execute function private.refuse_statement('HF008', 'append_only: the trail is only ever added to');
create trigger stock_trail_append_only
  before update or truncate on public.stock_trail for each statement
  execute function private.refuse_statement('HF008', 'append_only: the trail is only ever added to');
-- The one exception: private.prune_trail, which says so for its own transaction and keeps the totals.
create trigger reservation_trail_keep
  before delete on public.reservation_trail for each statement
  when (current_setting('holdfast.cause', true) is distinct from 'system:prune')
  execute function private.refuse_statement('HF008', 'append_only: the trail is only ever added to');
create trigger stock_trail_keep
  before delete on public.stock_trail for each statement
  when (current_setting('holdfast.cause', true) is distinct from 'system:prune')
  execute function private.refuse_statement('HF008', 'append_only: the trail is only ever added to');
