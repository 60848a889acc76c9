// A ring around a place where the answer of some strokes is in doubt. The view of the answer tells it, the painter of the
// strokes draws it: so the painter need not wait for the answer.
//
// A ring belongs to one state of one painting (name, edition and rev of label_painter.js). One stroke more, and the
// painter draws it no longer, however late the answer to the strokes before may come.

// The rings that were told, by the name of their painting, and how each painter is drawn again.
const rings = (globalThis.seglibRings ??= { told: new Map(), painters: new Set() });

// What a view tells now; null takes back what it told before.
function tellRing(view, ring) {
  if (view.ring && rings.told.get(view.ring.name) === view.ring) rings.told.delete(view.ring.name);
  view.ring = ring;
  if (ring) rings.told.set(ring.name, ring);
  rings.painters.forEach((drawAgain) => drawAgain()); // `redraw` here would be the view's own
}

// The ring of exactly what is painted now, or null.
function ringOf({ data, edition, rev }) {
  const ring = rings.told.get(data.name);
  return ring?.edition === edition && ring.rev === rev ? ring : null;
}
