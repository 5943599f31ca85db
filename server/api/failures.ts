/** Turns every error of a request into the API's error shape. */
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import type { Failure } from "../../contract/shapes.ts";
import { isDatabaseAway } from "../kit/database-away.ts";
import { Problem } from "../kit/errors.ts";

/** Responds with an error; one that the caller did not cause is logged, and sent without details. */
export function answerFailure(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = asProblem(error, request);
  // The rest of the body will not be read, so the connection cannot be used again.
  if (!request.raw.complete) reply.header("connection", "close");
  if (!problem) {
    request.log.error({ err: error, request_id: request.id }, "a request failed");
    return send(reply, 500, {
      error: {
        code: "internal_error",
        message: `Something went wrong here. It is logged as request ${request.id}.`,
      },
    });
  }
  if (problem.status === 503) request.log.warn({ err: error, request_id: request.id }, "a request could not be served");
  if (problem.retryAfter !== undefined) reply.header("retry-after", String(problem.retryAfter));
  if (problem.status === 401) reply.header("www-authenticate", 'Bearer realm="Varsla"');
  return send(reply, problem.status, failureOf(problem));
}

/** A problem as the API writes it. */
export function failureOf(problem: Problem): Failure {
  const { code, message, field, value, readings } = problem;
  return {
    error: {
      code,
      message,
      ...(field === undefined ? {} : { field }),
      ...(value === undefined ? {} : { value }),
      ...(readings === undefined ? {} : { readings }),
    },
  };
}

// The route's own serializer only knows the success schema.
function send(reply: FastifyReply, status: number, failure: Failure): FastifyReply {
  return reply
    .code(status)
    .serializer((body: unknown) => JSON.stringify(body))
    .type("application/json; charset=utf-8")
    .send(failure);
}

function asProblem(error: unknown, request: FastifyRequest): Problem | null {
  if (error instanceof Problem) return error;
  if (isDatabaseAway(error)) {
    return new Problem(503, "database_unavailable", "The database cannot be reached. Try again in a moment.", {
      retryAfter: 2,
      cause: error,
    });
  }
  const { code, statusCode = 500 } = error as Partial<FastifyError>;
  if (code === undefined) return null;
  const known = byFastify[code] ?? byPostgres[code];
  if (known) return known(error as FastifyError, request);
  // Other errors that Fastify reports as 4xx are the caller's.
  if (code.startsWith("FST_") && statusCode >= 400 && statusCode < 500)
    return new Problem(400, "malformed_request", "The request is malformed.", { cause: error });
  return null;
}

/** Fastify's errors from before a handler runs. */
const byFastify: Record<string, (error: FastifyError, request: FastifyRequest) => Problem> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () =>
    new Problem(415, "unsupported_media_type", "This call takes another Content-Type; see /docs.", {
      field: "Content-Type",
    }),
  FST_ERR_CTP_BODY_TOO_LARGE: (_error, request) => bodyTooLarge(request.routeOptions.bodyLimit),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () =>
    new Problem(400, "malformed_request", "The body is shorter or longer than Content-Length says."),
  FST_ERR_CTP_INVALID_JSON_BODY: (error) => malformedJson(error),
  FST_ERR_BAD_URL: () => new Problem(400, "malformed_url", "The URL is malformed."),
  FST_ERR_MAX_PARAM_LENGTH: () => new Problem(404, "not_found", "There is nothing here."),
  // Paths that no file of the web app can have: a too long name, U+0000, a way out of its folder.
  FST_STATIC_FORBIDDEN_PATH: () => new Problem(404, "not_found", "There is nothing here."),
  ENAMETOOLONG: () => new Problem(404, "not_found", "There is nothing here."),
};

/** PostgreSQL's errors about values that passed the schemas. */
const byPostgres: Record<string, () => Problem> = {
  "22021": () => impossibleCharacter(), // character_not_in_repertoire: NUL in a text
  "22P05": () => impossibleCharacter(), // untranslatable_character: NUL in JSON
};

/** 413; `limit` in bytes. */
export function bodyTooLarge(limit: number): Problem {
  const kib = 1024;
  const size = limit % (kib * kib) === 0 ? `${limit / kib / kib} MiB` : limit % kib === 0 ? `${limit / kib} KiB` : null;
  return new Problem(413, "body_too_large", `The body is larger than ${size ?? `${limit} bytes`}.`, { field: "body" });
}

/** 400: the body is not JSON. */
export function malformedJson(cause: unknown): Problem {
  return new Problem(400, "malformed_json", "The body is not valid JSON.", { cause });
}

/** 422: a text with U+0000 or half a surrogate pair, which no text column can store. */
export function impossibleCharacter(field?: string): Problem {
  return new Problem(
    422,
    "impossible_character",
    "A text holds U+0000 or half a surrogate pair, which are no characters.",
    field === undefined ? {} : { field },
  );
}
