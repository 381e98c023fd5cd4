import type { Metadata } from "next";
import styles from "@/components/admin/page.module.css";
import { SettingsForm } from "@/components/admin/SettingsForm";
import { SETTING_BOUNDS } from "@/contracts/admin-settings";
import { readSettings } from "@/lib/admin/settings";
import { requireAdminOfPage } from "../admin-of-page";

export const metadata: Metadata = { title: "Settings" };

export default async function SettingsPage() {
  await requireAdminOfPage("/admin/settings");
  const { settings } = await readSettings();
  return (
    <>
      <h1 className={styles.title}>Settings</h1>
      <p className={styles.lead}>
        Durations and caps. A hold keeps what applied when it was made: a change here never shortens a
        promise.
      </p>
      <SettingsForm settings={settings} bounds={SETTING_BOUNDS} />
    </>
  );
}
