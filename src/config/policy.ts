/** Policy files: `config/policies/<name>.yaml`. What passes by itself and what a planner is asked (features.md B6). */
import { z } from "zod";
import { LAYERS } from "../documents/delivery-schedule.ts";
import { decimal } from "../documents/fields.ts";
import { COMMITMENTS } from "../documents/schedule-step.ts";

/** A tolerance is a size; its direction is said by where it stands. */
const size = decimal.regex(/^\d/, "zero or more");

/** Any one allowed test passes a change; no test named means any change in this direction is held. */
const tolerance = z.union([
  z.literal("any").describe("every change in this direction passes"),
  z.strictObject({
    quantity: size.optional().describe("Height difference of the curves at most this many pieces"),
    percent: size.optional().describe("Difference at most this part of the old step; of an old step of zero it fails"),
    days: z
      .number()
      .int()
      .nonnegative()
      .optional()
      .describe("Covered by the old curve this many days later (increase) or earlier (decrease)"),
    cumulative: size.optional().describe("Height difference at the zone's end at most this many pieces"),
  }),
]);

const zone = z.strictObject({
  name: z.string().min(1),
  untilDay: z
    .number()
    .int()
    .nonnegative()
    .optional()
    .describe("Last day of the zone, counted from the business date; the last zone has none"),
  commitments: z
    .array(z.enum(COMMITMENTS))
    .optional()
    .describe("Commitments of the message that put a date in this zone"),
  increase: tolerance.default({}),
  decrease: tolerance.default({}),
});

/**
 * Each zone begins where the one before ends, so the last days rise and only the last zone of days has none. A zone that has
 * commitments and no last day is reached by its commitments alone and may stand anywhere.
 */
function checkZones(zones: readonly z.infer<typeof zone>[], issues: z.core.$RefinementCtx): void {
  const refuse = (path: PropertyKey[], message: string) => issues.addIssue({ code: "custom", path, message });
  const names = new Set<string>();
  let last = -1;
  let open: string | undefined;
  for (const [n, { name, untilDay, commitments }] of zones.entries()) {
    if (names.has(name)) refuse([n, "name"], "a name that no other zone has");
    names.add(name);
    const byDays = untilDay !== undefined || commitments === undefined;
    if (byDays && open !== undefined)
      refuse([n], `no zone behind ${open}, which has no untilDay and takes every later day`);
    if (byDays && untilDay === undefined) open = name;
    if (untilDay !== undefined && untilDay <= last)
      refuse([n, "untilDay"], `a day after ${last}, where the zone before ends`);
    if (untilDay !== undefined) last = untilDay;
  }
}

export const policy = z
  .strictObject({
    version: z.literal(1).default(1).describe("Version of this file's format"),
    description: z.string().optional().describe("What the policy is for, for people"),
    first: z.enum(["hold", "accept"]).default("hold").describe("What becomes of the first schedule of an account"),
    zonesBy: z
      .enum(["days", "commitment"])
      .default("days")
      .describe("Which wins where a date has both: days of the policy or the message's own commitment"),
    zones: z
      .array(zone)
      .min(1)
      .superRefine(checkZones)
      .default([{ name: "all", increase: {}, decrease: {} }])
      .describe("Zones from the business date on, each with what passes by itself"),
    moves: z
      .strictObject({
        days: z.number().int().nonnegative().default(28).describe("Farther than this a move is a cut and an addition"),
      })
      .prefault({})
      .describe("When a quantity that went and came counts as moved"),
    mayRelease: z
      .strictObject({
        layers: z
          .array(z.enum(LAYERS))
          .optional()
          .describe(
            "Layers that authorise shipping; unless told, call-offs alone where the partner sends any for the item",
          ),
        commitments: z.array(z.enum(["firm", "immediate", "manufacturing", "material"])).default(["firm", "immediate"]),
        unmarked: z.boolean().default(true).describe("Steps without any commitment code"),
        backlog: z.boolean().default(true).describe("Backlog that is not marked planned"),
      })
      .prefault({})
      .describe("What of an accepted schedule may become orders"),
    mismatch: z
      .strictObject({ quantity: size.default("0"), days: z.number().int().nonnegative().default(0) })
      .prefault({})
      .describe("Unexplained difference between their received and our shipped cumulative that is let pass"),
    exceeds: z
      .strictObject({ percent: size.default("0") })
      .prefault({})
      .describe("How far the releasable part may go beyond the contract"),
    horizon: z
      .strictObject({ cumulative: size.optional().describe("Most that may be added beyond the old curve's end") })
      .prefault({})
      .describe("What a schedule may add beyond the end of the one before"),
    packs: z.enum(["ignore", "warn", "hold"]).default("warn").describe("Steps that are no multiple of the pack"),
    missingItem: z
      .enum(["keep", "zero", "ask"])
      .default("ask")
      .describe("An item a complete message does not list any more"),
    sameNumberOtherContent: z
      .enum(["revise", "hold"])
      .default("revise")
      .describe("A release number that comes again with other content"),
    changes: z
      .enum(["propose", "do", "carry"])
      .default("do")
      .describe("What happens to open child orders when accepted demand changes"),
  })
  .describe("A policy: zones, tolerances and what may be released");

export type Policy = z.infer<typeof policy>;
export type PolicyZone = Policy["zones"][number];
export type Tolerance = PolicyZone["increase"];
