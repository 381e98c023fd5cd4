/** Asks for test files to be run, one after the other, on copies of a template. */
export type Order = {
  adminUrl: string;
  templateDatabase: string;
  platformDatabase: string;
  files: string[];
  /** Milliseconds that a test of a file, or a hook of it, may take, where that is known better than by the runner. */
  patience?: Record<string, number>;
};

export type Failure = { file: string; test: string; message: string };

export const isTimeout = ({ message }: Failure): boolean => /timed out in \d+ms/.test(message);

export type Report = {
  failures: Failure[];
  /** Milliseconds by file. */
  durations: [file: string, took: number][];
  /** Milliseconds of the slowest single test. */
  slowestTest: number;
};

/** How a runner is made: what it does not change from order to order. */
export type RunnerOptions = {
  /** Stop at the first failure. */
  isHasty: boolean;
  /** Milliseconds after which a test has failed that does not say so itself. */
  testTimeout: number;
};
