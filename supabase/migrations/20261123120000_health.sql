-- Is the shop well, and who was told that it is not? The figures are here; what they mean is judged by the server.

alter table public.alerts
  add column told text[] not null default '{}',
  add column told_at timestamptz,
  add column attempts integer not null default 0 check (attempts >= 0),
  add column claimed_until timestamptz,
  add column last_error text;
create index alerts_untold_idx on public.alerts (opened_at) where told_at is null and closed_at is null;
comment on column public.alerts.told is 'Ways by which somebody was told: webhook, email.';
comment on column public.alerts.told_at is 'When it had been told by all ways. An alert is told once, and anew when it is opened again.';
comment on column public.alerts.attempts is 'How often somebody tried to tell it.';
comment on column public.alerts.claimed_until is 'Until when somebody is telling it, or waits before trying again.';

create function private.lapsed_and_unswept(p_now timestamptz)
returns table (lag_seconds integer, holds integer)
language sql
stable
set search_path = ''
as $$
  select extract(epoch from p_now - min(l.first))::integer,
         -- Counted to a bound: a million of them shall cost no more than ten thousand.
         (select count(*)::integer from (
            select 1 from public.stock_levels as s
            join public.reservations as r on r.variant_id = s.variant_id and r.location_id = s.location_id
            where s.next_expiry_at <= p_now and r.status = 'active' and r.expires_at <= p_now
            limit 10000) as c)
  from public.stock_levels as s
  cross join lateral (
    select min(r.expires_at) as first from public.reservations as r
    where r.variant_id = s.variant_id and r.location_id = s.location_id and r.status = 'active' and r.expires_at <= p_now
  ) as l
  where s.next_expiry_at <= p_now
$$;
comment on function private.lapsed_and_unswept(timestamptz) is
  'What the sweep has left at p_now: seconds since the first of it ended (null when there is none), and how many holds, counted up to 10000.';

create function public.shop_health(p_with_drift boolean default true)
returns jsonb
language plpgsql
stable
security definer -- sums over rows of which callers see only this
set search_path = ''
as $$
declare
  v_now timestamptz := statement_timestamp();
  v_hour timestamptz := v_now - interval '1 hour';
  v_unswept record;
