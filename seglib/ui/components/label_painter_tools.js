// What each tool does to the map or the box, and how that is undone and redone.

const CLOSE_TO = 10; // CSS px: a click this near to a polygon's first corner closes it

const labelToPaint = () => (settings.tool === 'eraser' ? VOID : settings.label);

// Notes that a rectangle of the map has changed, and colours it; null is no change.
function paint(painter, rect) {
  if (!rect) return;
  noteChange(painter.history, rect);
  const { map, image, palette } = painter;
  const [left, top, right, bottom] = rect;
  const pixels = new Uint32Array(image.data.buffer);
  for (let y = top; y < bottom; y++) {
    for (let at = y * map.width + left; at < y * map.width + right; at++) pixels[at] = palette[map.values[at]];
  }
  painter.layer.getContext('2d').putImageData(image, 0, 0, left, top, right - left, bottom - top);
  redraw(painter);
}

// Ends a change: it can be undone from now on, and Python hears of it if `heard`.
function finish(painter, heard = true, pause = 0) {
  if (!endChange(painter.history)) return;
  if (heard) changed(painter, pause);
  tell(painter);
}

function giveUp(painter) {
  paint(painter, takeBackChange(painter.history));
}

function stepBack(painter) {
  if (painter.corners.length) takeCorner(painter);
  else takeStep(painter, undo(painter.history));
}

function stepForward(painter) {
  takeStep(painter, redo(painter.history));
}

function takeStep(painter, rect) {
  if (!rect) return;
  paint(painter, rect);
  changed(painter);
  tell(painter);
}

function clear(painter) {
  if (!painter.map) return;
  beginChange(painter.history);
  paint(painter, replaceAll(painter.map, new Uint8Array(painter.map.values.length).fill(VOID)));
  finish(painter);
}

function addCorner(painter, corner) {
  const { corners } = painter;
  const away = ([x, y]) => Math.hypot(x - corner[0], y - corner[1]) * pixelSize(painter);
  if (corners.length > 2 && away(corners[0]) <= CLOSE_TO) return closePolygon(painter);
  if (corners.length && away(corners.at(-1)) <= 2) return; // the second half of a double click
  corners.push(corner);
  tell(painter);
  redraw(painter);
}

function takeCorner(painter) {
  painter.corners.pop();
  tell(painter);
  redraw(painter);
}

function closePolygon(painter) {
  const { corners } = painter;
  if (corners.length < 3) return;
  painter.corners = [];
  beginChange(painter.history);
  paint(painter, fillPolygon(painter.map, corners, labelToPaint()));
  finish(painter);
  redraw(painter);
}

// The first corner of a box, or the second.
function setBoxCorner(painter, corner) {
  if (!painter.anchor) painter.anchor = corner;
  else closeBox(painter, corner);
  tell(painter);
  redraw(painter);
}

function closeBox(painter, corner) {
  painter.box = boxBetween(painter.anchor, corner);
  painter.anchor = null;
  painter.boxRev += 1;
  const [top, left, bottom, right] = painter.box;
  painter.sendBox({ top, left, bottom, right, rev: painter.boxRev });
}

// What the current tool does to one pixel, by click or by key.
function act(painter, pixel, corner, pause) {
  if (settings.tool === 'box') setBoxCorner(painter, corner);
  if (settings.tool === 'polygon') addCorner(painter, corner);
  if (settings.tool !== 'brush' && settings.tool !== 'eraser' && settings.tool !== 'fill') return;
  beginChange(painter.history);
  paint(painter, settings.tool === 'fill' ? fillRegion(painter.map, pixel, labelToPaint())
    : drawStroke(painter.map, pixel, pixel, settings.size, labelToPaint()));
  finish(painter, true, pause);
}
