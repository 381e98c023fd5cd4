-- What the catalogue allows each role of the Data API, and everybody ("public"), in the schemas public and private.
-- Answers one row per object: section, name, what is said about the object itself, and one cell per role.

with ours as (
  select n.oid, n.nspname::text as name from pg_namespace as n where n.nspname in ('public', 'private')
), role as (
  select * from (values (1, 'public'), (2, 'anon'), (3, 'authenticated'), (4, 'service_role')) as r (position, name)
), relation as (
  select c.*, c.oid::regclass::text as name from pg_class as c
  where c.relnamespace in (select oid from ours) and c.relkind in ('r', 'p', 'v', 'm', 'f')
), allowed (section, name, about, position, verbs) as (
  select 'schemas', s.name, null, r.position,
         array(select v from unnest(array['usage', 'create']) as v where has_schema_privilege(r.name, s.oid, v))
  from ours as s cross join role as r
  union all
  select 'tables and views', t.name,
         case when t.relkind in ('v', 'm') then
                case when 'security_invoker=true' = any (t.reloptions) then 'view, as the caller' else 'view, as its owner' end
              when t.relrowsecurity then 'table, row by row' else 'table, all rows' end,
         r.position,
         array(select v from unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger', 'maintain'])
                 with ordinality as u (v, ord)
               where has_table_privilege(r.name, t.oid, v) order by u.ord)
         || array(select format('%s (%s)', v, string_agg(a.attname, ', ' order by a.attnum))
                  from unnest(array['select', 'insert', 'update', 'references']) with ordinality as u (v, ord)
                  join pg_attribute as a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
                  where not has_table_privilege(r.name, t.oid, v) and has_column_privilege(r.name, t.oid, a.attnum, v)
                  group by v, u.ord order by u.ord)
  from relation as t cross join role as r
  union all
  select 'sequences', c.oid::regclass::text, null, r.position,
         array(select v from unnest(array['usage', 'select', 'update']) as v where has_sequence_privilege(r.name, c.oid, v))
  from pg_class as c cross join role as r
  where c.relnamespace in (select oid from ours) and c.relkind = 'S'
  union all
  select 'functions', p.oid::regprocedure::text, case when p.prosecdef then 'as its owner' else 'as the caller' end, r.position,
         array(select 'execute' where has_function_privilege(r.name, p.oid, 'execute'))
  from pg_proc as p cross join role as r
  where p.pronamespace in (select oid from ours)
)
select * from (
  select a.section, a.name, a.about,
         array_agg(coalesce(nullif(array_to_string(a.verbs, ', '), ''), '-') order by a.position) as cells
  from allowed as a
  group by a.section, a.name, a.about
  union all
  select 'policies', p.polname, t.name,
         array[case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end,
               array_to_string(array(select case when o = 0 then 'public' else o::regrole::text end from unnest(p.polroles) as o
                                     order by 1), ', '),
               coalesce(regexp_replace(pg_get_expr(p.polqual, p.polrelid), '\s+', ' ', 'g'), '-'),
               coalesce(regexp_replace(pg_get_expr(p.polwithcheck, p.polrelid), '\s+', ' ', 'g'), '-')]
  from relation as t join pg_policy as p on p.polrelid = t.oid
) as row
order by row.section, row.name collate "C"
