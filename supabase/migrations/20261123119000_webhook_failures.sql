-- What Stripe delivered and this store did not take: counted, so that a flood of forged requests is two numbers.

create table public.webhook_failures (
  hour timestamptz not null,
  reason text not null check (reason in (
    'signature_refused', 'wrong_mode', 'body_too_large', 'payment_unavailable', 'database_unavailable', 'failed')),
  deliveries bigint not null check (deliveries > 0),
  last_at timestamptz not null,
  primary key (hour, reason)
);
comment on table public.webhook_failures is
  'Deliveries to the webhook that were not answered 200, counted per hour and reason: at most six rows an hour, whoever sends what. Kept for 90 days (prune_old_records). No body and nothing of a sender.';
comment on column public.webhook_failures.hour is 'The hour by the database''s clock.';
comment on column public.webhook_failures.reason is
  'The code of the answer: signature_refused, wrong_mode, body_too_large (anybody can cause the first and the last), payment_unavailable (Stripe did not answer), database_unavailable (as far as that could be written down), failed: anything else.';
comment on column public.webhook_failures.deliveries is 'How many there were. What a process that ended had not written down yet is missing.';
comment on column public.webhook_failures.last_at is 'When some were last added.';

alter table public.webhook_failures enable row level security;
revoke all on public.webhook_failures from public, anon, authenticated, service_role;
grant select on public.webhook_failures to service_role;

create function public.count_webhook_failures(p_failures jsonb)
returns jsonb
language plpgsql
volatile
security definer -- writes counters for a role that may not itself
set search_path = ''
set lock_timeout = '3s'
as $$
declare
  v_now timestamptz := clock_timestamp();
begin
  if p_failures is null or jsonb_typeof(p_failures) <> 'array' or jsonb_array_length(p_failures) not between 1 and 6
     or exists (select from jsonb_to_recordset(p_failures) as f (reason text, deliveries integer)
                where f.reason is null or (f.deliveries between 1 and 1000000) is not true) then
    perform private.raise_invalid_request('p_failures is 1 to 6 of {reason, deliveries: 1 to 1000000}');
  end if;
  insert into public.webhook_failures as w (hour, reason, deliveries, last_at)
  select date_trunc('hour', v_now), f.reason, sum(f.deliveries), v_now
  from jsonb_to_recordset(p_failures) as f (reason text, deliveries integer)
  group by f.reason order by f.reason
  on conflict (hour, reason) do update
  set deliveries = w.deliveries + excluded.deliveries, last_at = greatest(w.last_at, excluded.last_at);
  return jsonb_build_object('outcome', 'counted', 'serverNow', v_now);
end;
$$;
comment on function public.count_webhook_failures(jsonb) is
  'Adds deliveries that were not taken to the counters of this hour: [{reason, deliveries}], at most six. Answers {outcome: counted, serverNow}. Locks their rows, sorted by reason. Not idempotent: repeating it counts again. Raises HF001 for something else, 23514 for a reason that is none.';

revoke all on function public.count_webhook_failures(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.count_webhook_failures(jsonb) to service_role;
