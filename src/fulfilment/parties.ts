/** The parties that ship notices and invoices name. */
import type { Gateway } from "../config/gateway.ts";
import type { Partner } from "../config/partner.ts";
import type { IdentifiedParty, Party } from "../documents/fields.ts";
import { normalForm } from "../values/identifiers.ts";

/** Name and address of a ship-to as the partner's file gives them, with its code as the customer spells it. */
export function shipToParty(partner: Partner, code: string): Party {
  const normal = normalForm(code);
  const known =
    partner.shipTos[code] ?? Object.entries(partner.shipTos).find(([key]) => normalForm(key) === normal)?.[1];
  return { scheme: "customer", code, ...known };
}

/** Our company: name, address and the code it is known by. */
export function ourParty({ company }: Gateway): Party {
  const code = company.code === undefined ? {} : { scheme: company.codeScheme, code: company.code };
  return { name: company.name, ...code, ...company.address };
}

/** A party in a role. */
export const as = (role: string, party: Party): IdentifiedParty => ({ role, ...party });
