/** A person's own open sessions, and how they end them. */
import { sql } from "kysely";
import type { z } from "zod";
import type { SessionSeat } from "../../contract/accounts.ts";
import type { Tx } from "../kit/db.ts";

interface SessionRow {
  id: string;
  ip_address: string | null;
  user_agent: string | null;
  created_at: Date;
  updated_at: Date;
}

/** The person's open sessions, newest first. better-auth takes their times from the system clock, not from our `clock`. */
export async function listSessions(tx: Tx, userId: string, currentId: string): Promise<z.output<typeof SessionSeat>[]> {
  const found = await sql<SessionRow>`
    select id, ip_address, user_agent, created_at, updated_at from sessions
    where user_id = ${userId} and expires_at > now() order by created_at desc, id desc limit 100`.execute(tx);
  return found.rows.map((row) => ({
    id: row.id,
    current: row.id === currentId,
    ip: row.ip_address || null,
    user_agent: row.user_agent || null,
    signed_in_at: row.created_at.toISOString(),
    seen_at: row.updated_at.toISOString(),
  }));
}

/** Ends one session of the person; returns whether it was open. */
export async function endSession(tx: Tx, userId: string, id: string): Promise<boolean> {
  const ended = await sql`delete from sessions where user_id = ${userId} and id = ${id} returning id`.execute(tx);
  return ended.rows.length > 0;
}

/** Ends all sessions of the person but one. */
export async function endOtherSessions(tx: Tx, userId: string, currentId: string): Promise<void> {
  await sql`delete from sessions where user_id = ${userId} and id <> ${currentId}`.execute(tx);
}
