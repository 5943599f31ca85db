import type { Language } from "../../../contract/shapes.ts";
import { type WorkflowChange, type Workflow, whenItSends, type workflows } from "../../../contract/workflows.ts";
import type { Clock } from "../../kit/clock.ts";
import { cut } from "../../kit/cursor.ts";
import type { Db } from "../../kit/db.ts";
import { invalid, notFound } from "../../kit/errors.ts";
import type { Actor, Handlers } from "../../kit/http.ts";
import { answerOnce } from "../../kit/idempotency.ts";
import type { LiveUpdates } from "../../kit/live-updates.ts";
import { requirePermission } from "../../kit/require-permission.ts";
import { getWorkspace } from "../../workspaces/workspace.ts";
import { countAhead, nextOf, nextOfAll } from "./ahead.ts";
import {
  changeWorkflow,
  cloneWorkflow,
  createWorkflow,
  deleteWorkflow,
  listWorkflows,
  presentWorkflow,
  requireWorkflow,
} from "./edit-workflow.ts";
import { decisionsOfWorkflow } from "./present-decisions.ts";
import { previewWorkflow } from "./preview-workflow.ts";
import type { DecideServices } from "./step.ts";
import { readyMade } from "./templates.ts";
import { testWorkflow } from "./test-workflow.ts";

interface Services {
  db: Db;
  clock: Clock;
  liveUpdates: Pick<LiveUpdates, "publish">;
  deciding: DecideServices;
}

const copyOf: Record<Language, string> = { en: "copy", nb: "kopi", sv: "kopia", da: "kopi" };
const longestName = 200;

