/** GET /calendars/<code>.ics, a resource's bookings for the calendar that subscribes to them. Public, and outside of /api. */
import { hash } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { unknownPreferences } from "../consent/preference-page.ts";
import { acceptedLanguage, privatePageHeaders } from "../kit/public-page.ts";
import { sendPrivatePage } from "../kit/send-page.ts";
import { findFeed, isCalendarCode, readFeed } from "./calendar-feed.ts";
import type { PublicServices } from "./public-services.ts";

export function serveCalendarFeeds(app: FastifyInstance, services: PublicServices): void {
  const { db, clock, pageHeaders, countVisit } = services;
  type Asked = FastifyRequest<{ Params: { file: string } }>;

  app.get("/calendars/:file", { config: { ownHeaders: true } }, async (request: Asked, reply) => {
    await countVisit(request);
    const [, code = ""] = /^([^.]*)\.ics$/.exec(request.params.file) ?? [];
    const resource = isCalendarCode(code) ? await db.asSystem((tx) => findFeed(tx, code)) : null;
    if (!resource) {
      const language = acceptedLanguage(request.headers["accept-language"]) ?? "en";
      return sendPrivatePage(reply.code(404), pageHeaders, language, unknownPreferences(language));
    }
    const feed = await db.inWorkspace(resource.workspace_id, (tx) => readFeed(tx, resource, clock.now()));
    const etag = `"${hash("sha256", feed, "base64url").slice(0, 22)}"`;
    // Calendars keep the feed and ask whether it has changed.
    reply.headers({ ...pageHeaders, ...privatePageHeaders, "cache-control": "private, no-cache", etag });
    if (isAmong(etag, request.headers["if-none-match"])) return reply.code(304).send();
    return reply.type("text/calendar; charset=utf-8").send(feed);
  });
}

/** Whether an If-None-Match header (RFC 9110, 13.1.2) names the tag; one that a proxy made weak counts too. */
const isAmong = (etag: string, header: string | undefined): boolean =>
  (header ?? "").split(",").some((each) => ["*", etag].includes(each.trim().replace(/^W\//, "")));
