import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { CheckoutAnswerSchema } from "@/contracts/checkout";
import { OrderAnswerSchema } from "@/contracts/orders";
import { type Environment, storeEnvironment } from "../../local/environment.ts";
import { startGuard } from "../../local/guard.ts";
import { root } from "../../local/paths.ts";
import { freePort } from "../../local/ports.ts";
import { endProcess } from "../../local/processes.ts";
import { createStoppables } from "../../local/stoppables.ts";
import { buildStore } from "../../local/store-build.ts";
import { bodyOf, newGuest, storeKeys } from "../support/api-client.ts";
import { npmRun } from "../support/npm-run.ts";
import { createVariant } from "../support/shop.ts";
import { standInEnvironment, stripeControls } from "../support/stand-ins.ts";
import { supabaseApi } from "../support/store.ts";
import { sendCheckout, stock, useCalmStripe } from "./checkout-floor.ts";
import { useShopFloor } from "./shop-floor.ts";

// What docs/deploy.md says of a server of one's own: a build, `npm start`, and the variables of .env.example alone.

const sql = useShopFloor();
useCalmStripe(sql);
const stoppables = createStoppables(startGuard());
let folder = "";
let url = "";
let server: ChildProcess;
let output = "";
let settings: Environment;

beforeAll(async () => {
  const { HOLDFAST_DIST_DIR: built = "" } = await buildStore();
  folder = mkdtempSync(join(tmpdir(), "holdfast-server-"));
  stoppables.add(() => rmSync(folder, { recursive: true, force: true }), { kind: "folder", path: folder });
  // A server has what `npm ci` and `npm run build` leave: no source is read any more.
  for (const file of ["package.json", "next.config.ts"]) copyFileSync(join(root, file), join(folder, file));
  for (const name of ["public", "node_modules"]) symlinkSync(join(root, name), join(folder, name));
  symlinkSync(join(root, built), join(folder, ".next"));
  settings = { ...storeEnvironment(storeKeys(), supabaseApi().url, {}), ...standInEnvironment() };
  const port = await freePort();
  url = `http://localhost:${port}`;
  const { PATH, HOME } = process.env;
  server = spawn("npm", ["start"], {
    cwd: folder,
    env: { PATH, HOME, PORT: String(port), ...settings } as unknown as NodeJS.ProcessEnv,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const { pid = 0 } = server;
  const signals: [NodeJS.Signals, number][] = [["SIGKILL", 5_000]];
  stoppables.add(() => endProcess(pid, signals, true), { kind: "process", pid, signals, group: true });
  for (const stream of [server.stdout, server.stderr])
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  await vi.waitFor(
    async () => {
      const { status } = await fetch(`${url}/api/health`);
      expect(status, output).toBe(200);
    },
    { timeout: 110_000, interval: 200 },
  );
}, 120_000);

afterAll(() => stoppables.stopAll());

test("nothing but variables that .env.example explains is set", () => {
  const text = readFileSync(join(root, ".env.example"), "utf8").replaceAll(/^# (?=[A-Z_]+=)/gm, "");
  expect(Object.keys(parseEnv(text))).toEqual(expect.arrayContaining(Object.keys(settings)));
});

test("a page is served, and a mug is bought from shelf to confirmation", async () => {
  const page = await (await fetch(url)).text();
  expect(page).toContain("<title>");
  const guest = newGuest({ baseUrl: url });
  const variantId = await createVariant(sql, 5);
  await guest.hold(variantId, 2);
  const answer = await sendCheckout(guest, { email: "server@example.test" });
  const { orderId, url: payPage } = bodyOf(answer, 201, CheckoutAnswerSchema);
  expect(new URL(payPage).origin).toBe(new URL(settings.STRIPE_API_URL ?? "").origin);
  const [payment] = await sql`select session_id as "sessionId" from payments where order_id = ${orderId}`;
  const { sessionId } = payment ?? expect.unreachable("an order has a payment");
  await stripeControls().pay({ session: sessionId, outcome: "success" });
  const back = await guest.send("POST", "/api/orders/create-from-payment", { json: { sessionId } });
  const { order } = bodyOf(back, 200, OrderAnswerSchema);
  expect(order.status).toBe("paid");
  expect(await stock(sql, variantId)).toEqual({ onHand: 3, reserved: 0 });
  expect(output).not.toContain('"level":"error"');
});

test("the doctor finds nothing", async () => {
  const file = join(folder, "settings.env");
  writeFileSync(
    file,
    Object.entries(settings)
      .map(([name, value]) => `${name}='${value}'\n`)
      .join(""),
  );
  const { code, output: says } = await npmRun("doctor", ["--env-file", file, "--url", url, "--strict"]);
  expect(says).toContain("0 problems, 0 warnings");
  expect(code).toBe(0);
});

test("told to end, it ends, and leaves its port", async () => {
  const ended = new Promise((resolve) => server.once("exit", resolve));
  // As a terminal and systemd do: to all of it. npm alone does not pass it on.
  process.kill(-(server.pid ?? 0), "SIGTERM");
  await ended;
  await expect
    .poll(
      () =>
        fetch(url).then(
          () => "answers",
          () => "gone",
        ),
      { timeout: 10_000 },
    )
    .toBe("gone");
});
