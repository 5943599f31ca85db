/** The configuration of a carrier's form: one entry for each setting. */
import type { carriers } from "../../locales/en/carriers.ts";

/** The name of a setting or secret in contract/carriers.ts; its texts have the same key in the catalogue. */
export type FieldName = keyof (typeof carriers)["fields"];
export type GroupName = keyof (typeof carriers)["groups"];

export type FieldSpec = {
  name: FieldName;
  /** The initial value of a new connection, as typed; empty unless given. A test compares it with the contract's default. */
  initial?: string;
  required?: true;
  /** A row of its own. */
  wide?: true;
} & (
  | { as: "text"; most: number; pattern?: RegExp; nullable?: true }
  | { as: "secret"; most: number; nullable?: true }
  | { as: "number"; least: number; most: number; nullable?: true; inside?: "rates" }
  /** One of these options; with `codes` all but "auto" are numbers in the contract. */
  | { as: "choice"; values: readonly string[]; codes?: true }
  /** An SMPP tag, typed decimal or as 0x… */
  | { as: "tag"; least: number; most: number }
);

export interface CarrierFields {
  /** The settings that every connection needs. */
  main: readonly FieldSpec[];
  /** The settings with good defaults. */
  more: readonly { name: GroupName; fields: readonly FieldSpec[] }[];
}

/** All fields of a kind, in their order. */
export const everyField = ({ main, more }: CarrierFields): readonly FieldSpec[] => [
  ...main,
  ...more.flatMap((group) => group.fields),
];

/** Why a typed value is invalid: a key of the catalogue's `wrong`, or null. */
export function faultOf(spec: FieldSpec, typed: string): "number" | "pattern" | "tag" | null {
  const text = typed.trim();
  if (text === "") return null;
  if (spec.as === "text") return spec.pattern && !spec.pattern.test(text) ? "pattern" : null;
  if (spec.as !== "number" && spec.as !== "tag") return null;
  const number = readNumber(text, spec.as === "tag");
  return number !== null && number >= spec.least && number <= spec.most ? null : spec.as;
}

/** A typed whole number, or null. */
export function readNumber(text: string, hex = false): number | null {
  return /^\d{1,9}$/.test(text) || (hex && /^0x[0-9a-f]{1,8}$/i.test(text)) ? Number(text) : null;
}
