import { Link as RouterLink } from "@tanstack/react-router";
import type { AnchorHTMLAttributes, ReactNode } from "react";
import { parseSearch } from "../lib/search.ts";
import { type ButtonKind, type ButtonSize, buttonLooks } from "../ui/button.tsx";
import { classes } from "../ui/classes.ts";

interface LinkProps extends Omit<AnchorHTMLAttributes<HTMLAnchorElement>, "href"> {
  /** A path from paths.ts. */
  to: string;
  children: ReactNode;
  /** For links with their own looks. */
  bare?: boolean;
  replace?: boolean;
}

/** A link within the application. Its page is preloaded when the pointer rests on it. */
export function Link({ to, bare, className, ...rest }: LinkProps) {
  const url = new URL(to, "http://varsla.invalid");
  // The router types `to` by its route patterns; paths.ts builds finished paths, and a test matches each against the router.
  const target = { to: url.pathname, search: parseSearch(url.search) } as unknown as { to: "/" };
  return (
    <RouterLink
      {...target}
      className={classes(!bare && "rounded-sm font-medium text-accent-ink hover:underline", className)}
      {...rest}
    />
  );
}

/** A link styled as a button, for a primary action that opens another page. */
export function ButtonLink({
  kind,
  size,
  icon,
  className,
  children,
  ...rest
}: LinkProps & { kind?: ButtonKind; size?: ButtonSize; icon?: ReactNode }) {
  return (
    <Link bare className={classes(buttonLooks(kind, size), className)} {...rest}>
      {icon}
      {children}
    </Link>
  );
}
