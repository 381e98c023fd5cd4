import Stripe from "stripe";
import { z } from "zod";
import { noSuch } from "./api-error.ts";
import { listOf } from "./lists.ts";
import { boolean, expand, listParams, type Params, parseParams, text } from "./params.ts";
import { newId, nowInSeconds, type World } from "./world.ts";

const listed = z.strictObject({
  ...listParams,
  type: text().optional(),
  types: z.array(text()).max(20).optional(),
  delivery_success: boolean.optional(),
});

/** An event about an object as it is now: objects are never changed in place, so later changes do not reach it. */
export function newEvent(
  type: Stripe.Event.Type,
  object: object,
  request: Stripe.Event.Request | null,
  previous: object | undefined,
): Stripe.Event {
  return {
    id: newId("evt"),
    object: "event",
    api_version: Stripe.API_VERSION,
    created: nowInSeconds(),
    data: { object, ...(previous && { previous_attributes: previous }) },
    livemode: false,
    pending_webhooks: 0,
    request,
    type,
    // The package knows each type with its own object; here the type says which it is.
  } as unknown as Stripe.Event;
}

export function retrieveEvent(world: World, id: string, params: Params): Stripe.Event {
  parseParams(z.strictObject({ expand }), params);
  const event = world.records.find("event", id);
  if (!event) throw noSuch("event", id, "id");
  return event;
}

export function listEvents(world: World, params: Params) {
  const parsed = parseParams(listed, params);
  const { type, types, delivery_success: delivered } = parsed;
  const isWanted = (name: string) =>
    type === undefined || (type.endsWith("*") ? name.startsWith(type.slice(0, -1)) : name === type);
  const events = world.records
    .all("event")
    .filter((event) => isWanted(event.type) && (types === undefined || types.includes(event.type)))
    .filter((event) => delivered === undefined || (event.pending_webhooks === 0) === delivered);
  return listOf("/v1/events", events, parsed);
}
