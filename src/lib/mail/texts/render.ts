import type { Block, Draft } from "./blocks";

const SIGNATURE = "Holdfast";

/** A draft as plain text and as simple HTML that says the same. */
export function render({ subject, blocks }: Draft): { subject: string; text: string; html: string } {
  const all = [...blocks, SIGNATURE];
  const text = `${all.map(toText).join("\n\n")}\n`;
  const html = `<!doctype html><html lang="en"><body style="font-family:sans-serif;line-height:1.5">${all.map(toHtml).join("")}</body></html>`;
  return { subject, text, html };
}

function toText(block: Block): string {
  if (typeof block === "string") return block;
  if ("list" in block) return block.list.map((item) => `- ${item}`).join("\n");
  return `${block.words}: ${block.link}`;
}

function toHtml(block: Block): string {
  if (typeof block === "string") return `<p>${escaped(block)}</p>`;
  if ("list" in block) return `<ul>${block.list.map((item) => `<li>${escaped(item)}</li>`).join("")}</ul>`;
  return `<p><a href="${escaped(block.link)}">${escaped(block.words)}</a></p>`;
}

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** What a shop or a shopper wrote is text, never markup. */
function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
