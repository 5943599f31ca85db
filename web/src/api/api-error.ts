import type { Failure } from "../../../contract/shapes.ts";

/** What kept a call from succeeding, in a form that pages can act on. */
export class ApiError extends Error {
  override name = "ApiError";
  /** The HTTP status, or 0 when no answer came. */
  readonly status: number;
  /** The server's problem code; `offline` without an answer, `unreadable` when the answer was not ours. */
  readonly code: string;
  /** Which field to change, as the server calls it: dots lead into objects. */
  readonly field: string | undefined;
  readonly value: unknown;
  /** What the value can mean, where it is refused for meaning more than one thing. */
  readonly readings: readonly string[];

  constructor(
    status: number,
    code: string,
    message: string,
    about: { field?: string; value?: unknown; readings?: string[] } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.field = about.field;
    this.value = about.value;
    this.readings = about.readings ?? [];
  }
}

/** Reads a failed answer: ours, better-auth's (`{ code, message }`), or whatever a proxy put in between. */
export function readFailure(status: number, body: string): ApiError {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return new ApiError(status, "unreadable", `HTTP ${status}`);
  }
  if (typeof parsed !== "object" || parsed === null) return new ApiError(status, "unreadable", `HTTP ${status}`);
  const failure = (parsed as Partial<Failure>).error;
  if (failure && typeof failure.code === "string") {
    const { code, message, field, value, readings } = failure;
    return new ApiError(status, code, message, { field, value, readings });
  }
  const other = parsed as { code?: unknown; message?: unknown };
  if (typeof other.code === "string") {
    return new ApiError(status, other.code.toLowerCase(), typeof other.message === "string" ? other.message : "");
  }
  return new ApiError(status, "unreadable", typeof other.message === "string" ? other.message : `HTTP ${status}`);
}

/** Whether trying again later may help: nothing about the request itself was wrong. */
export function isPassing(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 0 || error.status === 429 || error.status >= 500);
}
