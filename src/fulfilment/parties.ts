/** The parties that ship notices and invoices name. */
import type { Gateway } from "../config/gateway.ts";
import type { Partner } from "../config/partner.ts";
import type { IdentifiedParty, Party } from "../documents/fields.ts";

/** Our company: name, address and the code it is known by; to a partner that calls us otherwise, as he does. */
export function ourParty({ company }: Gateway, { us }: Pick<Partner, "us">): Party {
  if (us !== undefined) return { name: company.name, ...company.address, ...us };
  const code = company.code === undefined ? {} : { scheme: company.codeScheme, code: company.code };
  return { name: company.name, ...code, ...company.address };
}

/** The buyer: by the partner's name, with the code and address that the partner's file says he buys under. */
export const buyerParty = ({ name, buyer }: Pick<Partner, "name" | "buyer">): Party => ({ name, ...buyer });

/** A party in a role. */
export const as = (role: string, party: Party): IdentifiedParty => ({ role, ...party });
