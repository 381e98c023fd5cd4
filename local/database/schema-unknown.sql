-- What lies in the schemas public and private that schema-snapshot.sql has no words for.

select pg_describe_object(d.classid, d.objid, 0) as object
from pg_depend as d
left join pg_class as c on d.classid = 'pg_class'::regclass and c.oid = d.objid
left join pg_type as t on d.classid = 'pg_type'::regclass and t.oid = d.objid
left join pg_proc as p on d.classid = 'pg_proc'::regclass and p.oid = d.objid
where d.refclassid = 'pg_namespace'::regclass
  and d.refobjid in (select n.oid from pg_namespace as n where n.nspname in ('public', 'private'))
  and case d.classid
        when 'pg_class'::regclass then
          c.relkind not in ('r', 'v', 'c') and not c.relispartition
          and not (c.relkind = 'S' and exists (
            select 1 from pg_depend as i where i.classid = 'pg_class'::regclass and i.objid = c.oid and i.deptype = 'i'))
        when 'pg_type'::regclass then t.typtype not in ('e', 'c')
        when 'pg_proc'::regclass then p.prokind not in ('f', 'p')
        else d.classid not in ('pg_default_acl'::regclass, 'pg_constraint'::regclass)
      end
union all
select format('rule %s on %s', r.rulename, r.ev_class::regclass)
from pg_rewrite as r join pg_class as c on c.oid = r.ev_class
where c.relnamespace in (select n.oid from pg_namespace as n where n.nspname in ('public', 'private'))
  and r.rulename <> '_RETURN'
union all
select format('the inheritance of %s', i.inhrelid::regclass)
from pg_inherits as i join pg_class as c on c.oid = i.inhrelid
where c.relnamespace in (select n.oid from pg_namespace as n where n.nspname in ('public', 'private'))
order by 1
