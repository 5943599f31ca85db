/** GET /l/<code>: counts the hit and leads on. Public, and outside of /api, since recipients open it. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { readCode } from "../../rules/short-link-code.ts";
import { orderedIds } from "../kit/id.ts";
import { publicPagePolicy } from "../kit/public-page.ts";
import type { Services } from "../kit/services.ts";
import { getWorkspace } from "../workspaces/workspace.ts";
import { createFindTarget, type FoundLink } from "./find-target.ts";
import { createHitIntake } from "./hit-intake.ts";
import { gonePage, languageFor, unknownPage } from "./link-pages.ts";
import { requestReason } from "./request-reason.ts";

const longestAgent = 300;

/** Repeated clicks must reach us, and search engines have no business here. */
const uncached = { "cache-control": "no-store", "x-robots-tag": "noindex, nofollow" };
/** The page that follows needs not know the code. */
const ofRedirects = { ...uncached, "referrer-policy": "no-referrer", "x-content-type-options": "nosniff" };

/** Registers the redirect. Hits that wait for the database are written before the server has closed. */
export function serveShortLinks(
  app: FastifyInstance,
  services: Pick<Services, "db" | "clock" | "log">,
  pageHeaders: Readonly<Record<string, string>>,
): void {
  const { db, clock } = services;
  const findTarget = createFindTarget(db);
  const intake = createHitIntake(services);
  const newId = orderedIds();
  app.addHook("onClose", () => intake.stop());

  app.route<{ Params: { "*": string } }>({
    method: ["GET", "HEAD"],
    url: "/l/*",
    exposeHeadRoute: false,
    config: { ownHeaders: true },
    handler: async (request, reply) => {
      const code = readCode(request.params["*"]);
      const now = clock.now();
      const link = code === null ? null : await findTarget(code, now);
      if (!link) return answerPage(request, reply, 404, unknownPage);
      if (link.target === null) return answerGone(request, reply, link);
      await intake.take({
        workspace_id: link.workspace_id,
        id: newId(now),
        message_id: link.message_id,
        link_id: link.link_id,
        user_agent: agentOf(request),
        reason: requestReason(request),
      });
      return reply.code(302).headers(ofRedirects).header("location", link.target).send();
    },
  });

  async function answerGone(request: FastifyRequest, reply: FastifyReply, { workspace_id }: FoundLink) {
    const { name } = await db.inWorkspace(workspace_id, (tx) => getWorkspace(tx, workspace_id));
    return answerPage(request, reply, 410, (language) => gonePage(language, name));
  }

  function answerPage(
    request: FastifyRequest,
    reply: FastifyReply,
    status: number,
    page: (language: ReturnType<typeof languageFor>) => string,
  ) {
    const language = languageFor(request.headers["accept-language"]);
    return reply
      .code(status)
      .headers({ ...pageHeaders, ...uncached, "content-security-policy": publicPagePolicy })
      .header("content-language", language)
      .header("vary", "accept-language")
      .type("text/html; charset=utf-8")
      .send(page(language));
  }
}

/** PostgreSQL's text holds everything except U+0000, which no header can have. */
const agentOf = ({ headers }: FastifyRequest) => (headers["user-agent"] ?? "").slice(0, longestAgent).toWellFormed();
