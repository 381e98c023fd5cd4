/** What holds for every object of the schemas public and private, and a change that would break it. */
export type Rule = {
  name: string;
  /** Answers the names of the objects that break the rule. */
  offenders: string;
  breaking: string;
  offender: string;
};

const ours = "('public'::regnamespace, 'private'::regnamespace)";
const functions = `pg_proc p where p.pronamespace in ${ours}`;
const relations = (kinds: string) => `pg_class c where c.relnamespace in ${ours} and c.relkind in (${kinds})`;
const functionName = "select p.oid::regprocedure::text as name from";
const relationName = "select c.oid::regclass::text as name from";
const emptyFunction = "returns integer language sql set search_path = '' as 'select 1'";

export const rules: Rule[] = [
  {
    name: "every table has row-level security",
    offenders: `${relationName} ${relations("'r', 'p'")} and not c.relrowsecurity`,
    breaking: "create table public.open (id integer)",
    offender: "open",
  },
  {
    name: "no table is forced to be read by its owner row by row, or our functions would see nothing",
    offenders: `${relationName} ${relations("'r', 'p'")} and c.relforcerowsecurity`,
    breaking: "alter table public.shoppers force row level security",
    offender: "shoppers",
  },
  {
    name: "every view asks for the rights of who reads it",
    offenders: `${relationName} ${relations("'v', 'm'")}
      and not coalesce(c.reloptions, '{}') && array['security_invoker=true', 'security_invoker=on']`,
    breaking: "create view public.peephole as select * from public.shoppers",
    offender: "peephole",
  },
  {
    name: "no function may be called by everybody",
    offenders: `${functionName} ${functions} and has_function_privilege('public', p.oid, 'execute')`,
    breaking: "grant execute on function public.get_cart(uuid) to public",
    offender: "get_cart(uuid)",
  },
  {
    name: "public functions may be called with the secret key, and by no browser",
    offenders: `${functionName} ${functions} and has_function_privilege('service_role', p.oid, 'execute')
        is distinct from (p.pronamespace = 'public'::regnamespace)
      or has_function_privilege('anon', p.oid, 'execute') and p.pronamespace in ${ours}
      or has_function_privilege('authenticated', p.oid, 'execute') and p.pronamespace in ${ours}`,
    breaking: "revoke execute on function public.get_cart(uuid) from service_role",
    offender: "get_cart(uuid)",
  },
  {
    name: "a new function may be called by nobody until somebody says so",
    offenders: `${functionName} ${functions} and p.proname = 'brand_new'
      and (has_function_privilege('anon', p.oid, 'execute') or has_function_privilege('service_role', p.oid, 'execute'))`,
    breaking: `alter default privileges grant execute on functions to public;
      create function public.brand_new() ${emptyFunction}`,
    offender: "brand_new()",
  },
  {
    name: "no role of the Data API may use the schema private, or make anything in either schema",
    offenders: `select r.name || ' ' || n.nspname as name
      from pg_namespace n cross join unnest(array['public', 'anon', 'authenticated', 'service_role']) as r (name)
      where n.oid in ${ours} and (has_schema_privilege(r.name, n.oid, 'create')
        or n.nspname = 'private' and has_schema_privilege(r.name, n.oid, 'usage'))`,
    breaking: "grant usage on schema private to service_role",
    offender: "service_role private",
  },
  {
    name: "no role of the Data API may write a table or a view",
    offenders: `select r.name || ' ' || c.relname as name
      from unnest(array['public', 'anon', 'authenticated', 'service_role']) as r (name), ${relations("'r', 'p', 'v', 'm'")}
      and (has_table_privilege(r.name, c.oid, 'insert, update, delete, truncate, references, trigger, maintain')
        or has_any_column_privilege(r.name, c.oid, 'insert, update, references'))`,
    breaking: "grant update (tier) on public.shoppers to service_role",
    offender: "service_role shoppers",
  },
  {
    name: "every function names the schemas of what it uses",
    offenders: `${functionName} ${functions} and not coalesce(p.proconfig, '{}') @> array['search_path=""']`,
    breaking: "create function private.loose() returns integer language sql as 'select 1'",
    offender: "private.loose()",
  },
  {
    name: "a public function runs as its owner, a helper as its caller; trigger functions choose",
    offenders: `${functionName} ${functions} and p.prorettype <> 'trigger'::regtype
      and p.prosecdef is distinct from (p.pronamespace = 'public'::regnamespace)`,
    breaking: "alter function private.reserve(jsonb, timestamptz) security definer",
    offender: "private.reserve(jsonb,timestamp with time zone)",
  },
  {
    name: "a public function that writes waits for a lock no longer than it says",
    offenders: `${functionName} ${functions} and p.pronamespace = 'public'::regnamespace and p.provolatile = 'v'
      and not exists (select from unnest(p.proconfig) as c (setting) where c.setting like 'lock_timeout=%')`,
    breaking: "alter function public.adjust_stock(uuid, uuid, integer, text, boolean) reset lock_timeout",
    offender: "adjust_stock(uuid,uuid,integer,text,boolean)",
  },
  {
    name: "no function puts a statement together at run time",
    offenders: `${functionName} ${functions} and p.prosrc ~* '\\mexecute\\M'`,
    breaking: `create function private.dynamic(p_name text) returns void language plpgsql set search_path = ''
      as $$ begin execute 'select ' || p_name; end $$`,
    offender: "private.dynamic(text)",
  },
  {
    name: "everything belongs to postgres",
    offenders: `${functionName} ${functions} and p.proowner <> 'postgres'::regrole
      union all ${relationName} ${relations("'r', 'p', 'v', 'm', 'S'")} and c.relowner <> 'postgres'::regrole`,
    breaking: `grant create on schema public to authenticator; alter table public.sweep_runs owner to authenticator`,
    offender: "sweep_runs",
  },
  {
    name: "a foreign key says what becomes of its row",
    offenders: `select conname as name from pg_constraint
      where connamespace in ${ours} and contype = 'f' and confdeltype = 'a'`,
    breaking: "alter table public.sweep_runs add foreign key (id) references public.stock_trail (id)",
    offender: "sweep_runs_id_fkey",
  },
  {
    name: "no instant is without its time zone, no number inexact",
    offenders: `select c.relname || '.' || a.attname as name from pg_attribute a join ${relations("'r', 'p', 'v', 'c'").replace("where", "on a.attrelid = c.oid and")}
      and a.attnum > 0 and a.atttypid in ('timestamp'::regtype, 'time'::regtype, 'float4'::regtype, 'float8'::regtype, 'money'::regtype)`,
    breaking: "alter table public.variants add column price_euros double precision",
    offender: "variants.price_euros",
  },
  {
    name: "every trigger fires",
    offenders: `select t.tgname as name from pg_trigger t join ${relations("'r', 'p', 'v'").replace("where", "on t.tgrelid = c.oid and")}
      and t.tgenabled <> 'O'`,
    breaking: "alter table public.reservation_trail disable trigger reservation_trail_append_only",
    offender: "reservation_trail_append_only",
  },
];
