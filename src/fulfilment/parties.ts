/** The parties that ship notices and invoices name. */
import type { Gateway } from "../config/gateway.ts";
import type { IdentifiedParty, Party } from "../documents/fields.ts";

/** Our company: name, address and the code it is known by. */
export function ourParty({ company }: Gateway): Party {
  const code = company.code === undefined ? {} : { scheme: company.codeScheme, code: company.code };
  return { name: company.name, ...code, ...company.address };
}

/** A party in a role. */
export const as = (role: string, party: Party): IdentifiedParty => ({ role, ...party });
