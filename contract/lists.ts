import { z } from "zod";
import { endpoint, type Resource } from "./endpoint.ts";
import { ById, Id, Instant, Paging, page, name as nameOf } from "./shapes.ts";

export const ListInput = z.object({ name: nameOf(100) });

export const List = z.object({
  id: Id,
  name: z.string(),
  members: z.number().int(),
  created_at: Instant,
});
export type List = z.infer<typeof List>;

const Members = z.object({ contacts: z.array(Id).min(1).max(10_000) });

export const lists = {
  create: endpoint({
    method: "POST",
    path: "/lists",
    summary: "Creates an empty static list; 409 when the name is taken.",
    permission: "contacts:write",
    body: ListInput,
    status: 201,
    answer: List,
  }),
  list: endpoint({
    method: "GET",
    path: "/lists",
    summary: "The workspace's lists by name, with their number of members.",
    permission: "contacts:read",
    query: z.object({ ...Paging, query: z.string().trim().max(100).optional() }),
    answer: page(List),
  }),
  get: endpoint({
    method: "GET",
    path: "/lists/:id",
    summary: "One list.",
    permission: "contacts:read",
    params: ById,
    answer: List,
  }),
  rename: endpoint({
    method: "PATCH",
    path: "/lists/:id",
    summary: "Renames a list.",
    permission: "contacts:write",
    params: ById,
    body: ListInput,
    answer: List,
  }),
  remove: endpoint({
    method: "DELETE",
    path: "/lists/:id",
    summary: "Deletes a list; its contacts stay. 409 while an unsent campaign uses it.",
    permission: "contacts:write",
    params: ById,
    status: 204,
  }),
  addMembers: endpoint({
    method: "POST",
    path: "/lists/:id/members",
    summary: "Adds contacts to a list; those already on it are not added twice.",
    permission: "contacts:write",
    params: ById,
    body: Members,
    answer: z.object({ added: z.number().int(), members: z.number().int() }),
  }),
  removeMembers: endpoint({
    method: "DELETE",
    path: "/lists/:id/members",
    summary: "Removes contacts from a list.",
    permission: "contacts:write",
    params: ById,
    body: Members,
    answer: z.object({ removed: z.number().int(), members: z.number().int() }),
  }),
} satisfies Resource;
