/** What the purpose of a schedule makes of it. */
import type { Partner } from "../config/partner.ts";
import type { DeliverySchedule } from "../documents/delivery-schedule.ts";

/** Purposes that are applied as a replacement, and those that are filed without effect. */
const APPLIED = new Set([undefined, "original", "replace"]);
const FILED = new Set(["confirmation", "copy"]);

/** What a document's purpose makes of it: the partner's file decides where it is not a replacement. */
export function purposeOf({ purpose }: DeliverySchedule, { schedule }: Partner): "apply" | "file" | "hold" {
  if (APPLIED.has(purpose)) return "apply";
  if (FILED.has(purpose as string)) return "file";
  const taken = schedule.purposes[purpose as keyof typeof schedule.purposes];
  return taken === "replace" ? "apply" : (taken ?? "hold");
}
