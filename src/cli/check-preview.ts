import type { CheckedFile } from "../answers/check-file.ts";
import type { Partner } from "../config/partner.ts";
import type { Invocation } from "./frame.ts";

export interface Preview {
  readonly lines: readonly string[];
}

export const previewOf = async (_i: Invocation, _p: Partner, _c: CheckedFile): Promise<Preview> => ({ lines: [] });
export const previewInWords = (_preview: Preview): string => "";
