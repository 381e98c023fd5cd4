-- Accounts to try the store with, all with the same password that README.md tells everybody. They are here and not in
-- supabase/seed.sql, because that one may be sent to a hosted project.

with person (id, email, app_metadata) as (values
  ('d0000000-0000-4000-8000-000000000001'::uuid, 'admin@holdfast.test', '{"role": "admin"}'::jsonb),
  ('d0000000-0000-4000-8000-000000000002', 'ada@holdfast.test', '{}'),
  ('d0000000-0000-4000-8000-000000000003', 'vera@holdfast.test', '{}')
), made as (
  insert into auth.users (id, aud, role, email, encrypted_password, email_confirmed_at, raw_app_meta_data, raw_user_meta_data)
  select p.id, 'authenticated', 'authenticated', p.email,
         extensions.crypt('tidewater-demo', extensions.gen_salt('bf', 10)), now(),
         '{"provider": "email", "providers": ["email"]}'::jsonb || p.app_metadata, '{}'
  from person as p
  returning id, email
)
insert into auth.identities (id, provider, provider_id, user_id, identity_data)
select gen_random_uuid(), 'email', m.id::text, m.id,
       jsonb_build_object('sub', m.id, 'email', m.email, 'email_verified', true)
from made as m;

-- Vera's holds last twice as long.
insert into public.shoppers (id, tier) values ('d0000000-0000-4000-8000-000000000003', 'vip');
