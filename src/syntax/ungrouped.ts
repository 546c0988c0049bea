/** Sets that stand in no group: one that nobody declares holds them. */
import type { GroupEntry, SetEntry } from "./segment.ts";

/** What a group's header would say. */
export const NO_GROUP = {
  functionalId: "",
  sender: "",
  receiver: "",
  control: "",
  version: "",
  date: "",
  time: "",
} as const;

/** The only group of an interchange whose family knows none; `envelope` is what the interchange itself says. */
export const ungroupedSets = (
  sets: readonly SetEntry[],
  envelope: Partial<Omit<GroupEntry, "ordinal" | "stated" | "sets" | "findings">> = {},
): GroupEntry[] => [{ ordinal: 1, ...NO_GROUP, ...envelope, stated: "", sets, findings: [] }];
