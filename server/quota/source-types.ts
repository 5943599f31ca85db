/**
 * What messages are sent for: the word in a message's `source.type`, by which the usage is broken down. Each domain that sends messages
 * registers its own when its module is loaded, and the door takes no other. The contract says what each word means (`sourceTypes`), and
 * the web's catalogue of the subscription page has its name in every language.
 */
import { type RawBuilder, sql } from "kysely";
import type { SourceType } from "../../contract/messages.ts";

/**
 * Why a recipient gets such a message just now.
 * - unasked: the business decided so. Opt-outs, quiet hours and the frequency cap apply.
 * - asked: somebody has asked for it a moment ago. Neither quiet hours nor the cap apply.
 * - answer: it answers a text of the recipient's handset, which gets it also where it has opted out.
 */
export type Occasion = "unasked" | "asked" | "answer";

const occasions = new Map<string, Occasion>();

/** Registers a source type and returns its word. */
export function registerSourceType<T extends SourceType>(type: T, occasion: Occasion): T {
  const known = occasions.get(type);
  if (known && known !== occasion) throw new Error(`The source type ${type} is registered as ${known} already`);
  occasions.set(type, occasion);
  return type;
}

/** Throws where no domain has registered the type: nobody would know its rules or its name. */
export function requireSourceType(type: string): void {
  if (!occasions.has(type)) throw new Error(`${type} is no source type: register it with registerSourceType`);
}

export const registeredSourceTypes = (): string[] => [...occasions.keys()];

/** Whether quiet hours and the frequency cap apply. They do to a type that only another version knows. */
export const isUnasked = (type: string): boolean => (occasions.get(type) ?? "unasked") === "unasked";

/** Whether a message of this type is sent also to a number that has opted out. */
export const isAnswer = (type: string): boolean => occasions.get(type) === "answer";

/** Those types as an SQL list. Never empty, so that `in` can take it. */
export function answerTypes(): RawBuilder<unknown> {
  const types = registeredSourceTypes().filter(isAnswer).sort();
  return sql.raw(`(${["", ...types].map((type) => `'${type}'`).join(", ")})`);
}
