import type { Job } from "../clients/jobs.ts";
import type { Ground } from "../ground/ground.ts";
import { expectEqual } from "../ground/verify.ts";
import type { Redis } from "../redis.ts";
import type { Contender } from "../rounds.ts";

export const redisNames = {
  always: "Redis script, fsync always",
  everysec: "Redis script, fsync every second",
};

type Setting = { variants: string[]; clients: number; connections?: number };

/** The same check and hold in Redis, with both ways to keep its file; none where there is no Redis. */
export function redisContenders(redis: Redis | undefined, ground: Ground, setting: Setting): Contender[] {
  if (!redis) return [];
  const { variants, clients, connections } = setting;
  const job: Job = { kind: "redis", variants, ...(connections !== undefined && { connections }) };
  const { control, pid, port } = redis;
  const total = async (answers: Promise<unknown>[]) =>
    (await Promise.all(answers)).reduce<number>((sum, answer) => sum + Number(answer ?? 0), 0);
  return (["always", "everysec"] as const).map((appendfsync) => ({
    ground,
    works: [{ name: redisNames[appendfsync], clients, job }],
    elsewhere: { url: `redis://127.0.0.1:${port}`, pid },
    reset: async () => {
      await control.send("FLUSHALL");
      await control.send("CONFIG", "SET", "appendfsync", appendfsync);
      await Promise.all(variants.map((id) => control.send("HSET", `stock:${id}`, "on_hand", 1_000_000_000)));
    },
    verify: async ([tally]) => {
      const reserved = await total(variants.map((id) => control.send("HGET", `stock:${id}`, "reserved")));
      const ends = await total(variants.map((id) => control.send("ZCARD", `ends:${id}`)));
      const keys = await total([control.send("DBSIZE")]);
      const touched = await total(variants.map((id) => control.send("EXISTS", `ends:${id}`)));
      expectEqual("granted", tally?.granted, tally?.answers);
      expectEqual("reserved", reserved, tally?.granted);
      expectEqual("ends of holds", ends, tally?.granted);
      expectEqual("holds", keys - variants.length - touched, tally?.granted);
    },
  }));
}
