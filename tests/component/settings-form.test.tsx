import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { SettingsForm } from "@/components/admin/SettingsForm";
import { SETTING_BOUNDS } from "@/contracts/admin-settings";
import { settings } from "@/lib/openapi/examples-admin";
import { FakeServer } from "../unit/fake-server";

const router = vi.hoisted(() => ({ refresh: vi.fn() }));
vi.mock("next/navigation", () => ({ useRouter: () => router }));

let server: FakeServer;
beforeEach(() => {
  server = new FakeServer();
  vi.stubGlobal("fetch", server.fetch);
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const field = (label: string) => screen.getByLabelText<HTMLInputElement>(label);
const save = () => fireEvent.click(screen.getByRole("button", { name: "Save" }));
const show = (trailKeptDays: number | null) =>
  render(<SettingsForm settings={{ ...settings, trailKeptDays }} bounds={SETTING_BOUNDS} />);

it("sends what differs, and an empty field as nothing", () => {
  show(365);
  fireEvent.change(field("Trail kept, days"), { target: { value: "" } });
  fireEvent.change(field("Low at, units"), { target: { value: "7" } });
  save();
  expect(server.last("PUT").body).toEqual({ lowStockAt: 7, trailKeptDays: null });
});

it("shows what is for ever as empty, and leaves it alone", () => {
  show(null);
  expect(field("Trail kept, days").value).toBe("");
  fireEvent.change(field("Low at, units"), { target: { value: "7" } });
  save();
  expect(server.last("PUT").body).toEqual({ lowStockAt: 7 });
});

it("lets only that field be left empty", () => {
  show(null);
  const optional = screen.getAllByRole<HTMLInputElement>("spinbutton").filter(({ required }) => !required);
  expect(optional.map(({ name }) => name)).toEqual(["trailKeptDays"]);
});
