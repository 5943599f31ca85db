/** GET and POST /p/<code>, the page of preferences. Public, and outside of /api: recipients open it. GET changes nothing. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Channel } from "../../contract/consent.ts";
import { Language } from "../../contract/shapes.ts";
import { acceptedLanguage, privatePageHeaders } from "../kit/public-page.ts";
import { sendPrivatePage } from "../kit/send-page.ts";
import type { Services } from "../kit/services.ts";
import { findPreferenceLink, isPreferenceCode } from "../links/preference-links.ts";
import { preferencePage, unknownPreferences, wordingOf } from "./preference-page.ts";
import { changePreferences, type PreferenceChange, type Preferences, readPreferences } from "./preferences.ts";

/** A form with all types of a workspace by all channels has less. */
const longestForm = 32_768;

export function servePreferences(
  app: FastifyInstance,
  { db, clock, liveUpdates }: Pick<Services, "db" | "clock" | "liveUpdates">,
  pageHeaders: Readonly<Record<string, string>>,
  /** Counts a change by the link with this code; throws where there were too many. */
  countChange: (request: FastifyRequest, code: string) => Promise<void>,
): void {
  const find = async (code: string) =>
    isPreferenceCode(code) ? db.asSystem((tx) => findPreferenceLink(tx, code)) : null;

  type Asked = FastifyRequest<{ Params: { code: string }; Querystring: { done?: unknown; lang?: unknown } }>;

  const answerUnknown = (request: Asked, reply: FastifyReply) => {
    const language = acceptedLanguage(request.headers["accept-language"]) ?? "en";
    return send(reply.code(404), language, unknownPreferences(language));
  };
  const send = (reply: FastifyReply, language: Language, page: string) =>
    sendPrivatePage(reply, pageHeaders, language, page);

  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser<string>(
      "application/x-www-form-urlencoded",
      { parseAs: "string", bodyLimit: longestForm },
      (_request, body, done) => done(null, new URLSearchParams(body)),
    );
    scope.get("/p/:code", { config: { ownHeaders: true } }, async (request: Asked, reply) => {
      const found = await find(request.params.code);
      const shown =
        found &&
        (await db.inWorkspace(found.workspace_id, (tx) => readPreferences(tx, found.workspace_id, found.contact_id)));
      if (!shown) return answerUnknown(request, reply);
      const { done } = request.query;
      const language = languageOf(request, shown);
      return send(reply, language, preferencePage(language, shown, done === "saved" || done === "left" ? done : null));
    });
    scope.post("/p/:code", { config: { ownHeaders: true } }, async (request: Asked, reply) => {
      const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
      const act = form.get("do");
      const found = await find(request.params.code);
      if (!found || (act !== "save" && act !== "leave")) return answerUnknown(request, reply);
      await countChange(request, request.params.code);
      const { workspace_id: workspaceId, contact_id: contactId } = found;
      const done = await db.inWorkspace(workspaceId, async (tx) => {
        const shown = await readPreferences(tx, workspaceId, contactId);
        if (!shown) return false;
        const language = languageOf(request, shown);
        return changePreferences(tx, {
          workspaceId,
          contactId,
          choices: act === "leave" ? null : choicesOf(form),
          wording: (preference) => wordingOf(language, shown.business, preference),
          language,
          clock,
        });
      });
      if (!done) return answerUnknown(request, reply);
      liveUpdates.publish(workspaceId, "contact", contactId);
      // A reload of the page then repeats nothing.
      const location = `/p/${request.params.code}?done=${act === "leave" ? "left" : "saved"}`;
      return reply
        .code(303)
        .headers({ ...pageHeaders, ...privatePageHeaders })
        .header("location", location)
        .send();
    });
  });
}

/** The browser's, else the contact's own, else the workspace's. */
function languageOf(request: FastifyRequest, { language }: Preferences): Language {
  const own = Language.safeParse(language.toLowerCase().split(/[-_]/)[0]);
  return acceptedLanguage(request.headers["accept-language"]) ?? (own.success ? own.data : "en");
}

/** What the form showed and what is ticked. What it did not show, such as a type that is new, stays as it is. */
function choicesOf(form: URLSearchParams): NonNullable<PreferenceChange["choices"]> {
  const on = new Set(form.getAll("on"));
  return form.getAll("shown").flatMap((name) => {
    const [type_id = "", channel] = name.split(" ");
    const read = Channel.safeParse(channel);
    return read.success ? [{ type_id, channel: read.data, on: on.has(name) }] : [];
  });
}
