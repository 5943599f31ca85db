import { useState } from "react";

/**
 * What dims and holds the page behind a dialog. Radix's own overlay locks the scrolling with an inline style, which the
 * content security policy forbids; styles.css does it by this element's attribute.
 */
export function Scrim() {
  const [scrolls] = useState(() => window.innerWidth > document.documentElement.clientWidth);
  return <div data-holds-page={scrolls ? "scrolled" : "short"} className="appear fixed inset-0 z-40 bg-scrim" />;
}
