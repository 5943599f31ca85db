import type { ReactNode } from "react";

/** A page's title, at most a line about it, and its one primary action at the right. */
export function PageHeader({
  title,
  status,
  description,
  action,
  above,
}: {
  title: ReactNode;
  /** A badge next to the title. */
  status?: ReactNode;
  description?: ReactNode;
  /** The primary action, the last at the right. */
  action?: ReactNode;
  /** The link to the parent page, above the title. */
  above?: ReactNode;
}) {
  return (
    <header className="mb-5 flex flex-wrap items-start justify-between gap-x-4 gap-y-3">
      <div className="min-w-0 flex-1 basis-64">
        {above ? <div className="mb-1 text-sm text-soft">{above}</div> : null}
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <h1 className="min-w-0 text-xl break-words" tabIndex={-1} data-page-title>
            {title}
          </h1>
          {status}
        </div>
        {description ? <p className="mt-1 max-w-2xl text-soft">{description}</p> : null}
      </div>
      {action ? <div className="flex flex-wrap items-center gap-2">{action}</div> : null}
    </header>
  );
}

/** A block of a page on its own background, with an optional heading. */
export function Panel({
  title,
  description,
  action,
  children,
  flush,
}: {
  title?: ReactNode;
  description?: ReactNode;
  action?: ReactNode;
  children: ReactNode;
  /** Lets a table reach the edges. */
  flush?: boolean;
}) {
  return (
    <section className="overflow-clip rounded-lg border border-line bg-surface">
      {title ? (
        <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-4 pt-3 pb-2">
          <div className="min-w-0">
            <h2 className="text-base">{title}</h2>
            {description ? <p className="text-sm text-soft">{description}</p> : null}
          </div>
          {action}
        </div>
      ) : null}
      <div className={flush ? undefined : title ? "px-4 pt-1 pb-4" : "p-4"}>{children}</div>
    </section>
  );
}
