/** Taking holds, in one way or another. */
export type HoldJob = {
  kind: "reserve" | "insert" | "update" | "naive" | "lockThenSum" | "minimal" | "contract" | "refuse";
  /** Holds per call, where the job can take several. */
  batch: number;
  /** Each hold is of one of these, by chance. */
  variants: string[];
  locationId: string;
};

/** What a client does over and over during a slice. */
export type Job =
  | HoldJob
  /** Asks what is available of a variant, as everybody may. */
  | { kind: "availability"; variants: string[] }
  /** Sweeps at most `limit` holds, rests for `pause` milliseconds, and again. */
  | { kind: "sweep"; limit: number; pause: number }
  /** The same with the least that a sweep can be, of a copy of the holds. */
  | { kind: "leastSweep"; limit: number; pause: number; variant: string; locationId: string }
  /** Callers in one process whose requests are gathered into calls, at most two of which are under way. */
  | { kind: "coalesced"; variants: string[] }
  /** Callers in one process with a call for each request, over a pool of connections. */
  | { kind: "pooled"; variants: string[]; connections: number }
  /** The same check and hold as a script in Redis; `connections` where the callers share some. */
  | { kind: "redis"; variants: string[]; connections?: number };

/** What one call came to: how many requests it answered, and how many of them got what they wanted. */
export type Outcome = { answers: number; granted: number; rest?: number };
export type Call = () => Promise<Outcome>;

/** One of many, by chance. */
export const oneOf = (values: string[]): string => values[Math.floor(Math.random() * values.length)] ?? "";

export const many = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);

/** True for jobs whose clients must live in one thread, because that is what they are about. */
export const isOneProcess = (job: Job): boolean =>
  job.kind === "coalesced" ||
  job.kind === "pooled" ||
  (job.kind === "redis" && job.connections !== undefined);
