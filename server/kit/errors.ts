/** Errors that a caller can act on. Anything else that is thrown is a fault of ours and answers 500 without details. */

/** What went wrong, in the words of the API: a code, a sentence, and the field and value to change. */
export class Problem extends Error {
  override name = "Problem";
  readonly status: 400 | 401 | 403 | 404 | 408 | 409 | 413 | 415 | 421 | 422 | 429 | 503;
  readonly code: string;
  readonly field: string | undefined;
  readonly value: unknown;
  /** What the value can mean, where it is refused for meaning more than one thing. */
  readonly readings: string[] | undefined;
  /** With 429 and 503: when to try again, in seconds. */
  readonly retryAfter: number | undefined;

  constructor(
    status: Problem["status"],
    code: string,
    message: string,
    about: { field?: string; value?: unknown; readings?: string[]; cause?: unknown; retryAfter?: number } = {},
  ) {
    super(message, about.cause === undefined ? undefined : { cause: about.cause });
    this.status = status;
    this.code = code;
    this.field = about.field;
    this.value = about.value;
    this.readings = about.readings;
    this.retryAfter = about.retryAfter;
  }
}

/** 422: the request is well-formed, but this value cannot be. */
export const invalid = (code: string, message: string, field: string, value: unknown) =>
  new Problem(422, code, message, { field, value });

/** 404, also for what belongs to another workspace: which of the two it is, is nobody's business. */
export const notFound = (what: string, id: string) =>
  new Problem(404, "not_found", `There is no ${what} ${id}.`, { field: "id", value: id });

/** 409: it clashes with what is there already. */
export const conflict = (code: string, message: string, about: { field?: string; value?: unknown } = {}) =>
  new Problem(409, code, message, about);

/** 403: who is calling is known, and may not. */
export const forbidden = (code: string, message: string, about: { field?: string; value?: unknown } = {}) =>
  new Problem(403, code, message, about);
