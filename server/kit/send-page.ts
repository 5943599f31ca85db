/** Answers with a public page that is one person's. */
import type { FastifyReply } from "fastify";
import type { Language } from "../../contract/shapes.ts";
import { privatePageHeaders } from "./public-page.ts";

/** Sends the page with the headers of pages and those that keep its address secret. */
export const sendPrivatePage = (
  reply: FastifyReply,
  pageHeaders: Readonly<Record<string, string>>,
  language: Language,
  page: string,
): FastifyReply =>
  reply
    .headers({ ...pageHeaders, ...privatePageHeaders })
    .header("content-language", language)
    .header("vary", "accept-language")
    .type("text/html; charset=utf-8")
    .send(page);
