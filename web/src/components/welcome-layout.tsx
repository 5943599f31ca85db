import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { useLanguage } from "../lib/language-provider.tsx";
import { languageNames, languages } from "../locales/languages.ts";
import { Select } from "../ui/field.tsx";
import { DocumentTitle } from "./document-title.tsx";

/** The layout of the pages before sign-in: the name, one card, and the language. */
export function WelcomeLayout({
  title,
  description,
  children,
  below,
  languageChoice = true,
}: {
  title: string;
  description?: ReactNode;
  children: ReactNode;
  below?: ReactNode;
  /** False where the page itself asks for the language. */
  languageChoice?: boolean;
}) {
  const t = useTranslations("frame");
  const { language, choose } = useLanguage();
  return (
    <div className="flex min-h-dvh flex-col items-center gap-6 px-4 py-8 sm:justify-center sm:py-12">
      <DocumentTitle>{title}</DocumentTitle>
      <header className="flex items-center gap-2.5">
        <Logo className="size-8" />
        <span className="text-lg font-semibold tracking-tight">Varsla</span>
      </header>
      <main className="w-full max-w-md rounded-xl border border-line bg-surface p-6 shadow-low">
        <h1 className="text-xl" tabIndex={-1} data-page-title>
          {title}
        </h1>
        {description ? <p className="mt-1 text-soft">{description}</p> : null}
        <div className="mt-5">{children}</div>
      </main>
      <footer className="flex flex-col items-center gap-3 text-soft">
        {below}
        {languageChoice ? (
          <Select
            aria-label={t("language")}
            className="w-44"
            value={language}
            onChange={choose}
            options={languages.map((value) => ({ value, label: languageNames[value] }))}
          />
        ) : null}
      </footer>
    </div>
  );
}

/** The mark next to the name; the name itself is text. */
function Logo({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" className={className} aria-hidden="true">
      <rect width="32" height="32" rx="8" className="fill-accent" />
      <path
        d="M9 10.5h14a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2h-7.2L11 25.2v-3.7H9a2 2 0 0 1-2-2v-7a2 2 0 0 1 2-2Z"
        className="fill-white"
      />
      <path
        d="m11.5 14 4.5 4.4 4.5-4.4"
        className="fill-none stroke-accent stroke-2"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
