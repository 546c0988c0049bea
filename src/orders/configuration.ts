/** What the orders room needs of a home's configuration. */
import type { Gateway } from "../config/gateway.ts";
import type { Partner } from "../config/partner.ts";
import type { Policy } from "../config/policy.ts";
import { CalloffError } from "../values/errors.ts";

export interface NamedPolicy {
  readonly name: string;
  readonly policy: Policy;
  /** Hash of the policy's content, kept with every verdict. */
  readonly hash: string;
}

export interface OrdersConfiguration {
  readonly gateway: Gateway;
  readonly partners: ReadonlyMap<string, Partner>;
  readonly policyOf: (partner: Partner) => NamedPolicy;
}

/** The partner of that code. @throws CalloffError PARTNER_UNKNOWN. */
export function partnerNamed(config: Pick<OrdersConfiguration, "partners">, code: string, field = "partner"): Partner {
  const partner = config.partners.get(code);
  if (partner !== undefined) return partner;
  throw new CalloffError("PARTNER_UNKNOWN", `There is no partner ${JSON.stringify(code)}`, {
    place: { field },
    expected: `one of ${[...config.partners.keys()].join(", ") || "the partners in config/partners, of which there are none"}`,
    found: code,
    remedy: `Correct the code, or describe the partner in config/partners/${code}.yaml`,
  });
}
