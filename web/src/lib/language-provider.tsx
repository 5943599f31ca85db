import { createContext, type ReactNode, useContext, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { IntlProvider } from "use-intl";
import type { Language } from "../../../contract/shapes.ts";
import { chosenLanguage, localeOf, pickLanguage, rememberLanguage } from "./language.ts";
import { showLanguage, shownLanguage, subscribeToTexts, textsOf } from "./page-texts.ts";

interface LanguageChoice {
  language: Language;
  /** Changes the language for this browser. */
  choose: (language: Language) => void;
  /** Takes over the workspace's language and time zone, once the session is known. */
  adopt: (workspace: { language: Language; time_zone: string }) => void;
}

const LanguageContext = createContext<LanguageChoice | null>(null);

/** The reader's language and the function that changes it. */
export function useLanguage(): LanguageChoice {
  const choice = useContext(LanguageContext);
  if (!choice) throw new Error("useLanguage needs LanguageProvider around it");
  return choice;
}

const browserZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Provides the texts that every page needs in the reader's language; nothing is rendered before the first ones are loaded. */
export function LanguageProvider({ children }: { children: ReactNode }) {
  const [chosen, setChosen] = useState(chosenLanguage);
  const [workspace, setWorkspace] = useState<{ language: Language; time_zone: string } | null>(null);
  const language = pickLanguage({ chosen, workspace: workspace?.language ?? null, browser: navigator.languages });
  const shown = useSyncExternalStore(subscribeToTexts, shownLanguage);
  // oxlint-disable-next-line react/exhaustive-deps -- the texts are those of the language
  const messages = useMemo(() => textsOf(["frame", "problems", "ui"]), [shown]);
  const [failure, setFailure] = useState<unknown>(null);

  useEffect(() => {
    showLanguage(language).catch(setFailure);
  }, [language]);

  const locale = localeOf(shown ?? language, navigator.languages);
  useEffect(() => {
    document.documentElement.lang = locale;
  }, [locale]);

  const choice = useMemo<LanguageChoice>(
    () => ({
      language,
      choose: (next) => {
        rememberLanguage(next);
        setChosen(next);
      },
      adopt: (next) =>
        setWorkspace((now) => (now?.language === next.language && now.time_zone === next.time_zone ? now : next)),
    }),
    [language],
  );

  if (failure && !shown) throw failure;
  if (!shown) return null;
  return (
    <LanguageContext value={choice}>
      <IntlProvider locale={locale} messages={messages} timeZone={workspace?.time_zone ?? browserZone} onError={report}>
        {children}
      </IntlProvider>
    </LanguageContext>
  );
}

/** A missing or broken message is our bug: it is reported on the console, where the browser tests find it, and the page stays. */
function report(error: Error) {
  console.error(error);
}
