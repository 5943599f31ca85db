/** What a body may be: JSON up to 1 MiB, CSV as a stream, and anything that its sender has signed, as the contract says. */
import type { FastifyInstance } from "fastify";
import type { Endpoint } from "../../contract/endpoint.ts";
import { impossibleCharacter, malformedJson } from "./failures.ts";
import { findImpossible } from "./validation.ts";

export const jsonLimit = 1024 * 1024;
/** A text of 1,600 emoji with ten links to pictures has two thirds of that. */
const signedLimit = 32 * 1024;

/** How many octets the body of an endpoint may have. CSV is a stream, and has no limit of this kind. */
export const bodyLimitOf = (endpoint: Pick<Endpoint, "signed">): number => (endpoint.signed ? signedLimit : jsonLimit);

/** Takes whatever comes and reads none of it: where nothing is, a body has nobody to be wrong for. */
export function takeNothing(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, _payload, done) => done(null, undefined));
}

/** Takes JSON and nothing else. An empty body is none, whatever its Content-Type says. */
export function takeJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<string>(
    ["application/json", "application/*+json"],
    { parseAs: "string", bodyLimit: jsonLimit },
    (_request, body, done) => {
      if (body.trim() === "") return done(null, undefined);
      let parsed: unknown;
      try {
        parsed = JSON.parse(body);
      } catch (error) {
        return done(malformedJson(error) as Error);
      }
      // The escapes of U+0000 and of surrogates are rare enough to be searched for before the structure is walked.
      const suspect = /\\u(0000|d[89a-f])/i.test(body) ? findImpossible(parsed) : null;
      if (suspect) return done(impossibleCharacter(suspect) as Error);
      done(null, parsed);
    },
  );
}

/** Takes CSV, handing its stream on unread: nothing is buffered, so nothing is too large. */
export function takeCsv(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("text/csv", (_request, payload, done) => done(null, payload));
}

/** Takes whatever comes, octet by octet: what it is, the signature decides. */
export function takeSigned(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>("*", { parseAs: "buffer", bodyLimit: signedLimit }, (_request, body, done) =>
    done(null, body),
  );
}
