-- Payments: every parameter of the call to Stripe, written before it is made, and what Stripe said. docs/adr/0014

create type public.payment_status as enum ('open', 'processing', 'succeeded', 'failed', 'expired');
comment on type public.payment_status is
  'open: somebody may pay. processing: paid by a method that takes days to say so. The others are final by Stripe''s word, except that a success may follow failed and expired.';

alter table public.store_settings
  add column payment_window_seconds integer not null default 900 check (payment_window_seconds between 1 and 84000),
  add column max_paying_seconds integer not null default 3600 check (max_paying_seconds between 1 and 864000),
  add column min_returned_seconds integer not null default 120 check (min_returned_seconds between 1 and 86400);
comment on column public.store_settings.payment_window_seconds is 'How long starting to pay pins the holds, in seconds. A session of Stripe lives half an hour longer, and a day at most.';
comment on column public.store_settings.max_paying_seconds is 'All payment windows of a hold together, in seconds.';
comment on column public.store_settings.min_returned_seconds is
  'What a hold has left at least when its payment is ended and it goes back to the cart, in seconds. Each pinning counts as this much toward max_paying_seconds at least, or pinning for a moment again and again would hold for ever.';

create table public.payments (
  id uuid primary key default gen_random_uuid(),
  order_id uuid not null unique references public.orders (id) on delete restrict,
  shopper_id uuid not null,
  status public.payment_status not null default 'open',
  amount_cents bigint not null check (amount_cents >= 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  return_origin text,
  session_expires_at timestamptz,
  window_ends_at timestamptz,
  session_id text unique check (length(session_id) between 1 and 255),
  session_url text,
  payment_intent_id text unique check (length(payment_intent_id) between 1 and 255),
  received_cents bigint check (received_cents >= 0),
  received_currency text check (received_currency ~ '^[A-Z]{3}$'),
  created_at timestamptz not null default clock_timestamp(),
  settled_at timestamptz,
  claimed_until timestamptz,
  constraint payments_settled_at_fits_status check ((settled_at is null) = (status in ('open', 'processing'))),
  constraint payments_received_when_succeeded
    check (num_nonnulls(received_cents, received_currency) = case status when 'succeeded' then 2 else 0 end),
  constraint payments_unfinished_has_window
    check (status not in ('open', 'processing') or num_nulls(return_origin, session_expires_at, window_ends_at) = 0)
);
create unique index payments_one_unfinished_per_shopper_idx
  on public.payments (shopper_id) where status in ('open', 'processing');
create index payments_unfinished_window_idx on public.payments (window_ends_at) where status in ('open', 'processing');
create index payments_shopper_id_idx on public.payments (shopper_id);
comment on table public.payments is
  'One per order. Changed under the locks of its shopper and its order. While it is unfinished its order''s holds are paying.';
comment on column public.payments.amount_cents is 'What is asked for, in minor units of currency.';
comment on column public.payments.return_origin is 'Where Stripe sends the shopper back to.';
comment on column public.payments.session_expires_at is 'A parameter of the call: when Stripe ends the session by itself, 30 minutes ahead at least.';
comment on column public.payments.window_ends_at is 'Until when the holds are pinned. Whoever ends the window expires the session at Stripe first.';
comment on column public.payments.received_cents is 'What Stripe received, in minor units of received_currency. A refund is never more.';
comment on column public.payments.settled_at is 'When its final state was written.';
comment on column public.payments.claimed_until is 'Until when somebody is settling it with Stripe, or need not look again.';

create table public.payment_events (
  event_id text primary key check (length(event_id) between 1 and 255),
  type text not null,
  payment_id uuid references public.payments (id) on delete restrict,
  at timestamptz not null default clock_timestamp(),
  outcome text not null
);
create index payment_events_payment_id_idx on public.payment_events (payment_id);
comment on table public.payment_events is
  'Events of Stripe, each written in the transaction of its effect: the same event again has none. Append-only.';

create trigger payments_status_moves_forward before update on public.payments for each row
  when (old.status is distinct from new.status
    and not (old.status = 'open')
    and not (old.status = 'processing' and new.status in ('succeeded', 'failed', 'expired'))
    and not (old.status in ('failed', 'expired') and new.status = 'succeeded'))
  execute function private.refuse_statement('HF013', 'illegal_payment_move: a final state is final, except that money may come late');
create trigger payments_are_fixed before update on public.payments for each row
  when ((old.id, old.order_id, old.amount_cents, old.currency, old.return_origin, old.session_expires_at,
         old.window_ends_at, old.created_at)
    is distinct from (new.id, new.order_id, new.amount_cents, new.currency, new.return_origin, new.session_expires_at,
         new.window_ends_at, new.created_at)
    or (old.session_id is not null and old.session_id is distinct from new.session_id)
    or (old.payment_intent_id is not null and old.payment_intent_id is distinct from new.payment_intent_id)
    or (old.received_cents is not null and (old.received_cents, old.received_currency, old.settled_at)
        is distinct from (new.received_cents, new.received_currency, new.settled_at)))
  execute function private.refuse_statement('HF014', 'payment_is_fixed: repeating the call to Stripe needs the same parameters');
create trigger payments_stay before delete or truncate on public.payments for each statement
  execute function private.refuse_statement('HF014', 'payment_is_fixed: payments are kept');
create trigger payment_events_append_only before update or delete or truncate on public.payment_events
  for each statement execute function private.refuse_statement('HF008', 'append_only: what was heard was heard');
