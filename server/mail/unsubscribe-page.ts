/** The page behind the unsubscribe link: plain HTML, without scripts, in the language of the workspace. */
import type { Language } from "../../contract/shapes.ts";
import { escapeHtml } from "../../rules/escape-html.ts";
import { publicPage } from "../kit/public-page.ts";

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

export interface UnsubscribeAbout {
  language: Language;
  address: string;
  type: string;
  workspace: string;
}

/** The page that asks. Its button posts to the page's own address. */
export function askPage(about: UnsubscribeAbout): string {
  const { title, ask, button } = words[about.language];
  return publicPage(
    about.language,
    title,
    `<p>${escapeHtml(ask(about))}</p><form method="post"><button>${button}</button></form>`,
  );
}

export function donePage(about: UnsubscribeAbout): string {
  const { title, done } = words[about.language];
  return publicPage(about.language, title, `<p role="status">${escapeHtml(done(about))}</p>`);
}
