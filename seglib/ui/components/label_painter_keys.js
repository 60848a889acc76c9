// Everything by keys: a cursor that paints, and a key for each tool, class and command.

const KEY_PAUSE = 250; // ms without a key before Python hears of what keys painted
const KEYS =
  'Arrow keys move a cursor, with Shift ten pixels at a time; Space paints there, or sets a corner. B brush, E eraser, ' +
  'P polygon, F fill, H move. Square brackets change the size, digits the class. Control Z undoes, Control Y redoes. ' +
  'R draws a box where one is wanted: Space sets a corner, and the opposite one. N goes to the ring, if there is one. ' +
  'Enter closes a polygon, Backspace takes its last corner back, Escape gives it up. Plus, minus and W zoom.';

function handleKey(painter, event) {
  if (!painter.map || event.altKey) return;
  const onPicture = event.target === painter.marks || event.composedPath()[0] === painter.marks;
  const action = event.ctrlKey || event.metaKey ? commands(painter, event)
    : (onPicture && pictureKeys(painter, event)) || toolKeys(painter, event);
  if (!action) return;
  event.preventDefault();
  event.stopPropagation(); // Streamlit has shortcuts of its own
  action();
}

function commands(painter, { key, shiftKey }) {
  const letter = key.toLowerCase();
  if (letter === 'y' || (letter === 'z' && shiftKey)) return () => stepForward(painter);
  return letter === 'z' ? () => stepBack(painter) : null;
}

function toolKeys(painter, { key, code, shiftKey }) {
  const tool = TOOLS.find((choice) => choice.key === key.toLowerCase())?.tool;
  if (painter.data.tools.includes(tool)) return () => chooseTool(painter, tool);
  const digit = /^Digit(\d)$/.exec(code)?.[1];
  const label = ((Number(digit) + 9) % 10) + (shiftKey ? 10 : 0);
  if (digit && label < painter.data.classes.length) return () => chooseClass(painter, label);
  const factor = { '[': 1 / 1.25, ']': 1.25 }[key];
  const step = factor > 1 ? Math.ceil : Math.floor;
  return factor ? () => setSize(painter, step(settings.size * factor)) : null;
}

function pictureKeys(painter, { key, shiftKey }) {
  const { plane } = painter;
  const by = shiftKey ? 10 : 1;
  const ring = ringOf(painter);
  const middle = () => middleOf([cursorOf(painter).y, cursorOf(painter).x], plane.size);
  return {
    ArrowUp: () => moveCursor(painter, 0, -by),
    ArrowDown: () => moveCursor(painter, 0, by),
    ArrowLeft: () => moveCursor(painter, -by, 0),
    ArrowRight: () => moveCursor(painter, by, 0),
    ' ': () => {
      const pixel = (painter.cursor = cursorOf(painter));
      act(painter, pixel, [pixel.x + 0.5, pixel.y + 0.5], KEY_PAUSE);
      tell(painter, true);
    },
    Enter: () => closePolygon(painter),
    Escape: painter.corners.length || painter.anchor
      ? () => { Object.assign(painter, { corners: [], anchor: null }); tell(painter); redraw(painter); } : null,
    Backspace: painter.corners.length ? () => takeCorner(painter) : null,
    '+': () => setZoom(plane, plane.zoom * 1.5, middle()),
    '=': () => setZoom(plane, plane.zoom * 1.5, middle()), // the same key without Shift on many keyboards
    '-': () => setZoom(plane, plane.zoom / 1.5, middle()),
    w: () => setZoom(plane, 1),
    n: ring ? () => putCursor(painter, { x: ring.place[1], y: ring.place[0] }) : null,
  }[key];
}

// The keyboard's cursor starts at the pointer, else in the middle of what is seen.
function cursorOf({ cursor, pointer, plane }) {
  const [height, width] = plane.size;
  return within(plane, cursor ?? pointer ?? { x: Math.floor(plane.x * width), y: Math.floor(plane.y * height) });
}

function within({ size: [height, width] }, { x, y }) {
  return { x: clamp(x, 0, width - 1), y: clamp(y, 0, height - 1) };
}

function moveCursor(painter, right, down) {
  const at = cursorOf(painter);
  putCursor(painter, { x: at.x + right, y: at.y + down });
}

function putCursor(painter, at) {
  const { plane } = painter;
  painter.cursor = within(plane, at);
  const { x, y } = middleOf([painter.cursor.y, painter.cursor.x], plane.size);
  const reach = 0.45 / plane.zoom; // keep the cursor in sight
  moveTo(plane, clamp(plane.x, x - reach, x + reach), clamp(plane.y, y - reach, y + reach));
  tell(painter, true);
}
