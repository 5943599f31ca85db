/** The page behind the unsubscribe link: plain HTML, without scripts, in the language of the workspace. */
import { hash } from "node:crypto";
import type { Language } from "../../contract/shapes.ts";
import { escapeHtml } from "./html-layout.ts";

interface Words {
  title: string;
  ask(about: { address: string; type: string; workspace: string }): string;
  button: string;
  done(about: { address: string; type: string; workspace: string }): string;
}

const words: Record<Language, Words> = {
  en: {
    title: "Unsubscribe",
    ask: ({ address, type, workspace }) => `Should ${address} get no more e-mail about “${type}” from ${workspace}?`,
    button: "Unsubscribe",
    done: ({ address, type, workspace }) => `${address} gets no more e-mail about “${type}” from ${workspace}.`,
  },
  nb: {
    title: "Meld deg av",
    ask: ({ address, type, workspace }) =>
      `Vil du at ${address} ikke lenger skal få e-post om «${type}» fra ${workspace}?`,
    button: "Meld meg av",
    done: ({ address, type, workspace }) => `${address} får ikke lenger e-post om «${type}» fra ${workspace}.`,
  },
  sv: {
    title: "Avsluta prenumerationen",
    ask: ({ address, type, workspace }) =>
      `Vill du att ${address} inte längre ska få e-post om ”${type}” från ${workspace}?`,
    button: "Avsluta prenumerationen",
    done: ({ address, type, workspace }) => `${address} får inte längre e-post om ”${type}” från ${workspace}.`,
  },
  da: {
    title: "Afmeld",
    ask: ({ address, type, workspace }) => `Skal ${address} ikke længere have e-mails om »${type}« fra ${workspace}?`,
    button: "Afmeld mig",
    done: ({ address, type, workspace }) => `${address} får ikke længere e-mails om »${type}« fra ${workspace}.`,
  },
};

const style =
  "body{margin:0;font:18px/1.5 system-ui,sans-serif;color:#18181b;background:#f4f4f5}main{max-width:32rem;margin:10vh auto;padding:2rem;background:#fff;border-radius:8px}h1{margin:0 0 1rem;font-size:1.5rem}p{overflow-wrap:anywhere}button{font:inherit;font-weight:600;padding:.75rem 1.25rem;border:0;border-radius:6px;color:#fff;background:#1d4ed8;cursor:pointer}button:focus-visible{outline:3px solid #93c5fd;outline-offset:2px}";

/** Allows the page its own style, and its form. */
export const pagePolicy = `default-src 'none'; style-src 'sha256-${hash("sha256", style, "base64")}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;

export interface UnsubscribeAbout {
  language: Language;
  address: string;
  type: string;
  workspace: string;
}

/** The page that asks. Its button posts to the page's own address. */
export function askPage(about: UnsubscribeAbout): string {
  const { title, ask, button } = words[about.language];
  return page(
    about.language,
    title,
    `<p>${escapeHtml(ask(about))}</p><form method="post"><button>${button}</button></form>`,
  );
}

export function donePage(about: UnsubscribeAbout): string {
  const { title, done } = words[about.language];
  return page(about.language, title, `<p role="status">${escapeHtml(done(about))}</p>`);
}

function page(language: Language, title: string, body: string): string {
  return `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><title>${title}</title><style>${style}</style></head><body><main><h1>${title}</h1>${body}</main></body></html>`;
}
