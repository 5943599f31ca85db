/** What a form of a carrier is configured with: one entry a setting. */
import type { carriers } from "../../messages/en/carriers.ts";

/** The name of a setting or secret in contract/carriers.ts; its texts stand in the catalogue under the same name. */
export type FieldName = keyof (typeof carriers)["fields"];
export type GroupName = keyof (typeof carriers)["groups"];

export type FieldSpec = {
  name: FieldName;
  /** What a new connection begins with, as typed; empty unless given. A test holds it against the contract's default. */
  initial?: string;
  required?: true;
  /** A row of its own. */
  wide?: true;
} & (
  | { as: "text"; most: number; pattern?: RegExp; nullable?: true }
  | { as: "secret"; most: number; nullable?: true }
  | { as: "number"; least: number; most: number; nullable?: true; inside?: "rates" }
  /** One of these; with `codes` all but "auto" are numbers to the contract. */
  | { as: "choice"; values: readonly string[]; codes?: true }
  /** A tag of SMPP, typed decimal or as 0x… */
  | { as: "tag"; least: number; most: number }
);

export interface CarrierFields {
  /** What nobody can do without. */
  main: readonly FieldSpec[];
  /** What has a good default. */
  more: readonly { name: GroupName; fields: readonly FieldSpec[] }[];
}

/** All fields of a kind, in their order. */
export const everyField = ({ main, more }: CarrierFields): readonly FieldSpec[] => [
  ...main,
  ...more.flatMap((group) => group.fields),
];

/** What a field must be, where what is typed is not it: a key of the catalogue's `wrong`, or null. */
export function faultOf(spec: FieldSpec, typed: string): "number" | "pattern" | "tag" | null {
  const text = typed.trim();
  if (text === "") return null;
  if (spec.as === "text") return spec.pattern && !spec.pattern.test(text) ? "pattern" : null;
  if (spec.as !== "number" && spec.as !== "tag") return null;
  const number = readNumber(text, spec.as === "tag");
  return number !== null && number >= spec.least && number <= spec.most ? null : spec.as;
}

/** A whole number as typed, or null. */
export function readNumber(text: string, hex = false): number | null {
  return /^\d{1,9}$/.test(text) || (hex && /^0x[0-9a-f]{1,8}$/i.test(text)) ? Number(text) : null;
}
