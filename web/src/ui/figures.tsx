import type { ReactNode } from "react";
import { useFormatter, useTranslations } from "use-intl";
import type { Tone } from "./badge.tsx";
import { classes } from "./classes.ts";

/** A figure with what it counts. */
export function Stat({ label, children, aside }: { label: ReactNode; children: ReactNode; aside?: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-sm text-soft">{label}</dt>
      <dd className="figures mt-0.5 text-xl font-semibold">{children}</dd>
      {aside ? <dd className="figures text-sm text-soft">{aside}</dd> : null}
    </div>
  );
}

/** Stats side by side. */
export function Stats({ children }: { children: ReactNode }) {
  return (
    <dl className="grid grid-cols-2 gap-x-6 gap-y-4 sm:grid-cols-[repeat(auto-fit,minmax(8rem,1fr))]">{children}</dl>
  );
}

/** A rate with its counts: "98.2 % · 4,910 of 5,000". Only a dash while there is nothing to divide by. */
export function Rate({ part, whole }: { part: number; whole: number }) {
  const t = useTranslations("ui");
  const format = useFormatter();
  if (whole === 0) return <span>–</span>;
  return (
    <span className="figures">
      {format.number(part / whole, { style: "percent", maximumFractionDigits: 1 })}
      <span className="text-soft"> · {t("ofCount", { part, whole })}</span>
    </span>
  );
}

const fills: Record<Tone, string> = {
  neutral: "bg-line-strong",
  good: "bg-good",
  warn: "bg-warn",
  bad: "bg-bad",
  info: "bg-info",
  accent: "bg-accent",
};

/** A task's progress. Without `value` it is running and its progress is unknown. */
export function Progress({ label, value, max = 1 }: { label: string; value?: number; max?: number }) {
  const share = value === undefined || max === 0 ? undefined : Math.min(1, value / max);
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={share === undefined ? undefined : Math.round(share * 100)}
      className="h-1.5 overflow-hidden rounded-sm bg-line"
    >
      <div
        className={classes(
          "h-full rounded-sm bg-accent transition-[width]",
          share === undefined && "w-1/3 animate-pulse",
        )}
        style={share === undefined ? undefined : { width: `${share * 100}%` }}
      />
    </div>
  );
}

/** The used share of a whole, in parts. The figures must be shown next to it in words. */
export function Meter({
  label,
  max,
  parts,
  text,
}: {
  label: string;
  max: number;
  parts: readonly { value: number; tone: Tone }[];
  /** The same in words, for screen readers. */
  text: string;
}) {
  const total = parts.reduce((sum, part) => sum + part.value, 0);
  return (
    // <meter> cannot show several parts.
    <div
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={max}
      aria-valuenow={Math.min(total, max)}
      aria-valuetext={text}
      className="flex h-2 gap-px overflow-hidden rounded-sm bg-line"
    >
      {parts.map((part) =>
        part.value > 0 && max > 0 ? (
          <div
            key={part.tone}
            className={classes("h-full", fills[part.tone])}
            style={{ width: `${Math.min(100, (part.value / max) * 100)}%` }}
          />
        ) : null,
      )}
    </div>
  );
}
