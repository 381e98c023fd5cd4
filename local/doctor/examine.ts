import type { Check, Finding, Patient } from "./check.ts";

export type Report = { name: string; findings: Finding[] }[];

/** Runs every check that has what it needs. One that breaks is a problem of its own, and stops no other. */
export async function examine(checks: readonly Check[], patient: Patient): Promise<Report> {
  const { NEXT_PUBLIC_SUPABASE_URL: api, SUPABASE_SECRET_KEY: key } = patient.settings;
  const has = { api: Boolean(api && key), database: Boolean(patient.sql), store: Boolean(patient.storeUrl) };
  const without = {
    api: "needs the settings of a Supabase project",
    database: "needs --db-url",
    store: "needs --url",
  };
  const report: Report = [];
  for (const { name, needs, examine: look } of checks) {
    if (needs && !has[needs]) {
      report.push({ name, findings: [{ level: "skipped", says: without[needs] }] });
      continue;
    }
    const findings = await Promise.resolve(look(patient)).catch((error: unknown): Finding[] => [
      {
        level: "problem",
        says: `could not be examined: ${withoutSecrets(error, patient)}`,
        advice: "Mend what it says, and run the doctor again.",
      },
    ]);
    report.push({ name, findings });
  }
  return report;
}

/** 1 with a problem; with `strict` a warning is one too. */
export function exitCodeOf(report: Report, strict = false): 0 | 1 {
  const levels = report.flatMap(({ findings }) => findings.map(({ level }) => level));
  return levels.includes("problem") || (strict && levels.includes("warning")) ? 1 : 0;
}

const marks = { ok: "✓", warning: "!", problem: "✗", skipped: "-" } as const;

export function textOf(report: Report): string {
  const width = Math.max(...report.map(({ name }) => name.length));
  const lines = report.flatMap(({ name, findings }) =>
    findings.flatMap(({ level, says, advice }) => [
      `  ${marks[level]} ${name.padEnd(width)}  ${says}`,
      ...(advice ? [`    ${" ".repeat(width)}  → ${advice}`] : []),
    ]),
  );
  const count = (level: Finding["level"]) =>
    report.flatMap(({ findings }) => findings).filter((finding) => finding.level === level).length;
  return [
    ...lines,
    "",
    `${count("problem")} problems, ${count("warning")} warnings, ${count("ok")} fine, ${count("skipped")} not examined`,
  ].join("\n");
}

function withoutSecrets(error: unknown, { settings }: Patient): string {
  const text = error instanceof Error ? error.message : String(error);
  return Object.values(settings)
    .filter((value) => value !== undefined && value.length >= 12)
    .reduce<string>((rest, secret) => rest.replaceAll(String(secret), "[setting]"), text);
}
