/**
 * Gathers requests into calls: what arrives while calls are under way goes into the next one. No timer: when
 * nothing is under way, a request goes at once.
 */
export function createCoalescer<Request, Answer>(
  calls: ((requests: Request[]) => Promise<Answer[]>)[],
  largest: number,
): (request: Request) => Promise<Answer> {
  type Waiting = { request: Request; resolve(answer: Answer): void; reject(error: unknown): void };
  let queue: Waiting[] = [];
  const free = [...calls];
  let isAsked = false;

  function begin(): void {
    isAsked = false;
    while (queue.length > 0) {
      const call = free.pop();
      if (!call) return;
      const batch = queue.slice(0, largest);
      queue = queue.slice(largest);
      void send(call, batch);
    }
  }

  async function send(call: (requests: Request[]) => Promise<Answer[]>, batch: Waiting[]): Promise<void> {
    try {
      const answers = await call(batch.map(({ request }) => request));
      batch.forEach(({ resolve }, i) => void resolve(answers[i] as Answer));
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
    free.push(call);
    askToBegin();
  }

  /** At the end of this turn, so that everybody who was answered just now can ask again first. */
  function askToBegin(): void {
    if (isAsked) return;
    isAsked = true;
    setImmediate(begin);
  }

  return (request) =>
    new Promise((resolve, reject) => {
      queue.push({ request, resolve, reject });
      if (free.length > 0) askToBegin();
    });
}
