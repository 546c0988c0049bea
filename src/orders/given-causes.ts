/** What holds a line before its curve is looked at. */
import { CAUSES } from "../schedules/causes.ts";
import { type JudgeInput, judgeMissing } from "../schedules/verdict.ts";
import { isExpired } from "./agreement-states.ts";
import type { Judgement, LineGround } from "./judged-line.ts";
import { purposeOf } from "./purpose.ts";
import { sameUnit } from "./units.ts";

type Given = NonNullable<JudgeInput["given"]>[number];

/** @param isSameNumber whether the release has the number of one before it, with other content */
export function givenCauses({ matched }: LineGround, judgement: Judgement, isSameNumber: boolean): Given[] {
  const { policy } = judgement.policy;
  const causes = [
    ofPurpose(judgement),
    ofPlace(matched, judgement),
    ofAgreement(matched, judgement),
    ofUnit(matched),
    matched.missing === true ? judgeMissing(policy).cause : undefined,
    isSameNumber && policy.sameNumberOtherContent === "hold" ? ("same-number" as const) : undefined,
  ];
  return causes.filter((cause) => cause !== undefined);
}

function ofPurpose({ document, partner }: Judgement): Given | undefined {
  if (purposeOf(document, partner) !== "hold") return undefined;
  return { cause: "purpose", sentence: `${CAUSES.purpose.replace(/\.$/, "")}: ${document.purpose ?? ""}` };
}

function ofPlace({ key, unplaced }: LineGround["matched"], { twice }: Judgement): Given | undefined {
  if (unplaced !== undefined) return unplaced;
  if (!twice.has(key)) return undefined;
  return { cause: "which-line", sentence: "Several lines of the message are for this account" };
}

function ofAgreement({ drawn }: LineGround["matched"], { businessDate }: Judgement): Given | undefined {
  if (drawn === undefined) return undefined;
  const { expires_on, number, state } = drawn.agreement;
  if (isExpired(drawn.agreement, businessDate)) {
    return { cause: "expired", sentence: `Blanket order ${number} expired on ${expires_on}` };
  }
  return state === "open" ? undefined : { cause: "not-open", sentence: `Blanket order ${number} is ${state}` };
}

function ofUnit({ drawn, line }: LineGround["matched"]): Given | undefined {
  const unit = drawn?.line.unit;
  const stated = line.unit ?? "";
  if (unit === undefined || sameUnit(stated, unit)) return undefined;
  return { cause: "unit", sentence: `Its unit is ${stated}, the line's is ${unit}` };
}
