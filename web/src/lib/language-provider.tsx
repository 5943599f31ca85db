import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { IntlProvider } from "use-intl";
import type { Language } from "../../../contract/shapes.ts";
import { loadMessages, type Messages } from "../messages/languages.ts";
import { chosenLanguage, localeOf, pickLanguage, rememberLanguage } from "./language.ts";

interface LanguageChoice {
  language: Language;
  /** Changes the language for this browser. */
  choose: (language: Language) => void;
  /** What the workspace prefers and where its clock stands, once the session is known. */
  adopt: (workspace: { language: Language; time_zone: string }) => void;
}

const LanguageContext = createContext<LanguageChoice | null>(null);

/** The reader's language and how to change it. */
export function useLanguage(): LanguageChoice {
  const choice = useContext(LanguageContext);
  if (!choice) throw new Error("useLanguage needs LanguageProvider around it");
  return choice;
}

const browserZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Fetches the catalogue of the reader's language and hands it to every component; the page waits for the first one. */
export function LanguageProvider({ children }: { children: ReactNode }) {
  const [chosen, setChosen] = useState(chosenLanguage);
  const [workspace, setWorkspace] = useState<{ language: Language; time_zone: string } | null>(null);
  const language = pickLanguage({ chosen, workspace: workspace?.language ?? null, browser: navigator.languages });
  const [loaded, setLoaded] = useState<{ language: Language; messages: Messages } | null>(null);
  const [failure, setFailure] = useState<unknown>(null);

  useEffect(() => {
    let current = true;
    loadMessages(language).then(
      // Same keys and arguments, other texts: `Translation` held them against English.
      (messages) => current && setLoaded({ language, messages: messages as Messages }),
      (error: unknown) => current && setFailure(error),
    );
    return () => {
      current = false;
    };
  }, [language]);

  const locale = localeOf(loaded?.language ?? language, navigator.languages);
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

  if (failure && !loaded) throw failure;
  if (!loaded) return null;
  return (
    <LanguageContext value={choice}>
      <IntlProvider
        locale={locale}
        messages={loaded.messages}
        timeZone={workspace?.time_zone ?? browserZone}
        onError={report}
      >
        {children}
      </IntlProvider>
    </LanguageContext>
  );
}

/** A missing or broken message is a fault of ours: seen in the console and in tests, while the page goes on. */
function report(error: Error) {
  console.error(error);
}
