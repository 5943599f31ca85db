/** The texts on screen: one language at a time, with the catalogues of every page area that was opened. */
import type { Language } from "../../../contract/shapes.ts";
import { loadMessages, loadPageMessages } from "../locales/catalogues.ts";
import type { AllMessages, Messages, PageArea } from "../locales/languages.ts";

export interface ShownTexts {
  language: Language;
  /** Typed as complete: a page's route loads what the page uses before the page is rendered. */
  messages: AllMessages;
}

let wanted: Language | null = null;
const areas = new Set<PageArea>();
let shown: ShownTexts | null = null;
const listeners = new Set<() => void>();

export const shownTexts = (): ShownTexts | null => shown;
export const shownLanguage = (): Language | null => shown?.language ?? null;

/** The loaded texts of some areas, in the language on screen. */
export function textsOf<Area extends keyof AllMessages>(wantedAreas: readonly Area[]): Pick<AllMessages, Area> {
  return Object.fromEntries(wantedAreas.map((area) => [area, shown?.messages[area]])) as Pick<AllMessages, Area>;
}

/** Calls `listener` whenever other texts are shown; returns how to stop it. */
export function subscribeToTexts(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Loads the catalogues that a page uses; at once when they are there already. Routes and lazy components wait for it. */
export async function loadPageTexts(needed: readonly PageArea[]): Promise<void> {
  const now = shown;
  if (now && now.language === wanted && needed.every((area) => area in now.messages)) return;
  for (const area of needed) areas.add(area);
  await show();
}

/** Switches everything on screen to a language, once its catalogues are there. */
export async function showLanguage(language: Language): Promise<void> {
  wanted = language;
  await show();
}

async function show(): Promise<void> {
  const language = wanted;
  if (language === null) return; // the first language is loaded with everything that was requested before it
  try {
    const [common, ...pages] = await Promise.all([
      loadMessages(language),
      ...[...areas].map(async (area) => [area, await loadPageMessages(area, language)] as const),
    ]);
    if (wanted !== language) return await show();
    const others = shown?.language === language ? shown.messages : {};
    // The keys are those of the English originals; `Translation` has checked the other languages against them.
    const messages = { ...others, ...(common as Messages), ...Object.fromEntries(pages) } as AllMessages;
    shown = { language, messages };
  } catch (error) {
    // The next page must not fail because of a language that could not be loaded.
    if (shown && wanted === language) wanted = shown.language;
    throw error;
  }
  for (const listener of listeners) listener();
}
