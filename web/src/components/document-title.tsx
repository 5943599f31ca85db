/** The tab's title: "Contacts – Varsla". React puts the element into the head. */
export function DocumentTitle({ children }: { children: string }) {
  return <title>{`${children} – Varsla`}</title>;
}