begin
  select * into v_unswept from private.lapsed_and_unswept(v_now);
  return jsonb_build_object(
    'serverNow', v_now,
    'sweepLagSeconds', coalesce(v_unswept.lag_seconds, 0),
    'lapsedHolds', v_unswept.holds,
    'lastSweepAt', (select max(w.started_at) from public.sweep_runs as w),
    'drift', case when p_with_drift then jsonb_array_length(public.validate_stock_consistency()) end)
  || (select jsonb_build_object(
        'endedLastHour', count(*), 'expiredLastHour', count(*) filter (where t.new_status = 'expired'))
      from public.reservation_trail as t
      where t.at > v_hour and t.old_status in ('active', 'paying') and t.new_status in ('confirmed', 'released', 'expired'))
  || (select jsonb_build_object(
        'paymentsOverdue', count(*) filter (where p.status = 'open'),
        'paymentOverdueSeconds', coalesce(extract(epoch from v_now - min(p.window_ends_at) filter (where p.status = 'open'))::integer, 0),
        'paymentsProcessing', count(*) filter (where p.status = 'processing'),
        'paymentProcessingSeconds', coalesce(extract(epoch from v_now - min(p.created_at) filter (where p.status = 'processing'))::integer, 0))
      from public.payments as p where p.status in ('open', 'processing') and p.window_ends_at <= v_now)
  || (select jsonb_build_object(
        'paymentsLastDay', count(*),
        -- Settled by the shopper's return or by the sweep, and no event of Stripe ever came.
        'paymentsWithoutEvent', count(*) filter (where not exists (
          select from public.payment_events as e where e.payment_id = p.id)))
      from public.payments as p
      where p.status = 'succeeded' and p.session_id is not null and p.amount_cents > 0
        and p.settled_at between v_now - interval '1 day' and v_now - interval '10 minutes')
  || (select jsonb_build_object(
        'webhooksRefused', coalesce(sum(w.deliveries) filter (where w.reason in ('signature_refused', 'body_too_large')), 0),
        'webhooksOfOtherMode', coalesce(sum(w.deliveries) filter (where w.reason = 'wrong_mode'), 0),
        'webhooksFailed', coalesce(sum(w.deliveries) filter (
          where w.reason not in ('signature_refused', 'body_too_large', 'wrong_mode')), 0))
      from public.webhook_failures as w where w.hour >= date_trunc('hour', v_hour))
  || (select jsonb_build_object(
        'mailsUnsent', count(*), 'mailUnsentSeconds', coalesce(extract(epoch from v_now - min(m.created_at))::integer, 0),
        'mailsFailed', count(*) filter (where m.last_error is not null))
      from public.outgoing_mails as m where m.sent_at is null)
  || (select jsonb_build_object(
        'refundsUndone', count(*), 'refundUndoneSeconds', coalesce(extract(epoch from v_now - min(f.created_at))::integer, 0),
        'refundsFailed', count(*) filter (where f.status = 'failed'))
      from public.refunds as f where f.status <> 'succeeded' and private.has_refund_undone(f.order_id))
  || (select jsonb_build_object(
        'shortRefusals', coalesce(sum(f.requests) filter (where f.reason = 'insufficient_stock'), 0),
        'limitRefusals', coalesce(sum(f.requests) filter (where f.reason <> 'insufficient_stock'), 0))
      from public.reservation_refusals as f where f.hour >= date_trunc('hour', v_hour))
  || (select jsonb_build_object(
        'alertsOpen', count(*), 'alertsUntold', count(*) filter (where a.told_at is null and a.attempts > 0))
      from public.alerts as a where a.closed_at is null);
end;
$$;
comment on function public.shop_health(boolean) is
  'The figures by which the shop is well or not: {serverNow, sweepLagSeconds, lapsedHolds (up to 10000), lastSweepAt, drift (findings of validate_stock_consistency, which reads everything; null without p_with_drift), endedLastHour and expiredLastHour: holds, paymentsOverdue and paymentOverdueSeconds: open after their window, paymentsProcessing and paymentProcessingSeconds, paymentsLastDay and paymentsWithoutEvent, webhooksRefused, webhooksOfOtherMode and webhooksFailed: deliveries of this hour and the last that were not taken, mailsUnsent, mailUnsentSeconds, mailsFailed, refundsUndone, refundUndoneSeconds, refundsFailed, shortRefusals and limitRefusals: requests of this hour and the last, alertsOpen, alertsUntold: tried in vain}. For operators. Locks nothing.';

create function public.track_alerts(p_raised jsonb, p_kinds text[])
returns jsonb
language plpgsql
volatile
security definer -- writes alerts for a role that may not itself
set search_path = ''
set lock_timeout = '3s'
as $$
declare
  v_opened integer;
  v_closed integer;
begin
  if p_raised is null or jsonb_typeof(p_raised) <> 'array' or p_kinds is null
     or exists (select from jsonb_array_elements(p_raised) as r where (r ->> 'kind' = any (p_kinds)) is not true or r ->> 'subject' is null) then
    perform private.raise_invalid_request('p_raised is a list of {kind, subject, details}, each kind among p_kinds');
  end if;
  insert into public.alerts (kind, subject, details)
  select distinct on (1, 2) r ->> 'kind', r ->> 'subject', coalesce(r -> 'details', '{}')
  from jsonb_array_elements(p_raised) as r order by 1, 2
  on conflict (kind, subject) where closed_at is null do nothing;
  get diagnostics v_opened = row_count;
  update public.alerts as a set closed_at = greatest(clock_timestamp(), a.opened_at)
  where a.closed_at is null and a.kind = any (p_kinds) and not exists (
    select from jsonb_array_elements(p_raised) as r where r ->> 'kind' = a.kind and r ->> 'subject' = a.subject);
  get diagnostics v_closed = row_count;
  return jsonb_build_object('serverNow', clock_timestamp(), 'opened', v_opened, 'closed', v_closed);
