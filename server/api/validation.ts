/** Validates requests against the contract; errors name the field and its value. */
import type { FastifySchemaCompiler } from "fastify";
import type { z } from "zod";
import { Problem } from "../kit/errors.ts";
import { impossibleCharacter } from "./failures.ts";

/** Fields whose value is not repeated in errors, which may be logged, cached and displayed. */
const secret = /password|token|secret|^key$|api_key/i;
const longestValue = 200;

export const validatorCompiler: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart }) => {
  return (data) => {
    // An invalid path parameter names nothing, so it is 404.
    const status = httpPart === "params" ? 404 : 422;
    const text = httpPart === "body" ? null : findImpossible(data);
    if (text) return { error: impossibleCharacter(text) };
    // A request without a body; whether it needs one is up to the schema.
    const result = schema.safeParse(httpPart === "body" && data === null ? undefined : data);
    if (result.success) return { value: result.data };
    return { error: describeIssue(result.error.issues[0], data, status) };
  };
};

function describeIssue(issue: z.core.$ZodIssue | undefined, data: unknown, status: 404 | 422): Problem {
  const path = issue?.path.map(String) ?? [];
  const field = path.length > 0 ? path.join(".") : "body";
  const value = secret.test(path.at(-1) ?? "") ? undefined : shown(valueAt(data, path));
  const message = `${field}: ${issue?.message ?? "is not valid"}`;
  const code = status === 404 ? "not_found" : "invalid";
  return new Problem(status, code, message, value === undefined ? { field } : { field, value });
}

function valueAt(data: unknown, path: string[]): unknown {
  return path.reduce<unknown>((inside, key) => (inside as Record<string, unknown> | undefined | null)?.[key], data);
}

/** A short value unchanged, the beginning of a long text, nothing of a structure. */
function shown(value: unknown): unknown {
  if (typeof value === "string" && value.length > longestValue) return `${value.slice(0, longestValue)}…`;
  if (value !== null && typeof value === "object") return undefined;
  return value;
}

/**
 * The path of the first text with U+0000 or half a surrogate pair, which PostgreSQL cannot store in text or JSON; they come only
 * from mistakes and attacks. Not recursive, because a megabyte of nested brackets would overflow the stack.
 */
export function findImpossible(value: unknown): string | null {
  const rest: { inside: unknown; parent: Step | null; key: string }[] = [{ inside: value, parent: null, key: "" }];
  for (let step = rest.pop(); step; step = rest.pop()) {
    const { inside } = step;
    if (typeof inside === "string" && isImpossible(inside)) return pathOf(step);
    if (inside === null || typeof inside !== "object") continue;
    for (const [key, next] of Object.entries(inside).reverse()) {
      if (isImpossible(key)) return pathOf(step);
      rest.push({ inside: next, parent: step, key });
    }
  }
  return null;
}

interface Step {
  parent: Step | null;
  key: string;
}

const isImpossible = (text: string) => text.includes("\0") || !text.isWellFormed();

/** `properties.a`; `body` for the value as a whole. */
function pathOf(step: Step): string {
  const keys: string[] = [];
  for (let at = step; at.parent; at = at.parent) keys.push(at.key);
  return keys.reverse().join(".").slice(0, longestValue) || "body";
}
