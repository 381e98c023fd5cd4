import { describe, expect, it } from "vitest";
import { newGuestId, signGuest, verifyGuest } from "@/lib/http/guest-cookie";

const SECRET = "a secret of at least thirty-two characters";
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The text with one bit of one byte turned over. */
function flipped(text: string, bit: number): string {
  const bytes = Buffer.from(text, "latin1");
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return bytes.toString("latin1");
}

describe("a guest's cookie", () => {
  it("is read back as the guest for whom it was signed", () => {
    for (let round = 0; round < 100; round++) {
      const id = newGuestId();
      expect(id).toMatch(UUID);
      expect(verifyGuest(signGuest(id, SECRET), SECRET)).toBe(id);
    }
  });

  it("is refused with any one bit turned over", () => {
    const cookie = signGuest(newGuestId(), SECRET);
    for (let bit = 0; bit < cookie.length * 8; bit++) {
      expect(verifyGuest(flipped(cookie, bit), SECRET), `bit ${bit}`).toBeNull();
    }
  });

  it("is refused at every other length", () => {
    const cookie = signGuest(newGuestId(), SECRET);
    for (let length = 0; length < cookie.length; length++) {
      expect(verifyGuest(cookie.slice(0, length), SECRET), `${length} characters`).toBeNull();
    }
    for (const more of ["a", " ", "=", "\n", ".a", cookie]) {
      expect(verifyGuest(cookie + more, SECRET)).toBeNull();
      expect(verifyGuest(more + cookie, SECRET)).toBeNull();
    }
  });

  it("is refused by a store with another secret", () => {
    const cookie = signGuest(newGuestId(), SECRET);
    expect(verifyGuest(cookie, `${SECRET}.`)).toBeNull();
    expect(verifyGuest(cookie, "")).toBeNull();
  });

  it("is refused with the signature of another guest", () => {
    const [one = "", other = ""] = [newGuestId(), newGuestId()].map((id) => signGuest(id, SECRET));
    expect(verifyGuest(one.slice(0, 35) + other.slice(35), SECRET)).toBeNull();
  });

  it("is nobody's where there is none", () => {
    expect(verifyGuest(undefined, SECRET)).toBeNull();
    expect(verifyGuest("", SECRET)).toBeNull();
  });

  it("fits into a cookie as it is and does not show the secret", () => {
    const cookie = signGuest(newGuestId(), SECRET);
    expect(cookie).toMatch(/^1\.[0-9a-f]{32}\.[A-Za-z0-9_-]{43}$/);
    expect(cookie).not.toContain(SECRET);
  });

  it("is of a guest whom nobody can guess: every bit of the id is random", () => {
    const ids = Array.from({ length: 400 }, () => newGuestId().replaceAll("-", ""));
    expect(new Set(ids).size).toBe(ids.length);
    for (let digit = 0; digit < 32; digit++) {
      const seen = new Set(ids.map((id) => id[digit]));
      expect(seen.size, `digit ${digit}`).toBe(16);
    }
  });
});
