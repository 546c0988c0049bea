/** Whether the derived figures of accounts, worked out again, are what is stored. */
import type { Configuration } from "../config/configuration.ts";
import { curveTexts } from "../orders/curves.ts";
import { accountsInForce, planOf } from "../orders/due-accounts.ts";
import { readSteps } from "../schedules/curve-text.ts";
import { nextOrderOn } from "../schedules/release-plan.ts";
import { select } from "../store/rows.ts";
import type { Queryable } from "../store/store.ts";
import { type AccountRow, account, revision } from "../store/tables.ts";
import type { PlainDate } from "../values/dates.ts";
import type { DoctorLine } from "./doctor-line.ts";

const AT_ONCE = 500;
const NAMED = 5;
const REMEDY =
  "Report it; accepting the next schedule of the account puts its plan right, calloff db restore goes back to a backup";

/** Next order dates and splits of every account with a plan. */
export async function planLines(
  from: Queryable,
  config: Pick<Configuration, "partners" | "gateway">,
  businessDate: PlainDate,
): Promise<DoctorLine[]> {
  const late: string[] = [];
  const strange: string[] = [];
  let checked = 0;
  for (let after = 0; ; ) {
    const accounts = await select(from, account, `WHERE id > :after ORDER BY id LIMIT ${AT_ONCE}`, { after });
    const last = accounts.at(-1);
    if (last === undefined) break;
    after = last.id;
    const known = accounts.filter(({ partner }) => config.partners.has(partner));
    const plans = await accountsInForce(from, config, known);
    const stated = await heights(from, known);
    checked += plans.length;
    for (const of of plans) {
      const { next_order_on } = of.account;
      const again = nextOrderOn(planOf(of, config, businessDate));
      // What is due already is due, whichever day in the past it was put down for.
      if (due(again, businessDate) !== due(next_order_on, businessDate)) {
        late.push(`${nameOf(of.account)} (stored ${next_order_on || "none"}, again ${again || "none"})`);
      }
      const said = stated.get(of.account.id);
      if (said === undefined) continue;
      const lost = of.steps.find(({ layer, cumulative }) => layer !== "hand" && !said.has(cumulative));
      if (lost !== undefined) strange.push(`${nameOf(of.account)} on ${lost.date}`);
    }
  }
  return [
    line("next orders", late, "accounts with another next order date", `worked out again for ${checked} accounts`),
    line("plans", strange, "splits that no accepted schedule states", `${checked} plans state what was accepted`),
  ];
}

const nameOf = ({ partner, identity }: AccountRow): string => `${partner}/${identity}`;
const due = (date: string, on: PlainDate): string => (date !== "" && date <= on ? "due" : date);

/** The heights that the schedules in force state, by account; accounts whose two layers are laid over each other are left out. */
async function heights(from: Queryable, accounts: readonly AccountRow[]): Promise<Map<number, Set<bigint>>> {
  const single = accounts.flatMap(({ id, forecast_revision_id: forecast, call_off_revision_id: callOff }) =>
    (forecast === null) === (callOff === null) ? [] : [{ id, revisionId: (forecast ?? callOff) as number }],
  );
  if (single.length === 0) return new Map();
  const revisions = await select(from, revision, "WHERE id IN (:ids)", {
    ids: single.map(({ revisionId }) => revisionId),
  });
  const curves = new Map(revisions.map(({ id, curve_id }) => [id, curve_id]));
  const texts = await curveTexts(from, [...curves.values()]);
  return new Map(
    single.map(({ id, revisionId }) => {
      const steps = readSteps(texts.get(curves.get(revisionId) ?? 0) ?? "");
      return [id, new Set<bigint>(steps.map(({ cumulative }) => cumulative))];
    }),
  );
}

function line(subject: string, wrong: readonly string[], what: string, good: string): DoctorLine {
  if (wrong.length === 0) return { subject, health: "ok", message: good };
  const more = wrong.length > NAMED ? " …" : "";
  return {
    subject,
    health: "fail",
    message: `${wrong.length} ${what}: ${wrong.slice(0, NAMED).join(", ")}${more}`,
    remedy: REMEDY,
  };
}
