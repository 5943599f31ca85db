/** Errors that a caller can act on. Any other exception is a bug and gives a 500 without details. */

/** An error of the API: a code, a sentence, and the field and value to change. */
export class Problem extends Error {
  override name = "Problem";
  readonly status: 400 | 401 | 403 | 404 | 408 | 409 | 413 | 415 | 421 | 422 | 429 | 503;
  readonly code: string;
  readonly field: string | undefined;
  readonly value: unknown;
  /** The possible meanings of an ambiguous value. */
  readonly readings: string[] | undefined;
  /** With 429 and 503: when to retry, in seconds. */
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

/** 422: the request is well-formed, but this value is invalid. */
export const invalid = (code: string, message: string, field: string, value: unknown) =>
  new Problem(422, code, message, { field, value });

/** 404, also for another workspace's things, so that it does not reveal whether they exist. */
export const notFound = (what: string, id: string) =>
  new Problem(404, "not_found", `There is no ${what} ${id}.`, { field: "id", value: id });

/** 409: it conflicts with existing data. */
export const conflict = (code: string, message: string, about: { field?: string; value?: unknown } = {}) =>
  new Problem(409, code, message, about);

/** 403: the caller is authenticated, but not permitted. */
export const forbidden = (code: string, message: string, about: { field?: string; value?: unknown } = {}) =>
  new Problem(403, code, message, about);

/** Puts the name of what holds the fields before the field of a problem. */
export function within<T>(field: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { status, code, message, value, readings } = error;
    throw new Problem(status, code, message, {
      field: `${field}.${error.field}`,
      value,
      ...(readings && { readings }),
      cause: error,
    });
  }
}
