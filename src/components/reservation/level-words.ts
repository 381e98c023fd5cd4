import type { TimeLevel } from "@/domain/time-left";
import type { IconName } from "../ui/Icon";

/** Every level has a colour, an icon and words: none of the three is needed to understand it. */
export const LEVEL_ICONS: Record<TimeLevel, IconName> = {
  calm: "clock",
  soon: "hourglass",
  urgent: "alert",
  ended: "alert",
};

export const LEVEL_WORDS: Record<TimeLevel, string> = {
  calm: "Held for you",
  soon: "Ending soon",
  urgent: "About to end",
  ended: "Time is up",
};
