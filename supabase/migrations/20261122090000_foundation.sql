-- Where things live, and who may do nothing until told otherwise.
--
-- public   tables and the few callable functions; what the Data API can see
-- private  trigger functions and helpers; not exposed
--
-- SQLSTATEs of our own (class HF) are listed in docs/error-codes.md. Expected refusals are answers
-- (jsonb with an `outcome`), never exceptions: an exception would roll back what the refusal leaves behind.

create schema private;
comment on schema private is 'Trigger functions and helpers of Holdfast. Not exposed by the Data API.';
revoke all on schema private from public;

-- Functions are executable by everybody unless this is said first, globally.
alter default privileges revoke execute on functions from public;
alter default privileges in schema public revoke execute on functions from anon, authenticated, service_role;
alter default privileges in schema public revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema public revoke all on sequences from anon, authenticated, service_role;

create function private.raise_invalid_request(p_message text)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  raise exception 'invalid_request: %', p_message using errcode = 'HF001';
end;
$$;
comment on function private.raise_invalid_request(text) is
  'Raises HF001: a caller passed something that its own contract should have refused. A bug, not a refusal.';

create function private.refuse_statement()
returns trigger
language plpgsql
volatile
set search_path = ''
as $$
begin
  -- tg_argv[0] is the SQLSTATE, tg_argv[1] says why and what to do instead.
  raise exception '%', tg_argv[1] using errcode = tg_argv[0];
end;
$$;
comment on function private.refuse_statement() is
  'Trigger function that always raises: the trigger''s WHEN clause decides, its arguments are SQLSTATE and message.';
