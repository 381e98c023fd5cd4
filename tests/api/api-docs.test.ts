import { expect, test } from "vitest";
import { operations } from "@/lib/openapi/operations";
import { document } from "../support/openapi.ts";
import { storeUrl } from "../support/store.ts";

test("the page for people shows every operation, every code and every shape", async () => {
  const response = await fetch(`${storeUrl()}/api-docs`);
  expect(response.status).toBe(200);
  const page = await response.text();
  for (const { id, path, method, problems } of operations) {
    const article = page.slice(page.indexOf(`<article id="${id}"`)).split("</article>")[0] ?? "";
    expect(article, id).toContain(`>${method.toUpperCase()}</code>`);
    expect(article, id).toContain(`<code>${path}</code>`);
    for (const code of problems) expect(article, `${id} ${code}`).toContain(`<code>${code}</code>`);
  }
  for (const name of Object.keys(document.components?.schemas ?? {})) expect(page).toContain(`id="${name}"`);
});

test("the page asks nobody else for anything", async () => {
  const page = await (await fetch(`${storeUrl()}/api-docs`)).text();
  expect(page.match(/(?:src|href)="(?:https?:)?\/\/[^"]*"/g)).toBeNull();
});