/** The calls on workflows and their ready-made ones. */
export function workflowsRoutes({ db, clock, liveUpdates, deciding }: Services): Handlers<typeof workflows> {
  const tell = (workspaceId: string, id: string) => liveUpdates.publish(workspaceId, "workflow", id);
  return {
    async create({ actor, body }) {
      const { workspaceId } = actor;
      const made = await db.inWorkspace(workspaceId, async (tx) =>
        requireToSend(actor, await createWorkflow(tx, workspaceId, body, { at: clock.now(), by: actor.name })),
      );
      tell(workspaceId, made.id);
      return made;
    },
    async list({ actor, query }) {
      return db.inWorkspace(actor.workspaceId, (tx) => listWorkflows(tx, actor.workspaceId, query));
    },
    async get({ actor, params }) {
      return db.inWorkspace(actor.workspaceId, async (tx) =>
        presentWorkflow(tx, await requireWorkflow(tx, actor.workspaceId, params.id)),
      );
    },
    async update({ actor, params, body }) {
      const { workspaceId } = actor;
      const changed = await db.inWorkspace(workspaceId, async (tx) => {
        const workflow = await changeWorkflow(tx, workspaceId, params.id, body, clock.now());
        return onlyDisables(body) ? workflow : requireToSend(actor, workflow);
      });
      tell(workspaceId, params.id);
      return changed;
    },
    async remove({ actor, params }) {
      await db.inWorkspace(actor.workspaceId, (tx) => deleteWorkflow(tx, actor.workspaceId, params.id, clock.now()));
      tell(actor.workspaceId, params.id);
      return undefined;
    },
    async test({ actor, params, body, idempotency }) {
      const { workspaceId } = actor;
      const at = clock.now();
      const answer = await db.inWorkspace(workspaceId, (tx) =>
        answerOnce(
          tx,
          workspaceId,
          idempotency,
          async () => ({ status: 200, body: await testWorkflow(deciding, tx, workspaceId, params.id, body, at) }),
          at,
        ),
      );
      if (idempotency) idempotency.replayed = answer.replayed;
      return answer.body;
    },
    async preview({ actor, body }) {
      return db.inWorkspace(actor.workspaceId, (tx) =>
        previewWorkflow(tx, deciding, actor.workspaceId, body, clock.now()),
      );
    },
    async clone({ actor, params }) {
      const { workspaceId } = actor;
      const made = await db.inWorkspace(workspaceId, async (tx) => {
        const { language } = await getWorkspace(tx, workspaceId);
        const suffix = ` (${copyOf[language]})`;
        const nameOf = (name: string) => name.slice(0, longestName - suffix.length) + suffix;
        const copy = await cloneWorkflow(tx, workspaceId, params.id, { at: clock.now(), by: actor.name, nameOf });
        return requireToSend(actor, copy);
      });
      tell(workspaceId, made.id);
      return made;
    },
    async decisions({ actor, params, query }) {
      const { workspaceId } = actor;
      return db.inWorkspace(workspaceId, async (tx) => {
        await requireWorkflow(tx, workspaceId, params.id);
        const from = readPlace(query.cursor);
        const { items, rows } = await decisionsOfWorkflow(tx, workspaceId, params.id, {
          ...from,
          limit: query.limit + 1,
        });
        const before = from.before ?? rows[0]?.decided_at ?? null;
        return cut(items, query.limit, () => writePlace({ before, skip: from.skip + query.limit }));
      });
    },
    async ahead({ actor, params, query }) {
      const { workspaceId } = actor;
      const now = clock.now();
      return db.inWorkspace(workspaceId, async (tx) => {
        const workflow = await requireWorkflow(tx, workspaceId, params.id);
        return { items: await nextOf(tx, workflow, query.limit, now), ...(await countAhead(tx, workflow, now)) };
      });
    },
    async templates({ actor, query }) {
      const language =
        query.language ??
        (await db.inWorkspace(actor.workspaceId, (tx) => getWorkspace(tx, actor.workspaceId))).language;
      return { items: readyMade(language) };
    },
    async fromTemplate({ actor, params, body }) {
      const { workspaceId } = actor;
      const made = await db.inWorkspace(workspaceId, async (tx) => {
        const language = body.language ?? (await getWorkspace(tx, workspaceId)).language;
        const found = readyMade(language).find(({ key }) => key === params.key);
        if (!found) throw notFound("ready-made workflow", params.key);
        const { name, when, do: actions } = found;
        const input = { name, when, do: actions, enabled: body.enabled, ask_for_reply: false, merge: false };
        return requireToSend(actor, await createWorkflow(tx, workspaceId, input, { at: clock.now(), by: actor.name }));
      });
      tell(workspaceId, made.id);
      return made;
    },
    async upcoming({ actor, query }) {
      return db.inWorkspace(actor.workspaceId, async (tx) => ({
        items: await nextOfAll(tx, actor.workspaceId, query.limit, clock.now()),
      }));
    },
  };
}

/** The workflow, unless it sends something and its writer may not: then 403, which undoes what was written. */
function requireToSend(actor: Pick<Actor, "permissions">, workflow: Workflow): Workflow {
  const sends = workflow.do.some(({ action }) => action === "send_sms" || action === "send_email");
  if (sends) requirePermission(actor, "messages:send", whenItSends);
  return workflow;
}

/** Whoever writes workflows may stop any of them. */
const onlyDisables = ({ enabled, revision: _revision, ...others }: WorkflowChange): boolean =>
  enabled === false && Object.values(others).every((value) => value === undefined);

/** Decisions have no id of their own: a page begins so many after the first one's moment, whatever was decided since. */
interface Place {
  before: Date | null;
  skip: number;
}

const Cursor = /^(\d{1,15})\.(\d{1,6})$/;

const writePlace = ({ before, skip }: Place): string => `${before?.getTime() ?? 0}.${skip}`;

function readPlace(cursor: string | undefined): Place {
  if (cursor === undefined) return { before: null, skip: 0 };
  const [, before, skip] = Cursor.exec(cursor) ?? [];
  if (before === undefined) throw invalid("invalid_cursor", "This is no next_cursor of this list.", "cursor", cursor);
  return { before: new Date(Number(before)), skip: Number(skip) };
}
