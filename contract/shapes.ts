/** Shapes that every resource shares. */
import { z } from "zod";
import { trimBlank } from "../rules/blank.ts";

/** The UUIDv7 of a resource. */
export const Id = z.uuid().describe("UUIDv7");
/** An instant, ISO 8601 in UTC. */
export const Instant = z.iso.datetime({ offset: true }).describe("ISO 8601 instant");
/** Control characters, line breaks of every kind, and characters that change the direction of the text around them. */
export const unfitForNames = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

/**
 * The name of a person or thing. It is shown in lists, mails and texts, so it is one line, composed (NFC), without blank or
 * invisible characters around it.
 */
export const name = (most: number, least = 1) =>
  z
    .string()
    .overwrite((text) => trimBlank(text).normalize("NFC"))
    .min(least)
    .max(most)
    .refine(
      (text) => !unfitForNames.test(text),
      "a name has no control characters, line breaks or changes of direction",
    );

/** The path parameter of calls on one resource. */
export const ById = z.object({ id: Id });

/** Cursor paging: pass `next_cursor` of one answer as `cursor` of the next request. */
export const Paging = {
  cursor: z.string().max(500).optional().describe("next_cursor of the previous page"),
  limit: z.coerce.number().int().min(1).max(200).default(50),
};

/** One page of a list; `next_cursor` is null on the last. */
export function page<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), next_cursor: z.string().nullable() });
}

/** Every failure has this shape; `field` and `value` name what the caller can change. */
export const Failure = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    field: z.string().optional(),
    value: z.unknown().optional(),
    readings: z
      .array(z.string())
      .optional()
      .describe("for digits that can mean several numbers: each of them, to give one of them instead"),
  }),
});
export type Failure = z.infer<typeof Failure>;

export const Language = z.enum(["en", "nb", "sv", "da"]);
export type Language = z.infer<typeof Language>;
/** ISO 3166-1 alpha-2, upper case. */
export const Country = z.string().regex(/^[A-Z]{2}$/, "a country is two capital letters (ISO 3166-1), like NO");
/** IANA time zone; whether it exists is checked by the server against its own zone data. */
export const TimeZone = z.string().min(1).max(64);

/** Something that has a name. */
export const Named = z.object({ id: Id, name: z.string() });
