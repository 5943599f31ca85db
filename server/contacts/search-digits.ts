/**
 * Finds digits anywhere in e-mail addresses and phone numbers: "1987" in kari1987@example.com, "4567" in +4791234567.
 *
 * A sorted index finds values by their beginning. So all existing beginnings that end with the digits are looked up: with no
 * digit before them, with one, and so on. There are ten digits, so that there are few beginnings of each length however many
 * contacts there are: in Norwegian mobile numbers 2, 20, 200 and 2,000. No index row per digit is needed.
 */
import { type RawBuilder, sql } from "kysely";
import { callingCodes } from "../../rules/number-lengths.ts";
import type { Tx } from "../kit/db.ts";

/** The beginnings of a workspace's addresses and numbers that end with the digits; none of them begins with another. */
export interface DigitsWithin {
  digits: string;
  emails: DigitRun[];
  /** Up to how many preceding digits were looked up in addresses; null where the text cannot be in an address. */
  precedingInEmails: number | null;
  mobile: NumbersWithin;
  phone: NumbersWithin;
}

/** Runs of `length` digits with this beginning. */
interface DigitRun {
  length: number;
  beginning: string;
}

interface NumbersWithin {
  beginnings: string[];
  /** The country codes of the workspace's numbers, with a plus. */
  codes: string[];
  /** Up to how many digits between the country code and the searched ones were looked up. */
  preceding: number;
}

/** The most preceding digits, and no more than the query has: most runs contain a query of two digits somewhere. */
const mostPreceding = 4;
/** With more beginnings of one length than this, longer ones are not looked up. */
const mostBeginnings = 5_000;
/** Shorter queries are part of nearly every number. */
const shortestInNumbers = 4;
/** Longer runs are cut. */
const longestRun = 15;

/** Null where the text is no run of digits, ignoring spaces and hyphens. */
export async function findDigitsWithin(tx: Tx, workspaceId: string, text: string): Promise<DigitsWithin | null> {
  const digits = text.replace(/[ -]/g, "");
  if (!/^\d{2,15}$/.test(digits)) return null;
  const emails = text === digits ? await inEmails(tx, workspaceId, digits) : { found: [], preceding: null };
  return {
    digits,
    emails: emails.found.map(({ root, text: beginning }) => ({ length: Number(root), beginning })),
    precedingInEmails: emails.preceding,
    mobile: await inNumbers(tx, workspaceId, "mobile", digits),
    phone: await inNumbers(tx, workspaceId, "phone", digits),
  };
}

/** Digits to be found after a root, which is a country code or the number of digits in a run. */
interface Beginning {
  root: string;
  text: string;
}

async function inEmails(tx: Tx, workspaceId: string, digits: string) {
  const roots = Array.from({ length: longestRun + 1 - digits.length }, (_, i) => String(digits.length + i));
  const hasRoom = ({ root, text }: Beginning) => text.length + digits.length <= Number(root);
  return look(tx, digits, roots, hasRoom, (root, from) => {
    const { low, high } = within(from);
    return sql`select true from email_digits
      where workspace_id = ${workspaceId} and length = ${root}::smallint and digits >= ${low} and digits < ${high}
      order by digits limit 1`;
  });
}

async function inNumbers(
  tx: Tx,
  workspaceId: string,
  column: "mobile" | "phone",
  digits: string,
): Promise<NumbersWithin> {
  if (digits.length < shortestInNumbers) return { beginnings: [], codes: [], preceding: 0 };
  const probe = (root: RawBuilder<string>, from: RawBuilder<string>) => {
    const { low, high } = within(sql`${root} || ${from}`);
    const key = sql.ref(column);
    return sql`select true from contacts
      where workspace_id = ${workspaceId} and ${key} is not null and ${key} >= ${low} and ${key} < ${high}
      order by ${key} limit 1`;
  };
  const codes = Object.keys(callingCodes).map((code) => `+${code}`);
  const used = await there(
    tx,
    codes.map((root) => ({ root, text: "" })),
    [""],
    probe,
  );
  const { found, preceding } = await look(
    tx,
    digits,
    used.map(({ root }) => root),
    () => true,
    probe,
  );
  return { beginnings: found.map(({ root, text }) => root + text), codes: used.map(({ root }) => root), preceding };
}

/** The range of texts that begin with digits ends before the digits followed by a colon. */
const within = (from: RawBuilder<string>) => ({
  low: sql`(${from}) collate "C"`,
  high: sql`((${from}) || ':') collate "C"`,
});

type Probe = (root: RawBuilder<string>, from: RawBuilder<string>) => RawBuilder<unknown>;

const anyDigit = [..."0123456789"];

/** The beginnings that end with the digits, each with its root; and up to how many preceding digits were looked up. */
async function look(
  tx: Tx,
  digits: string,
  roots: string[],
  hasRoom: (beginning: Beginning) => boolean,
  probe: Probe,
): Promise<{ found: Beginning[]; preceding: number }> {
  const found: Beginning[] = [];
  let level = roots.map((root) => ({ root, text: "" }));
  const most = Math.min(mostPreceding, digits.length);
  for (let preceding = 0; ; preceding++) {
    const last = preceding === most;
    const next = await there(tx, level, last ? [digits] : [digits, ...anyDigit], probe);
    // Where the digits also occur earlier, a shorter beginning finds them.
    found.push(...next.filter(({ text }) => text.length > preceding + 1 && text.indexOf(digits) === preceding));
    level = next.filter((each) => each.text.length === preceding + 1 && !each.text.includes(digits) && hasRoom(each));
    if (last || level.length === 0) return { found, preceding: most };
    if (level.length > mostBeginnings) return { found, preceding };
  }
}

/** The combinations of beginnings and continuations that any value begins with. */
async function there(tx: Tx, beginnings: Beginning[], continuations: string[], probe: Probe): Promise<Beginning[]> {
  if (beginnings.length === 0) return [];
  const { rows } = await sql<Beginning>`
    select b.root, b.text from (
      select b.root, b.text || next as text
      from unnest(${beginnings.map(({ root }) => root)}::text[], ${beginnings.map(({ text }) => text)}::text[]) as b (root, text),
        unnest(${continuations}::text[]) as next
      offset 0) b
    where (${probe(sql`b.root`, sql`b.text`)})`.execute(tx);
  return rows;
}
