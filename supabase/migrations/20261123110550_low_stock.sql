-- Low on stock: one alert per episode, which begins low and ends only when there is clearly enough again, so that a
-- hold that comes and goes at the border neither opens nor closes one.

alter table public.store_settings
  add column low_stock_clears_at integer not null default 10 check (low_stock_clears_at >= 0);
comment on column public.store_settings.low_stock_clears_at is
  'At so many available units or more an alert of low stock is over; at least one more than low_stock_at, whatever stands here.';

create function public.watch_low_stock()
returns jsonb
language plpgsql
volatile
security definer -- reads counters and writes alerts for a role that may not itself
set search_path = ''
set lock_timeout = '3s'
as $$
declare
  v_row record;
  v_opened integer := 0;
  v_closed integer := 0;
begin
  for v_row in
    with level as (
      -- What one parcel could take: the most that one location can give.
      select a.variant_id, a.sku, max(a.available)::integer as available
      from public.stock_availability as a
      join public.variants as v on v.id = a.variant_id
      join public.products as p on p.id = v.product_id and p.published_at <= statement_timestamp()
      group by a.variant_id, a.sku
    )
    select coalesce(l.variant_id::text, o.subject) as subject, l.sku, l.available, o.id is not null as is_open,
           l.available <= t.low_stock_at as is_low,
           -- Nobody restocks what is no longer for sale.
           l.variant_id is null or l.available >= greatest(t.low_stock_clears_at, t.low_stock_at + 1) as is_over
    from level as l
    full join (select * from public.alerts as a where a.kind = 'low_stock' and a.closed_at is null) as o
      on o.subject = l.variant_id::text
    cross join public.store_settings as t
    order by 1
  loop
    if v_row.is_open and v_row.is_over then
      perform private.close_alert('low_stock', v_row.subject);
      v_closed := v_closed + 1;
    elsif v_row.is_low and not v_row.is_open then
      perform private.open_alert('low_stock', v_row.subject, jsonb_build_object(
        'variantId', v_row.subject, 'sku', v_row.sku, 'available', v_row.available));
      v_opened := v_opened + 1;
    end if;
  end loop;
  return jsonb_build_object('serverNow', clock_timestamp(), 'opened', v_opened, 'closed', v_closed);
end;
$$;
comment on function public.watch_low_stock() is
  'Opens an alert low_stock for every published variant with low_stock_at available units or fewer, once per episode, and closes it at low_stock_clears_at or more, or when the variant is no longer for sale. Answers {serverNow, opened, closed: alerts}. Locks the alerts that it writes. Safe to repeat and to run several times at once.';

create function public.admin_alerts()
returns jsonb
language plpgsql
stable
security definer -- reads alerts for a caller that has established that it is an admin
set search_path = ''
as $$
begin
  return jsonb_build_object(
    'serverNow', statement_timestamp(),
    'alerts', (select coalesce(jsonb_agg(jsonb_build_object(
                 'id', a.id, 'kind', a.kind, 'subject', a.subject, 'details', a.details, 'openedAt', a.opened_at)
                 order by a.opened_at desc, a.id), '[]')
               from public.alerts as a where a.closed_at is null));
end;
$$;
comment on function public.admin_alerts() is
  'The open alerts, newest first: {serverNow, alerts: [{id, kind, subject, details, openedAt}]}. Locks nothing.';

revoke all on function public.watch_low_stock() from public, anon, authenticated, service_role;
revoke all on function public.admin_alerts() from public, anon, authenticated, service_role;
grant execute on function public.watch_low_stock() to service_role;
grant execute on function public.admin_alerts() to service_role;
