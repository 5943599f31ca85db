/** The kinds of connection: the schemas of their settings and secrets. */
import type { z } from "zod";
import { type CarrierKind, SmppSecrets, SmppSettings, TwilioSecrets, TwilioSettings } from "../../contract/carriers.ts";
import { Problem } from "../kit/errors.ts";

const kinds = {
  twilio: { settings: TwilioSettings, secrets: TwilioSecrets },
  smpp: { settings: SmppSettings, secrets: SmppSecrets },
} as const satisfies Record<CarrierKind, { settings: z.ZodType; secrets: z.ZodType }>;

type Part = "settings" | "secrets";

/** Settings or secrets of a kind, with defaults filled in. 400 `invalid_input` naming the first invalid field. */
export function readPart(kind: CarrierKind, part: Part, value: object): Record<string, unknown> {
  const read = kinds[kind][part].safeParse(value);
  if (read.success) return read.data;
  const issue = read.error.issues[0];
  const path = issue?.path.map(String) ?? [];
  const field = [part, ...path].join(".");
  const given = path.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value);
  // A secret is never repeated, not even to the caller who just sent it.
  const shown = part === "secrets" ? {} : { value: given ?? null };
  throw new Problem(400, "invalid_input", `${field}: ${issue?.message ?? "is not valid"}`, { field, ...shown });
}
