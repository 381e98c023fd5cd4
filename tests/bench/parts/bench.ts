import type { Cluster } from "../../../local/postgres/cluster.ts";
import type { Crew } from "../clients/crew.ts";
import type { Options } from "../options.ts";
import type { Redis } from "../redis.ts";
import type { Aim } from "../report/aims.ts";
import type { Results } from "../rounds.ts";

/** What every part works with. */
export type Bench = { cluster: Cluster; crew: Crew; options: Options; redis: Redis | undefined };

/** What a part has to say. */
export type PartReport = {
  title: string;
  text: string;
  tables: { title: string; results: Results; reference: string; ratioTitle: string }[];
  /** Sentences under the tables. */
  notes?: string[];
  aims: Aim[];
};
