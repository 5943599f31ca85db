import { CircleAlert, CircleCheck, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { type Tone, tones } from "./badge.tsx";
import { classes } from "./classes.ts";

const icons: Record<Tone, typeof Info> = {
  neutral: Info,
  good: CircleCheck,
  warn: TriangleAlert,
  bad: CircleAlert,
  info: Info,
  accent: Info,
};

/** A paragraph that must be seen: what happened, what was kept, what to do. */
export function Notice({
  tone = "info",
  title,
  children,
  action,
}: {
  tone?: Tone;
  title?: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
}) {
  const Icon = icons[tone];
  return (
    <div
      role={tone === "bad" ? "alert" : undefined}
      className={classes("flex flex-wrap items-start gap-x-3 gap-y-2 rounded-lg px-3 py-2.5", tones[tone])}
    >
      <Icon className="mt-0.5 size-4 shrink-0" aria-hidden />
      <div className="min-w-0 flex-1 basis-48">
        {title ? <p className="font-medium">{title}</p> : null}
        {children ? <div className="text-ink">{children}</div> : null}
      </div>
      {action}
    </div>
  );
}
