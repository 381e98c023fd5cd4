import { createServer } from "node:net";
import { expect, test } from "vitest";
import { exactPort, freePort, isFree, portNear } from "../../local/ports.ts";

const only = (free: number) => async (port: number) => port === free;

test("takes the wanted port when it is free", async () => {
  expect(await portNear(3000, only(3000))).toBe(3000);
});

test("takes the next free port when the wanted one is taken", async () => {
  expect(await portNear(3000, only(3002))).toBe(3002);
});

test("asks the system for a port when the neighbourhood is taken", async () => {
  const port = await portNear(3000, async () => false);
  expect(port).toBeGreaterThan(1023);
});

test("a port asked for by name is that port or a sentence that says what to do", async () => {
  expect(await exactPort("8080", only(8080))).toBe(8080);
  await expect(exactPort("8080", only(1))).rejects.toThrow(/Port 8080 is taken: stop what listens there/);
  await expect(exactPort("eighty", only(1))).rejects.toThrow(/PORT is "eighty": set it to a number/);
  await expect(exactPort("70000", only(1))).rejects.toThrow(/PORT is "70000"/);
});

test("sees what listens, on either loopback address", async () => {
  for (const host of ["127.0.0.1", "0.0.0.0"]) {
    const port = await freePort();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, host, resolve));
    expect(await isFree(port)).toBe(false);
    await new Promise((resolve) => server.close(resolve));
    expect(await isFree(port)).toBe(true);
  }
});
