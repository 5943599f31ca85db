import type { PhoneNumberProblem } from "../../rules/phone-number-spelling.ts";
import { Problem } from "../kit/errors.ts";

const codes: Partial<Record<PhoneNumberProblem["code"], string>> = {
  ambiguous: "ambiguous_number",
  reformatted: "reformatted_number",
};

/** 422 for an invalid number: `ambiguous_number`, `reformatted_number`, else `invalid_number`. */
export const numberProblem = ({ code, problem, readings }: PhoneNumberProblem, field: string, value: string): Problem =>
  new Problem(422, codes[code] ?? "invalid_number", problem, { field, value, readings });
