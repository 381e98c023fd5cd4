import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** The secrets of one local stack. Made on this machine, good for nothing outside of it. */
export type Keys = {
  publishableKey: string;
  secretKey: string;
  jwtSecret: string;
  guestCookieSecret: string;
  cronSecret: string;
};

export function generateKeys(): Keys {
  const random = () => randomBytes(24).toString("base64url");
  return {
    publishableKey: `sb_publishable_${random()}`,
    secretKey: `sb_secret_${random()}`,
    jwtSecret: random() + random(),
    guestCookieSecret: random() + random(),
    cronSecret: random(),
  };
}

/** The same keys at every start, so that a guest's cookie and a session survive a restart. */
export function loadKeys(file: string): Keys {
  const made = generateKeys();
  try {
    const kept = JSON.parse(readFileSync(file, "utf8")) as Partial<Keys>;
    if (Object.keys(made).every((name) => kept[name as keyof Keys])) return kept as Keys;
    // Kept by an older version, which knew fewer.
    Object.assign(made, kept);
  } catch {
    // None yet, or half a file: new ones.
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 });
  return made;
}