end;
$$;
comment on function public.track_alerts(jsonb, text[]) is
  'Says which alerts of these kinds are raised now: [{kind, subject, details}]. Opens those that are not open, and closes the open ones of p_kinds that are not among them: an episode lasts from the first call that raises it to the first that does not. Answers {serverNow, opened, closed}. Locks the alerts that it writes. Safe to repeat and to run several times at once. Raises HF001 for something else.';

create function public.claim_alerts(p_limit integer default 20)
returns jsonb
language plpgsql
volatile
security definer -- writes leases for a role that may not itself
set search_path = ''
set lock_timeout = '3s'
as $$
declare
  v_now timestamptz := clock_timestamp();
  v_ids uuid[];
begin
  if p_limit is null or p_limit not between 1 and 100 then
    perform private.raise_invalid_request('p_limit is 1 to 100 alerts');
  end if;
  v_ids := array(
    select a.id from public.alerts as a
    where a.told_at is null and a.closed_at is null and (a.claimed_until is null or a.claimed_until <= v_now)
    order by a.opened_at, a.id limit p_limit for no key update skip locked);
  -- Who fails to tell it waits longer each time, an hour at most.
  update public.alerts as a
  set attempts = a.attempts + 1, claimed_until = v_now + least(interval '1 hour', interval '1 minute' * 2 ^ least(a.attempts, 6))
  where a.id = any (v_ids);
  return jsonb_build_object('serverNow', v_now, 'alerts', (
    select coalesce(jsonb_agg(jsonb_build_object('alertId', a.id, 'kind', a.kind, 'subject', a.subject,
      'details', a.details, 'openedAt', a.opened_at, 'told', a.told) order by a.opened_at, a.id), '[]')
    from public.alerts as a where a.id = any (v_ids)));
end;
$$;
comment on function public.claim_alerts(integer) is
  'Takes open alerts that nobody was told of yet, oldest first: {serverNow, alerts: [{alertId, kind, subject, details, openedAt, told: ways by which it was told already}]}. Nobody else gets them for a minute, longer after failures. Locks the alerts that it takes, passing over those that somebody has. Safe to repeat. Raises HF001 for a limit outside 1..100.';

create function public.record_alert(p_alert_id uuid, p_told text[], p_error text default null)
returns jsonb
language plpgsql
volatile
security definer -- writes alerts for a role that may not itself
set search_path = ''
set lock_timeout = '3s'
as $$
begin
  update public.alerts as a
  set told = array(select distinct w from unnest(a.told || p_told) as w order by w), last_error = left(p_error, 200),
      told_at = case when p_error is null then coalesce(a.told_at, clock_timestamp()) else a.told_at end
  where a.id = p_alert_id;
  return jsonb_build_object('serverNow', clock_timestamp(), 'outcome', case when found then 'recorded' else 'not_found' end);
end;
$$;
comment on function public.record_alert(uuid, text[], text) is
  'Writes down by which ways an alert was told (webhook, email), and p_error when another way failed; without p_error it is told for good. Answers recorded | not_found. Locks the alert. Idempotent.';

revoke all on function private.lapsed_and_unswept(timestamptz) from public, anon, authenticated, service_role;
revoke all on function public.shop_health(boolean), public.track_alerts(jsonb, text[]),
  public.claim_alerts(integer), public.record_alert(uuid, text[], text) from public, anon, authenticated, service_role;
grant execute on function public.shop_health(boolean), public.track_alerts(jsonb, text[]),
  public.claim_alerts(integer), public.record_alert(uuid, text[], text) to service_role;
