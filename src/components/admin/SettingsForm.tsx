"use client";

import { type FormEvent, useState } from "react";
import type { SettingBounds, SettingName, Settings, SettingsChange } from "@/contracts/admin-settings";
import { countText } from "@/domain/admin-wording";
import { Button } from "../ui/Button";
import { Field } from "../ui/Field";
import formStyles from "./form.module.css";
import { Outcome } from "./Outcome";
import pageStyles from "./page.module.css";
import { SETTING_GROUPS } from "./setting-words";
import { useAdminAction } from "./use-admin-action";

interface SettingsFormProps {
  settings: Settings;
  /** From the contract. */
  bounds: Readonly<Record<SettingName, SettingBounds>>;
}

/** Sends what differs and nothing else: what another admin changed meanwhile stays. */
export function SettingsForm({ settings, bounds }: SettingsFormProps) {
  // What the form began with: what another admin changes meanwhile is neither shown nor sent.
  const [known, setKnown] = useState(settings);
  const { api, pending, failure, done, run, say } = useAdminAction();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const names = Object.keys(known) as SettingName[];
    const change: SettingsChange = Object.fromEntries(
      names
        .map((name) => [name, settingOf(data.get(name))] as const)
        .filter(([name, value]) => value !== known[name]),
    );
    const count = Object.keys(change).length;
    if (count === 0) return say("Nothing is different.");
    void run(
      () => api.saveSettings(change),
      () => {
        setKnown(Object.assign({}, known, change));
        return `${countText(count, "setting")} saved.`;
      },
    );
  };
  return (
    <form className={pageStyles.page} onSubmit={submit}>
      {SETTING_GROUPS.map(({ title, settings: group }) => (
        <fieldset key={title} className={formStyles.group}>
          <legend>{title}</legend>
          <div className={formStyles.filters}>
            {group.map(({ name, label, hint }) => (
              <Field
                key={name}
                name={name}
                label={label}
                hint={hint}
                type="number"
                step={1}
                {...bounds[name]}
                defaultValue={known[name] ?? ""}
              />
            ))}
          </div>
        </fieldset>
      ))}
      <Outcome failure={failure} done={done} />
      <p>
        <Button type="submit" pending={pending}>
          Save
        </Button>
      </p>
    </form>
  );
}

/** What was left empty is no number at all. */
const settingOf = (typed: FormDataEntryValue | null): number | null => (typed === "" ? null : Number(typed));
