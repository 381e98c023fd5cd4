import { AsyncLocalStorage } from "node:async_hooks";

const requests = new AsyncLocalStorage<string>();

/** Everything that `work` does, also later, belongs to this request: its lines in the log carry the id. */
export function withRequestId<Result>(requestId: string, work: () => Result): Result {
  return requests.run(requestId, work);
}

/** The id of the request that is being answered; none at the start of the server. */
export const currentRequestId = (): string | undefined => requests.getStore();
