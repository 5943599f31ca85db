import { CloudOff, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { Button } from "./button.tsx";
import { classes } from "./classes.ts";

/** A placeholder for text that is loading; shown after 200 ms, not before. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={classes("late rounded-sm bg-hover", className ?? "h-4 w-full")} />;
}

/** A placeholder for a whole page that is loading. */
export function PageSkeleton() {
  const t = useTranslations("ui");
  return (
    <div role="status" className="flex flex-col gap-4">
      <span className="sr-only">{t("loading")}</span>
      <Skeleton className="h-7 w-56" />
      <Skeleton className="h-32 w-full" />
      <Skeleton className="h-64 w-full" />
    </div>
  );
}

/** Says what would be here, what it is for, and offers the one next step. */
export function EmptyState({
  icon: Icon,
  title,
  children,
  action,
}: {
  icon?: LucideIcon;
  title: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="flex flex-col items-center gap-3 px-6 py-12 text-center">
      {Icon ? (
        <span className="grid size-10 place-items-center rounded-lg bg-sunken text-soft">
          <Icon className="size-5" aria-hidden />
        </span>
      ) : null}
      <div className="flex max-w-md flex-col gap-1">
        <p className="font-semibold">{title}</p>
        {children ? <div className="text-soft">{children}</div> : null}
      </div>
      {action}
    </div>
  );
}

/** Says what went wrong and offers to try again. `message` is already in the reader's language. */
export function ErrorState({
  title,
  message,
  onRetry,
}: {
  title?: ReactNode;
  message: ReactNode;
  onRetry?: () => void;
}) {
  const t = useTranslations("ui");
  return (
    <div role="alert" className="flex flex-col items-center gap-3 px-6 py-12 text-center">
      <span className="grid size-10 place-items-center rounded-lg bg-bad-soft text-bad-ink">
        <CloudOff className="size-5" aria-hidden />
      </span>
      <div className="flex max-w-md flex-col gap-1">
        <p className="font-semibold">{title ?? t("failed")}</p>
        <p className="text-soft">{message}</p>
      </div>
      {onRetry ? <Button onClick={onRetry}>{t("tryAgain")}</Button> : null}
    </div>
  );
}
