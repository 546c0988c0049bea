/**
 * Schedule lines entered by hand: a revision like any other, with a message of its own and no file, accepted by whoever
 * enters it (features.md A4). Its dates are scheduled order dates; what has no date is the remainder and no row.
 */
import { writeSteps } from "../schedules/curve-text.ts";
import type { LayeredStep } from "../schedules/types.ts";
import { insert, insertOne, select, selectSome } from "../store/rows.ts";
import type { Queryable, Tx } from "../store/store.ts";
import { type AccountRow, account, decision, message, revision } from "../store/tables.ts";
import type { Occasion } from "../values/clock.ts";
import { plainDate } from "../values/dates.ts";
import { NOTHING, plus, type Quantity } from "../values/figures.ts";
import type { OrdersConfiguration } from "./configuration.ts";
import { keepCurves } from "./curves.ts";
import { lookAgain } from "./due-accounts.ts";
import { type NewPlan, putInForce } from "./plan-in-force.ts";
import { apart, type PlannedStep } from "./planned-steps.ts";

/** One schedule line by hand. */
export interface HandSplit {
  /** Scheduled order date; empty is undated, and undated is never released. */
  readonly date: string;
  readonly quantity: bigint;
  readonly customerOrderNumber: string;
  readonly purchaseOrderCreatedOn: string;
  readonly allocate: boolean;
}

export interface HandSchedule {
  readonly account: AccountRow;
  readonly lineId: number;
  readonly lineNumber: number;
  readonly splits: readonly HandSplit[];
}

export type HandConfiguration = Pick<OrdersConfiguration, "partners" | "gateway">;

/** The type of the message row that an entry by hand has instead of a file. */
export const BY_HAND = "hand";

/** The splits' steps in date order on a base of nothing, those of one day and customer order as one. */
export function stepsByHand(splits: readonly HandSplit[]): Omit<PlannedStep, "lineId">[] {
  const days = new Map<string, HandSplit>();
  for (const split of splits) {
    if (split.date === "") continue;
    const key = `${split.date} ${split.customerOrderNumber}`;
    const same = days.get(key);
    days.set(key, same === undefined ? split : { ...split, quantity: same.quantity + split.quantity });
  }
  let cumulative: Quantity = NOTHING;
  return [...days]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, split]) => {
      cumulative = plus(cumulative, split.quantity as Quantity);
      const date = plainDate(split.date);
      const step: LayeredStep = {
        layer: "hand",
        date,
        kind: "dated",
        timing: "day",
        from: date,
        to: date,
        cumulative,
        commitment: "",
        customerOrderNumber: split.customerOrderNumber,
        reference: "",
        referenceKind: "",
        window: "",
        route: "",
        segment: 0,
      };
      return {
        step,
        orderOn: date,
        releasable: true,
        allocate: split.allocate,
        purchaseOrderCreatedOn: split.purchaseOrderCreatedOn,
      };
    });
}

/**
 * Puts schedules by hand in force; what is accepted by hand is judged by nobody.
 * @param source what they were entered with, e.g. `BA-000001 version 2`
 */
export async function acceptByHand(
  tx: Tx,
  config: HandConfiguration,
  occasion: Occasion,
  partner: string,
  source: string,
  schedules: readonly HandSchedule[],
): Promise<void> {
  if (schedules.length === 0) return;
  const plans = schedules.map((schedule) => ({ schedule, steps: stepsByHand(schedule.splits) }));
  const messageId = await insertOne(tx, message, {
    type: BY_HAND,
    control: source,
    state: "applied",
    lines_applied: plans.length,
  });
  const texts = plans.map(({ steps }) => writeSteps(steps.map(({ step }) => step)));
  const curveIds = await keepCurves(tx, texts);
  const before = await forecastsBefore(tx, schedules);
  const revisionIds = await insert(
    tx,
    revision,
    plans.map(({ schedule: { account: of, lineNumber }, steps }, n) => ({
      account_id: of.id,
      partner,
      identity: of.identity,
      customer_part: of.customer_part,
      ship_to: of.ship_to,
      order_number: of.order_ref,
      layer: "forecast",
      message_id: messageId,
      document_line: lineNumber,
      issued_on: occasion.businessDate,
      dates: "delivery",
      cumulatives: "shipped",
      horizon_from: occasion.businessDate,
      horizon_to: steps.at(-1)?.step.date ?? occasion.businessDate,
      curve_id: curveIds.get(texts[n] as string) as number,
      unit: of.unit,
      judged_on: occasion.businessDate,
      state: "accepted",
      cause: BY_HAND,
      // Where the goods go is the customer's to say.
      directions: before.get(of.forecast_revision_id ?? 0) ?? "",
    })),
  );
  await insert(
    tx,
    decision,
    revisionIds.map((revisionId) => ({
      revision_id: revisionId,
      verb: "accept",
      who: occasion.who,
      reason: "entered by hand",
      business_date: occasion.businessDate,
      decided_at: occasion.instant,
      request_key: `revision:${revisionId}`,
    })),
  );
  await putInForce(
    tx,
    plans.map(
      ({ schedule, steps }, n): NewPlan => ({
        account: schedule.account,
        layer: "forecast",
        revisionId: revisionIds[n] as number,
        steps: apart(steps.map((step) => ({ ...step, lineId: schedule.lineId }))),
        nextOrderOn: "",
      }),
    ),
  );
  const accountIds = schedules.map((schedule) => schedule.account.id);
  await lookAgain(tx, config, await select(tx, account, "WHERE id IN (:accountIds)", { accountIds }), occasion);
}

/** By id, the directions of the forecasts in force. */
async function forecastsBefore(from: Queryable, schedules: readonly HandSchedule[]): Promise<Map<number, string>> {
  const ids = schedules.flatMap(({ account: of }) => of.forecast_revision_id ?? []);
  if (ids.length === 0) return new Map();
  const rows = await selectSome(from, revision, ["id", "directions"], "WHERE id IN (:ids)", { ids });
  return new Map(rows.map(({ id, directions }) => [id, directions]));
}
