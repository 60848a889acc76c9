// Mouse, pen and fingers on the picture: one paints, two move and zoom.

const DRAGGED = 4; // CSS px: a pointer that moved less has clicked

function listen(painter) {
  const { marks, plane, frameBox, root } = painter;
  const down = new Map(); // pointers on the picture: id -> last position
  let moving = false, last = null, pressed = null;
  marks.addEventListener('pointerdown', (event) => {
    if (event.button > 1 || !painter.map) return;
    event.preventDefault(); // the middle button would scroll
    marks.focus({ focusVisible: false });
    marks.setPointerCapture(event.pointerId);
    down.set(event.pointerId, { x: event.clientX, y: event.clientY });
    painter.cursor = null;
    const pinching = down.size > 1;
    if (pinching) giveUp(painter); // the first finger did not mean to paint
    if (pinching && pressed) painter.anchor = pressed = null;
    moving = pinching || settings.tool === 'move' || event.button === 1;
    if (!moving && settings.tool === 'box' && !painter.anchor) {
      painter.anchor = cornerUnder(painter, event);
      pressed = { x: event.clientX, y: event.clientY };
    }
    if (moving || ['polygon', 'fill', 'box'].includes(settings.tool)) return;
    last = pixelUnder(painter, event);
    beginChange(painter.history);
    paint(painter, drawStroke(painter.map, last, last, settings.size, labelToPaint()));
  });
  marks.addEventListener('pointermove', (event) => {
    painter.pointer = event.pointerType === 'touch' ? null : pixelUnder(painter, event);
    painter.reach = cornerUnder(painter, event); // a box being drawn follows
    if (down.has(event.pointerId) && moving) {
      const before = gesture(down);
      Object.assign(down.get(event.pointerId), { x: event.clientX, y: event.clientY });
      follow(plane, marks, before, gesture(down));
    } else if (painter.history.change && down.has(event.pointerId)) {
      const steps = event.getCoalescedEvents?.() ?? [];
      for (const step of steps.length ? steps : [event]) {
        const next = pixelUnder(painter, step);
        paint(painter, drawStroke(painter.map, last, next, settings.size, labelToPaint()));
        last = next;
      }
    }
    tell(painter);
    redraw(painter);
  });
  marks.addEventListener('pointerup', (event) => {
    if (!down.delete(event.pointerId)) return;
    if (painter.history.change) finish(painter);
    else if (pressed && !moving) {
      // A drag is a box; after a click its other corner is still to come.
      const far = Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) > DRAGGED;
      if (far && painter.anchor) setBoxCorner(painter, cornerUnder(painter, event));
      else tell(painter, true);
    } else if (!moving) act(painter, within(plane, pixelUnder(painter, event)), cornerUnder(painter, event));
    pressed = null;
    if (!down.size) moving = false;
  });
  marks.addEventListener('pointercancel', (event) => {
    down.delete(event.pointerId);
    if (pressed) painter.anchor = pressed = null;
    giveUp(painter);
  });
  marks.addEventListener('pointerleave', () => {
    painter.pointer = null;
    redraw(painter);
  });
  marks.addEventListener('dblclick', () => closePolygon(painter));
  marks.addEventListener('focus', () => tell(painter));
  marks.addEventListener('blur', () => tell(painter));
  root.addEventListener('keydown', (event) => handleKey(painter, event));
  frameBox.addEventListener('wheel', (event) => zoomByWheel(plane, marks, event), { passive: false });
}

// The point (x, y) of the picture's plane that a pointer is at.
function cornerUnder({ plane, marks }, event) {
  const [height, width] = plane.size;
  const spot = spotUnder(plane, marks, event);
  return [clamp(spot.x * width, 0, width), clamp(spot.y * height, 0, height)];
}

// The pixel it is in.
function pixelUnder({ plane, marks }, event) {
  const [height, width] = plane.size;
  const spot = spotUnder(plane, marks, event);
  return { x: Math.floor(spot.x * width), y: Math.floor(spot.y * height) }; // a stroke may leave the picture
}
