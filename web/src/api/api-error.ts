import type { Failure } from "../../../contract/shapes.ts";

/** Why a call failed, in a form that pages can act on. */
export class ApiError extends Error {
  override name = "ApiError";
  /** The HTTP status, or 0 without a response. */
  readonly status: number;
  /** The server's problem code; `offline` without a response, `unreadable` when the response was not the server's own. */
  readonly code: string;
  /** The field to change, as the server names it: dots lead into objects. */
  readonly field: string | undefined;
  readonly value: unknown;
  /** The possible meanings of the value, where it is refused as ambiguous. */
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

/** Reads a failed response: the server's own, better-auth's (`{ code, message }`), or one that a proxy produced. */
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

/** Whether a retry may help: nothing about the request itself was wrong. */
export function isPassing(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 0 || error.status === 429 || error.status >= 500);
}
