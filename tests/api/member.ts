import { createHash, createHmac, randomUUID } from "node:crypto";
import { storeKeys } from "../support/api-client.ts";
import type { Sql } from "../support/database.ts";

/** A user with a confirmed address, every way to sign in, and the cookie of a session that is open already. */
export type Member = { id: string; email: string; password: string; code: string; cookie: string };

const PASSWORD = "correct horse battery";
/** The password, hashed as cheaply as bcrypt can. */
const HASH = "$2b$04$Oh7UKQtBo7u9WFWDsM2IvOvnm1Yt/QuzaYWki97dnfjh9ulUw.gG6";

/** Written as the auth service writes it, because signing up takes its time, and tables have many rows. */
export async function newMember(sql: Sql, { isAdmin = false } = {}): Promise<Member> {
  const [id, session, email, code] = [randomUUID(), randomUUID(), `${randomUUID()}@example.test`, "314159"];
  const metadata = { provider: "email", providers: ["email"], ...(isAdmin && { role: "admin" }) };
  const token = createHash("sha256").update(`${email}${code}`).digest("hex");
  await sql`with made as (
      insert into auth.users (id, email, encrypted_password, email_confirmed_at, raw_app_meta_data,
        recovery_token, recovery_sent_at)
      values (${id}, ${email}, ${HASH}, now(), ${sql.json(metadata)}, ${token}, now()) returning id
    ), identified as (
      insert into auth.identities (id, provider, provider_id, user_id, identity_data)
      select ${randomUUID()}, 'email', id::text, id, ${sql.json({ sub: id, email })} from made
    )
    insert into auth.sessions (id, user_id) select ${session}, id from made`;
  const inAnHour = Math.floor(Date.now() / 1000) + 3600;
  const claims = {
    sub: id,
    email,
    aud: "authenticated",
    role: "authenticated",
    session_id: session,
    app_metadata: metadata,
  };
  const stored = {
    access_token: signed({ ...claims, exp: inAnHour }),
    refresh_token: "none",
    expires_at: inAnHour,
  };
  const value = Buffer.from(JSON.stringify(stored)).toString("base64url");
  return { id, email, password: PASSWORD, code, cookie: `holdfast_session=base64-${value}` };
}

function signed(claims: object): string {
  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const text = `${encoded({ alg: "HS256", typ: "JWT" })}.${encoded(claims)}`;
  return `${text}.${createHmac("sha256", storeKeys().jwtSecret).update(text).digest("base64url")}`;
}
