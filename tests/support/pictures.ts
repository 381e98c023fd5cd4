import { SMALLEST_PNG } from "@/lib/openapi/examples-admin";

const bytes = (...parts: (string | number[])[]) =>
  Buffer.concat(
    parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : Buffer.from(part))),
  );

/** The first bytes of files that are pictures, as far as the shop tells them apart. */
export const PICTURES = {
  png: Buffer.from(SMALLEST_PNG, "base64"),
  jpg: bytes([0xff, 0xd8, 0xff, 0xe0, 0, 0x10], "JFIF\0"),
  webp: bytes("RIFF", [26, 0, 0, 0], "WEBPVP8L", [0x0d, 0, 0, 0]),
  avif: bytes([0, 0, 0, 0x1c], "ftypavif", [0, 0, 0, 0], "avifmif1miaf"),
} as const;

/** And of some that are none, whatever they are called. */
export const NO_PICTURES: Record<string, Buffer> = {
  "an SVG": bytes('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
  "an SVG with its XML head": bytes('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'),
  HTML: bytes("<!doctype html><script>alert(1)</script>"),
  "HTML behind half a PNG": bytes([0x89], "PNG\r\n", "<script>alert(1)</script>"),
  "a GIF": bytes("GIF89a", [1, 0, 1, 0]),
  "a WAV": bytes("RIFF", [36, 0, 0, 0], "WAVEfmt "),
  "a film": bytes([0, 0, 0, 0x18], "ftypmp42", [0, 0, 0, 0], "mp42isom"),
  "a PDF": bytes("%PDF-1.7\n"),
  "a name alone": bytes("picture.png"),
};
