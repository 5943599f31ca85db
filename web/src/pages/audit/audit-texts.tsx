import { type ReactNode, useEffect, useState } from "react";
import { IntlProvider, useLocale, useMessages } from "use-intl";
import { useLanguage } from "../../lib/language-provider.tsx";
import { type AllMessages, loadAuditMessages } from "../../messages/languages.ts";
import { Skeleton } from "../../ui/states.tsx";

/** Fetches the texts of the audit log in the reader's language, and shows what needs them once they are there. */
export function AuditTexts({ children }: { children: ReactNode }) {
  const { language } = useLanguage();
  const locale = useLocale();
  const messages = useMessages();
  const [texts, setTexts] = useState<AllMessages["audit"] | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  useEffect(() => {
    let current = true;
    loadAuditMessages(language).then(
      // Same keys and arguments, other texts: `Translation` held them against English.
      (loaded) => current && setTexts(loaded as AllMessages["audit"]),
      (error: unknown) => current && setFailure(error),
    );
    return () => {
      current = false;
    };
  }, [language]);
  if (failure && !texts) throw failure;
  if (!texts) return <Skeleton className="h-60 w-full" />;
  return (
    <IntlProvider locale={locale} messages={{ ...messages, audit: texts }}>
      {children}
    </IntlProvider>
  );
}
