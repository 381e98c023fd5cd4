-- What somebody has to be told: shoppers by mail, those who operate the shop by alert. Written with the effect.

create table public.outgoing_mails (
  id uuid primary key default gen_random_uuid(),
  order_id uuid not null references public.orders (id) on delete restrict,
  kind text not null check (kind in ('confirmation', 'out_of_stock', 'payment_failed', 'shipped', 'refunded')),
  refund_id uuid references public.refunds (id) on delete restrict,
  created_at timestamptz not null default clock_timestamp(),
  sent_at timestamptz,
  attempts integer not null default 0 check (attempts >= 0),
  claimed_until timestamptz,
  last_error text,
  constraint outgoing_mails_once unique nulls not distinct (order_id, kind, refund_id)
);
create index outgoing_mails_refund_id_idx on public.outgoing_mails (refund_id);
create index outgoing_mails_unsent_idx on public.outgoing_mails (created_at) where sent_at is null;
comment on table public.outgoing_mails is
  'Mails to send, once per order, kind and refund. Sent by the server afterwards: at least once, where it dies between sending and saying so.';
comment on column public.outgoing_mails.sent_at is 'When it was handed over.';
comment on column public.outgoing_mails.attempts is 'How often somebody tried.';
comment on column public.outgoing_mails.claimed_until is 'Until when somebody is sending it, or waits before trying again.';

create table public.alerts (
  id uuid primary key default gen_random_uuid(),
  kind text not null check (kind <> ''),
  subject text not null,
  details jsonb not null default '{}',
  opened_at timestamptz not null default clock_timestamp(),
  closed_at timestamptz check (closed_at >= opened_at)
);
create unique index alerts_one_open_idx on public.alerts (kind, subject) where closed_at is null;
comment on table public.alerts is 'What a person has to look at; one open per kind and subject. No personal data.';
comment on column public.alerts.details is 'Figures and ids that help.';
comment on column public.alerts.opened_at is 'When it was first seen.';
comment on column public.alerts.closed_at is 'When it was over; null while it is not.';

create function private.open_alert(p_kind text, p_subject text, p_details jsonb)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  insert into public.alerts as a (kind, subject, details) values (p_kind, p_subject, p_details)
  on conflict (kind, subject) where closed_at is null do update set details = excluded.details;
end;
$$;
comment on function private.open_alert(text, text, jsonb) is 'Opens an alert, or tells the open one of that subject the news.';

create function private.close_alert(p_kind text, p_subject text)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  update public.alerts as a set closed_at = greatest(clock_timestamp(), a.opened_at)
  where a.kind = p_kind and a.subject = p_subject and a.closed_at is null;
end;
$$;
comment on function private.close_alert(text, text) is 'Closes the open alert of that subject, if there is one.';

create function private.write_mail(p_order_id uuid, p_kind text, p_refund_id uuid default null)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  insert into public.outgoing_mails (order_id, kind, refund_id)
  select o.id, p_kind, p_refund_id from public.orders as o where o.id = p_order_id and o.email is not null
  on conflict (order_id, kind, refund_id) do nothing;
end;
$$;
comment on function private.write_mail(uuid, text, uuid) is
  'Puts a mail into the outbox, once per order, kind and refund; none where there is no address.';
