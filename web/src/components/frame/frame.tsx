import { Outlet } from "@tanstack/react-router";
import { useSessionQuery } from "../../lib/session.ts";
import { PageSkeleton } from "../../ui/states.tsx";

export function Frame() {
  const session = useSessionQuery();
  if (!session.data) return <PageSkeleton />;
  return (
    <main className="p-6">
      <Outlet />
    </main>
  );
}
