import type { erasures } from "../../contract/erasures.ts";
import type { retention } from "../../contract/retention.ts";
import { numbersOf } from "../../rules/phone-number.ts";
import { getKeptConsent } from "../consent/get-consent.ts";
import type { Clock } from "../kit/clock.ts";
import type { Db } from "../kit/db.ts";
import { invalid } from "../kit/errors.ts";
import type { Handlers } from "../kit/http.ts";
import { isId } from "../kit/id.ts";
import type { Jobs } from "../kit/jobs.ts";
import type { LiveUpdates } from "../kit/live-updates.ts";
import { numberProblem } from "../workspaces/number-problem.ts";
import { getWorkspace } from "../workspaces/workspace.ts";
import { createPseudonym, eraseContact } from "./erase-contact.ts";
import { listErasures, presentErasure } from "./erasures-store.ts";
import { exportContact } from "./export-contact.ts";
import { changeRule, presentRetention } from "./retention-rule.ts";

interface Services {
  db: Db;
  clock: Clock;
  jobs: Jobs;
  liveUpdates: Pick<LiveUpdates, "publish">;
  config: { secret_key: string; mail_domain: string };
}

/** The calls on /retention. */
export function retentionRoutes({ db, clock }: Pick<Services, "db" | "clock">): Handlers<typeof retention> {
  return {
    async get({ actor, query }) {
      const trying = {
        ...(query.text_months !== undefined && { text_months: query.text_months || null }),
        ...(query.ledger_months !== undefined && { ledger_months: query.ledger_months || null }),
        ...(query.booking_months !== undefined && { booking_months: query.booking_months || null }),
        ...(query.event_months !== undefined && { event_months: query.event_months || null }),
      };
      return db.inWorkspace(actor.workspaceId, (tx) => presentRetention(tx, actor.workspaceId, clock.now(), trying));
    },
    async update({ actor, body }) {
      return db.inWorkspace(actor.workspaceId, async (tx) => {
        const at = clock.now();
        await changeRule(tx, actor.workspaceId, body, at);
        return presentRetention(tx, actor.workspaceId, at);
      });
    },
  };
}

/** The calls on erasures, and the export of a contact. */
export function erasuresRoutes({ db, clock, jobs, liveUpdates, config }: Services): Handlers<typeof erasures> {
  const pseudonym = createPseudonym(config.secret_key);
  return {
    async create({ actor, params, body }) {
      const { workspaceId, name } = actor;
      const request = {
        workspaceId,
        id: params.id,
        confirm: body.confirm,
        by: name,
        now: clock.now(),
        jobs,
        pseudonym,
      };
      const erasure = await db.inWorkspace(workspaceId, (tx) => eraseContact(tx, request));
      liveUpdates.publish(workspaceId, "contact", params.id);
      liveUpdates.publish(workspaceId, "usage", null);
      return erasure;
    },
    async list({ actor, query }) {
      const { workspaceId } = actor;
      const { cursor, limit, number } = query;
      if (cursor !== undefined && !isId(cursor))
        throw invalid("invalid_cursor", "This is no next_cursor of this list.", "cursor", cursor);
      return db.inWorkspace(workspaceId, async (tx) => {
        const numbers = number ? numbersMeant(number, (await getWorkspace(tx, workspaceId)).country) : null;
        const hashes = numbers && numbers.map((each) => pseudonym(workspaceId, each));
        const rows = await listErasures(tx, workspaceId, { before: cursor ?? null, hashes, limit: limit + 1 });
        const items = [];
        for (const row of rows.slice(0, limit)) {
          const proof = hashes ? { consent_events: await getKeptConsent(tx, workspaceId, row.contact_id) } : {};
          items.push({ ...presentErasure(row), ...proof });
        }
        return { items, next_cursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
      });
    },
    async export({ actor, params, setHeader }) {
      const file = await exportContact(db, actor.workspaceId, params.id, clock.now(), config.mail_domain);
      setHeader("content-disposition", `attachment; filename="contact-${params.id}.json"`);
      return file;
    },
  };
}

/** All numbers that a spelling can mean, since the person who asks for proof of an erasure may write it in any way. */
function numbersMeant(given: string, country: string): string[] {
  const numbers = numbersOf(given, country);
  if ("problem" in numbers) throw numberProblem(numbers, "number", given);
  return numbers;
}
