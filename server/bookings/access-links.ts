/**
 * Sign-in links to customers' own pages: `https://<LINK_DOMAIN>/a/<code>`.
 *
 * access link  stands in a message; its first use begins a visit and leaves it 15 minutes, so that a second tap works too
 * visit        what a browser has by a cookie, so that it is shown the customer's own page
 *
 * The database has hashes alone: whoever reads it can open nobody's page.
 */
import { hash } from "node:crypto";
import { randomCode } from "../kit/codes.ts";
import type { Config } from "../kit/config.ts";
import type { Tx } from "../kit/db.ts";
import type { Access } from "./access-store.ts";
import * as store from "./access-store.ts";

/** 101 bits. */
const codeLength = 17;
/** 131 bits. */
const tokenLength = 22;

const minute = 60_000;
const linkLife = 14 * 24 * 60 * minute;
const lifeAfterUse = 15 * minute;
/** A visit ends when the page was not asked for so long … */
const idleLife = 15 * minute;
/** … and after so long in any case. */
const longestVisit = 120 * minute;

/** The access links of an installation. */
export interface AccessLinks {
  /** Makes a link for each contact; the addresses are nowhere else than in what is answered. */
  make(tx: Tx, workspaceId: string, contactIds: readonly string[], at: Date): Promise<Map<string, string>>;
  /** Stands for the link while a text is rendered and counted, and is exactly as long. No code. */
  filler: string;
}

export function createAccessLinks(config: Pick<Config, "public_url" | "link_domain">): AccessLinks {
  const { protocol } = new URL(config.public_url);
  const base = `${protocol}//${config.link_domain}/a/`;
  return {
    filler: base + "0".repeat(codeLength),
    async make(tx, workspaceId, contactIds, at) {
      const codes = new Map([...new Set(contactIds)].map((id) => [id, randomCode(codeLength)]));
      const links = [...codes].map(([contact_id, code]) => ({ contact_id, code_hash: hashOf(code) }));
      const expires_at = new Date(at.getTime() + linkLife);
      await store.insertLinks(tx, workspaceId, links, { created_at: at, expires_at });
      return new Map([...codes].map(([id, code]) => [id, base + code]));
    },
  };
}

const hashOf = (code: string): string => hash("sha256", code, "base64url");

const isCode = (text: string, length: number): boolean => text.length === length && /^[0-9A-Za-z]+$/.test(text);

/** Whose link this is, while it works; null else. Changes nothing. Needs a transaction of the system. */
export async function findAccessLink(tx: Tx, code: string, now: Date): Promise<Access | null> {
  return isCode(code, codeLength) ? store.findLink(tx, hashOf(code), now) : null;
}

/** Uses a link: answers the token of a new visit, or null where the link does not work any more. */
export async function openVisit(tx: Tx, workspaceId: string, code: string, now: Date): Promise<string | null> {
  const contactId = await store.useLink(tx, workspaceId, hashOf(code), now, after(now, lifeAfterUse));
  if (contactId === null) return null;
  const token = randomCode(tokenLength);
  const visit = { token_hash: hashOf(token), contact_id: contactId, created_at: now, expires_at: after(now, idleLife) };
  await store.insertVisit(tx, workspaceId, visit);
  return token;
}

/** Whose visit this is; null where it has ended. Needs a transaction of the system. */
export async function findVisit(tx: Tx, token: string, now: Date): Promise<Access | null> {
  return isCode(token, tokenLength) ? store.findVisit(tx, hashOf(token), now) : null;
}

/** Lets a visit last on from now. */
export async function extendVisit(tx: Tx, workspaceId: string, token: string, now: Date): Promise<void> {
  const visit = await store.selectVisit(tx, workspaceId, hashOf(token));
  if (!visit) return;
  const expires = new Date(Math.min(now.getTime() + idleLife, visit.created_at.getTime() + longestVisit));
  await store.updateVisit(tx, workspaceId, hashOf(token), expires);
}

export async function endVisit(tx: Tx, workspaceId: string, token: string): Promise<void> {
  await store.deleteVisit(tx, workspaceId, hashOf(token));
}

const after = (at: Date, milliseconds: number): Date => new Date(at.getTime() + milliseconds);
