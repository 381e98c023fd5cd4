import { randomUUID } from "node:crypto";
import { type Call, type Job, oneOf } from "./jobs.ts";
import { heldOf } from "./postgres-jobs.ts";
import { connectRedis, type RedisClient } from "./resp.ts";

/**
 * Check and hold in one script, which nothing can come between: the counters of a variant, the hold with its
 * fields, and the order in which holds end.
 */
export const holdScript = `
local stock = redis.call('HMGET', KEYS[1], 'on_hand', 'reserved')
local quantity = tonumber(ARGV[4])
if tonumber(stock[1] or 0) - tonumber(stock[2] or 0) < quantity then return 0 end
redis.call('HINCRBY', KEYS[1], 'reserved', quantity)
redis.call('HSET', KEYS[2], 'shopper', ARGV[1], 'variant', ARGV[2], 'location', ARGV[3], 'quantity', quantity,
  'status', 'active', 'duration', 900, 'created', ARGV[5], 'expires', ARGV[6], 'max', ARGV[7])
redis.call('ZADD', KEYS[3], ARGV[6], KEYS[2])
return 1`;

const idle = new Map<string, RedisClient[]>();

/** The calls of as many clients, each on a connection of its own unless the job says that they share some. */
export async function redisCalls(job: Extract<Job, { kind: "redis" }>, url: string, clients: number) {
  const free = idle.get(url) ?? [];
  idle.set(url, free);
  const port = Number(new URL(url).port);
  const count = job.connections ?? clients;
  const lent = await Promise.all(Array.from({ length: count }, () => free.pop() ?? connectRedis(port)));
  const [sha] = await Promise.all(lent.map((client) => client.send("SCRIPT", "LOAD", holdScript)));
  const calls = Array.from({ length: clients }, (_, i): Call => {
    const client = lent[i % lent.length] as RedisClient;
    return () => hold(client, String(sha), oneOf(job.variants));
  });
  return { calls, giveBack: () => void free.push(...lent) };
}

async function hold(client: RedisClient, sha: string, variant: string) {
  const now = Date.now();
  const keys = [`stock:${variant}`, `hold:${randomUUID()}`, `ends:${variant}`];
  const times = [now, now + 900_000, now + 7_200_000];
  const answer = await client.send("EVALSHA", sha, 3, ...keys, randomUUID(), variant, "main", 1, ...times);
  return heldOf([answer === 1]);
}
