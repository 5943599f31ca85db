/**
 * GET and POST /a/<code>, the access link, and GET and POST /c, the customer's own page. Public, and outside of /api. GET of a link changes
 * nothing, so that a program which looks at the links of a message does not use it up.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Language } from "../../contract/shapes.ts";
import { acceptedLanguage, privatePageHeaders } from "../kit/public-page.ts";
import { sendPrivatePage } from "../kit/send-page.ts";
import { endVisit, extendVisit, findAccessLink, findVisit, openVisit } from "./access-links.ts";
import { closedPage, continuePage, overPage, ownPage, signedOutPage } from "./access-pages.ts";
import type { Access } from "./access-store.ts";
import { type OwnPage, readOwnPage } from "./own-page.ts";
import type { PublicServices } from "./public-services.ts";

const path = "/c";
const cookieName = "varsla.visit";

type Asked = FastifyRequest<{ Params: { code: string } }>;

export function serveAccess(app: FastifyInstance, services: PublicServices): void {
  const { db, clock, links, pageHeaders, countVisit, isHttps } = services;
  const config = { ownHeaders: true } as const;

  app.get("/a/:code", { config }, async (request: Asked, reply) => {
    await countVisit(request);
    const access = await db.asSystem((tx) => findAccessLink(tx, request.params.code, clock.now()));
    const shown = access && (await read(access));
    if (!shown) return answerOver(request, reply);
    const language = languageFor(request, shown);
    return send(reply, language, (shown.isAvailable ? continuePage : closedPage)(language, shown.business));
  });

  app.post("/a/:code", { config }, async (request: Asked, reply) => {
    await countVisit(request);
    const { code } = request.params;
    const now = clock.now();
    const access = await db.asSystem((tx) => findAccessLink(tx, code, now));
    const shown = access && (await read(access));
    if (!shown) return answerOver(request, reply);
    const language = languageFor(request, shown);
    if (!shown.isAvailable) return send(reply, language, closedPage(language, shown.business));
    // Another site could sign its visitors in to the page of somebody else.
    if (isFromElsewhere(request)) return send(reply, language, continuePage(language, shown.business));
    const token = await db.inWorkspace(access.workspace_id, (tx) => openVisit(tx, access.workspace_id, code, now));
    if (token === null) return answerOver(request, reply);
    return redirect(reply.header("set-cookie", cookieFor(request, token)));
  });

  app.get(path, { config }, async (request, reply) => {
    await countVisit(request);
    const token = tokenOf(request);
    const now = clock.now();
    const access = token === null ? null : await db.asSystem((tx) => findVisit(tx, token, now));
    const shown = access && (await read(access));
    if (!token || !shown) {
      const language = languageFor(request, null);
      return send(reply.code(403), language, signedOutPage(language));
    }
    const { workspace_id: workspaceId } = access;
    const language = languageFor(request, shown);
    if (!shown.isAvailable) return send(reply, language, closedPage(language, shown.business));
    await db.inWorkspace(workspaceId, (tx) => extendVisit(tx, workspaceId, token, now));
    return send(reply, language, ownPage(language, shown, links));
  });

  /** Signing out. */
  app.post(path, { config }, async (request, reply) => {
    await countVisit(request);
    const token = tokenOf(request);
    const access = token === null ? null : await db.asSystem((tx) => findVisit(tx, token, clock.now()));
    if (token && access && !isFromElsewhere(request))
      await db.inWorkspace(access.workspace_id, (tx) => endVisit(tx, access.workspace_id, token));
    return redirect(reply.header("set-cookie", `${cookieFor(request, "")}; Max-Age=0`));
  });

  const read = (access: Access): Promise<OwnPage | null> =>
    db.inWorkspace(access.workspace_id, (tx) => readOwnPage(tx, access, clock.now()));

  function answerOver(request: FastifyRequest, reply: FastifyReply) {
    const language = languageFor(request, null);
    return send(reply.code(404), language, overPage(language));
  }

  const send = (reply: FastifyReply, language: Language, page: string) =>
    sendPrivatePage(reply, pageHeaders, language, page);

  /** A reload of the page that follows then repeats nothing. */
  const redirect = (reply: FastifyReply) =>
    reply
      .code(303)
      .headers({ ...pageHeaders, ...privatePageHeaders })
      .header("location", path)
      .send();

  /** For as long as the browser is open; the server ends the visit before. */
  function cookieFor(request: FastifyRequest, token: string): string {
    const secure = isHttps || request.protocol === "https" ? "; Secure" : "";
    return `${cookieName}=${token}; Path=${path}; HttpOnly; SameSite=Lax${secure}`;
  }
}

function tokenOf({ headers }: FastifyRequest): string | null {
  const [, token = null] = /(?:^|;\s*)varsla\.visit=([0-9A-Za-z]+)(?:;|$)/.exec(headers.cookie ?? "") ?? [];
  return token;
}

/** Current browsers say where a form was sent from; SameSite keeps the cookie from others. */
function isFromElsewhere({ headers }: FastifyRequest): boolean {
  const site = headers["sec-fetch-site"];
  return site !== undefined && site !== "same-origin" && site !== "none";
}

/** The contact's, else the browser's, else the workspace's. */
const languageFor = (request: FastifyRequest, shown: OwnPage | null): Language =>
  shown?.language ?? acceptedLanguage(request.headers["accept-language"]) ?? shown?.reader.language ?? "en";
