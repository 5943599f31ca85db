/**
 * Short links: `https://<LINK_DOMAIN>/l/<code>`.
 *
 * link        an address as it is written in the text of a source
 * short link  one recipient's form of a link: its code leads to message and link
 * hit         a request for a short link, kept as a click with a verdict: human, repeat or robot
 */
import { createHmac, hkdfSync } from "node:crypto";
import { linkProblems } from "../../rules/links.ts";
import { codes } from "../../rules/short-link-code.ts";
import type { TemplateProblem } from "../../rules/template-check.ts";
import type { Config } from "../kit/config.ts";
import { createPreferenceLinks, type PreferenceLinks } from "./preference-links.ts";

/** The short links of an installation. */
export interface ShortLinks {
  /** What every short link begins with. */
  base: string;
  /**
   * The code of a message's link, the same each time: a preparation that is repeated writes the same text. Nobody without the
   * installation's key can guess it.
   */
  codeOf(messageId: string, linkId: string): bigint;
  /** What is wrong with the links of a text. */
  problemsOf(text: string, shorten: boolean): TemplateProblem[];
  /** Links to recipients' pages of preferences. */
  preferences: PreferenceLinks;
}

/** Scheme and host of the installation's links in texts. */
export const linkOriginOf = (config: Pick<Config, "public_url" | "link_domain">): string =>
  `${new URL(config.public_url).protocol}//${config.link_domain}`;

export function createShortLinks(config: Pick<Config, "public_url" | "link_domain" | "secret_key">): ShortLinks {
  const { host } = new URL(config.public_url);
  const key = Buffer.from(hkdfSync("sha256", config.secret_key, "varsla", "codes of short links", 32));
  return {
    base: `${linkOriginOf(config)}/l/`,
    codeOf: (messageId, linkId) =>
      createHmac("sha256", key).update(`${messageId} ${linkId}`).digest().readBigUInt64BE() % codes,
    preferences: createPreferenceLinks(config),
    problemsOf: (text, shorten) => linkProblems(text, { shorten, own: [config.link_domain, host] }),
  };
}

/** How long a short link leads on, from its message's time. After that it answers that it is no longer valid. */
export const linkLife = 365 * 24 * 3_600_000;
/** How long it is known at all. */
export const linkKept = 2 * linkLife;
