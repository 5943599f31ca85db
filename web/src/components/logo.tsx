/** The mark beside the name; the name itself is text. */
export function Logo({ className }: { className?: string }) {
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
