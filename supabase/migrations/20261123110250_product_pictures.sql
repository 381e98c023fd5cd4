-- Pictures that admins upload: kept in the database, named by what is in them (docs/adr/0019).

create table public.product_pictures (
  content bytea not null,
  hash text generated always as (encode(sha256(content), 'hex')) stored primary key,
  type text generated always as (case
    when substring(content from 1 for 16) = '\x89504e470d0a1a0a0000000d49484452' then 'png'
    when substring(content from 1 for 3) = '\xffd8ff' then 'jpg'
    -- RIFF, its length, WEBPVP8.
    when substring(content from 1 for 4) = '\x52494646' and substring(content from 9 for 7) = '\x57454250565038' then 'webp'
    -- A box ftyp that names the brand avif among its first.
    when substring(content from 5 for 4) = '\x66747970' and position('\x61766966'::bytea in substring(content from 9 for 32)) > 0
      then 'avif'
  end) stored not null,
  admin_id uuid not null,
  created_at timestamptz not null default clock_timestamp(),
  constraint product_pictures_content_is_small check (octet_length(content) <= 2097152)
);
comment on table public.product_pictures is
  'Pictures of products that admins uploaded, each once. Never changed: another picture has another hash. The shop serves them at /pictures/{hash}.{type}; pictures that are files of the deployment are not here.';
comment on column public.product_pictures.content is 'The file as it came, at most 2 MiB.';
comment on column public.product_pictures.hash is 'SHA-256 of the content, in hexadecimal.';
comment on column public.product_pictures.type is
  'What the file is by its first bytes, whatever it is called: png, jpg, webp or avif. Nothing else is taken, SVG and HTML neither: they have no type.';
comment on column public.product_pictures.admin_id is 'Who uploaded it first.';
alter table public.product_pictures enable row level security;
-- Pictures are compressed already.
alter table public.product_pictures alter column content set storage external;

create function public.admin_save_picture(p_content text, p_admin_id uuid)
returns jsonb
language plpgsql
volatile
security definer -- writes pictures and trail for a role that may not itself
set search_path = ''
set lock_timeout = '3s'
as $$
declare
  v_content bytea;
  v_is_new boolean;
  v_path text;
begin
  if p_content is null or p_admin_id is null then
    perform private.raise_invalid_request('p_content is the file, and p_admin_id says who');
  end if;
  v_content := decode(p_content, 'base64');
  if octet_length(v_content) > 2097152 then
    return jsonb_build_object('outcome', 'too_large', 'serverNow', clock_timestamp());
  end if;
  begin
    insert into public.product_pictures (content, admin_id) values (v_content, p_admin_id) on conflict (hash) do nothing;
    v_is_new := found;
  exception when not_null_violation then
    return jsonb_build_object('outcome', 'not_a_picture', 'serverNow', clock_timestamp());
  end;
  select '/pictures/' || c.hash || '.' || c.type into v_path
  from public.product_pictures as c where c.hash = encode(sha256(v_content), 'hex');
  if v_is_new then
    perform private.act_as_admin(p_admin_id, 'upload');
    perform private.note_admin('picture', null, null, jsonb_build_object(
      'imagePath', v_path, 'bytes', octet_length(v_content)));
    perform private.end_acting();
  end if;
  return jsonb_build_object('outcome', 'saved', 'serverNow', clock_timestamp(), 'imagePath', v_path);
end;
$$;
comment on function public.admin_save_picture(text, uuid) is
  'Keeps a picture: p_content is the file in base64, a PNG, JPEG, WebP or AVIF of at most 2 MiB by what is in it. Answers {outcome: saved {imagePath: where the shop serves it} | not_a_picture | too_large, serverNow}. Locks nothing but the row that it writes. Idempotent: the same file has the same path, and is kept once. Raises HF001 without a file or an admin, 22023 for what is no base64.';

create function public.get_picture(p_hash text, p_type text)
returns jsonb
language plpgsql
stable
security definer -- reads pictures for everybody, one at a time
set search_path = ''
as $$
begin
  return coalesce(
    (select jsonb_build_object('outcome', 'found', 'content', encode(c.content, 'base64'))
     from public.product_pictures as c where c.hash = p_hash and c.type = p_type),
    jsonb_build_object('outcome', 'not_found'));
end;
$$;
comment on function public.get_picture(text, text) is
  'One picture by its hash and type: {outcome: found {content: the file in base64} | not_found}. Locks nothing.';

revoke all on public.product_pictures from public, anon, authenticated, service_role;
grant select on public.product_pictures to service_role;
revoke all on function public.admin_save_picture(text, uuid) from public, anon, authenticated, service_role;
revoke all on function public.get_picture(text, text) from public, anon, authenticated, service_role;
grant execute on function public.admin_save_picture(text, uuid) to service_role;
grant execute on function public.get_picture(text, text) to service_role;
