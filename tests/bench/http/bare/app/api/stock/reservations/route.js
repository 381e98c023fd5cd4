/** The least that Next can do with such a request: read its JSON and answer some of the same length. Nothing is held. */
export async function POST(request) {
  const { variantId, quantity } = await request.json();
  const now = new Date().toISOString();
  const reservation = {
    reservationId: variantId,
    variantId,
    quantity,
    status: "active",
    heldAt: now,
    durationSeconds: 900,
    expiresAt: now,
    maxExpiresAt: now,
  };
  return Response.json({ serverNow: now, outcome: "held", reservation, replacesId: null }, { status: 201 });
}
