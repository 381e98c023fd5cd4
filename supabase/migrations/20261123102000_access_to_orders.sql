-- Who may do what with orders: a signed-in user reads their own, the secret key calls the functions.

alter table public.orders enable row level security;
alter table public.order_lines enable row level security;
alter table public.payments enable row level security;
alter table public.payment_events enable row level security;
alter table public.refunds enable row level security;
alter table public.refund_lines enable row level security;
alter table public.outgoing_mails enable row level security;
alter table public.alerts enable row level security;
alter table public.order_trail enable row level security;
alter table public.order_trail_totals enable row level security;

grant select on public.orders, public.order_lines, public.payments, public.payment_events, public.refunds,
  public.refund_lines, public.outgoing_mails, public.alerts, public.order_trail, public.order_trail_totals
  to service_role;
grant select on public.orders, public.order_lines to authenticated;
create policy orders_are_read_by_their_shopper on public.orders
  for select to authenticated using (shopper_id = (select auth.uid()));
create policy order_lines_are_read_by_their_shopper on public.order_lines
  for select to authenticated
  using (exists (select 1 from public.orders as o where o.id = order_id and o.shopper_id = (select auth.uid())));

revoke all on function
  public.start_checkout(uuid, text, bigint, jsonb, text, text, text),
  public.get_checkout(uuid),
  public.record_paid_order(text, jsonb, jsonb, jsonb, uuid),
  public.request_refund(uuid, jsonb, bigint, boolean, text, text, text, text),
  public.cancel_order(uuid, boolean, text),
  public.claim_refunds(integer),
  public.record_refund(uuid, jsonb, text, text),
  public.retry_refund(uuid),
  public.record_outside_refund(text, jsonb, text, text),
  public.decide_restock(uuid, uuid, boolean, integer),
  public.mark_shipped(uuid, text),
  public.record_dispute(text, text, jsonb, text),
  public.note_event(text, text),
  public.claim_mails(integer),
  public.record_mail(uuid, text),
  public.erase_due_orders(integer),
  public.payments_to_reconcile(uuid, integer),
  public.find_money(text),
  public.reconcile_stock(),
  public.record_session(uuid, text, text),
  public.get_payment(uuid, text, text),
  public.open_payment(uuid),
  public.settle_payment(uuid, jsonb, text, text, text),
  public.claim_settlements(integer, uuid[]),
  public.get_order(uuid, uuid),
  public.list_orders(uuid, integer, bigint),
  public.search_orders(jsonb, integer, bigint)
  from public, anon, authenticated, service_role;
grant execute on function
  public.start_checkout(uuid, text, bigint, jsonb, text, text, text),
  public.get_checkout(uuid),
  public.record_paid_order(text, jsonb, jsonb, jsonb, uuid),
  public.request_refund(uuid, jsonb, bigint, boolean, text, text, text, text),
  public.cancel_order(uuid, boolean, text),
  public.claim_refunds(integer),
  public.record_refund(uuid, jsonb, text, text),
  public.retry_refund(uuid),
  public.record_outside_refund(text, jsonb, text, text),
  public.decide_restock(uuid, uuid, boolean, integer),
  public.mark_shipped(uuid, text),
  public.record_dispute(text, text, jsonb, text),
  public.note_event(text, text),
  public.claim_mails(integer),
  public.record_mail(uuid, text),
  public.erase_due_orders(integer),
  public.payments_to_reconcile(uuid, integer),
  public.find_money(text),
  public.reconcile_stock(),
  public.record_session(uuid, text, text),
  public.get_payment(uuid, text, text),
  public.open_payment(uuid),
  public.settle_payment(uuid, jsonb, text, text, text),
  public.claim_settlements(integer, uuid[]),
  public.get_order(uuid, uuid),
  public.list_orders(uuid, integer, bigint),
  public.search_orders(jsonb, integer, bigint)
  to service_role;
