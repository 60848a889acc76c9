// Painting a label map on a photo. The map is an array of class indices at the photo's own resolution; the canvas
// only shows it. Python hears of every finished stroke, and keeps it; the browser's tab keeps a copy for a reload.
//
// Who is newer? Within an `edition` the browser counts its changes in `rev`. Python starts a new edition when it
// replaces the map itself (a file was loaded, a challenge begins), and only then does the painter take Python's map.

const VOID = 255;
const MAX_SIZE = 120; // pixels across a brush
const HISTORY_STEPS = 200;
const HISTORY_BYTES = 48e6;
const DRAFTS = 8; // paintings kept for a reload
const DRAFT_CHARACTERS = 3e6; // browsers give a page about 5 million
const DRAFT_PREFIX = 'seglib painting ';
const CLOSE_TO = 10; // CSS px: a click this near to a polygon's first corner closes it
const DRAGGED = 4; // CSS px: a pointer that moved less has clicked
const KEY_PAUSE = 250; // ms without a key before Python hears of what keys painted
const TOOLS = [
  { tool: 'box', key: 'r', title: 'Box' }, // where Python asks for one
  { tool: 'brush', key: 'b', title: 'Brush' },
  { tool: 'eraser', key: 'e', title: 'Eraser' },
  { tool: 'polygon', key: 'p', title: 'Polygon' },
  { tool: 'fill', key: 'f', title: 'Fill' },
  { tool: 'move', key: 'h', title: 'Move' },
];
const HINTS = {
  box: 'Drag a box, or click two opposite corners; Escape gives up.',
  brush: 'Drag to paint. Two fingers, or Ctrl and wheel, zoom.',
  eraser: 'Drag to make void again.',
  polygon: 'Click corner after corner; the first corner, Enter or a double click closes, Escape gives up.',
  fill: 'Click to fill a region, void or painted, up to its borders.',
  move: 'Drag to move the zoomed photo.',
};
const KEYS =
  'Arrow keys move a cursor, with Shift ten pixels at a time; Space paints there, or sets a corner. B brush, E eraser, ' +
  'P polygon, F fill, H move. Square brackets change the size, digits the class. Control Z undoes, Control Y redoes. ' +
  'R draws a box where one is wanted: Space sets a corner, and the opposite one. ' +
  'Enter closes a polygon, Backspace takes its last corner back, Escape gives it up. Plus, minus and W zoom.';

const painters = new WeakMap(); // by the element Streamlit gives us: it survives reruns
const settings = (globalThis.seglibPainter ??= { tool: 'brush', size: 24, label: 0, opacity: 0.6 }); // of all photos

export default function ({ data, parentElement, setStateValue }) {
  let painter = painters.get(parentElement);
  if (!painter) painters.set(parentElement, (painter = createPainter(parentElement)));
  const call = ++painter.calls;
  painter.send = (value) => setStateValue('painting', value);
  painter.sendBox = (value) => setStateValue('box', value);
  update(painter, data, call);
  return () => {
    if (call !== painter.calls) return; // Streamlit also cleans up calls that a newer one overtook
    destroyPainter(painter);
    painters.delete(parentElement);
  };
}

// ---------------------------------------------------------------- life of a painter

function createPainter(parentElement) {
  const painter = {
    calls: 0, data: null, pictures: new Map(), maps: new Map(), sent: {},
    plane: { size: [1, 1], zoom: 1, x: 0.5, y: 0.5, members: [] },
    values: null, edition: -1, rev: 0, // the map, and which of its states this is
    stroke: null, corners: [], cursor: null, pointer: null,
    box: null, boxRev: -1, anchor: null, reach: [0, 0], // the box [top, left, bottom, right], and a corner of one being drawn
    undo: [], redo: [], frame: 0, timer: 0, saving: false, unsaved: false, gone: false,
  };
  painter.plane.members = [painter];
  const root = (painter.root = element('div', 'photo-view painter'));
  painter.notice = element('p', 'notice', { role: 'status', hidden: '' });
  painter.frameBox = element('div', 'frame');
  painter.picture = element('canvas', 'picture', { 'aria-hidden': 'true' });
  painter.marks = element('canvas', 'marks', {
    tabindex: '0', role: 'application', 'aria-roledescription': 'painting', 'aria-describedby': 'keys',
  });
  painter.frameBox.append(painter.picture, painter.marks);
  const figure = element('figure');
  figure.append(painter.frameBox);
  painter.readout = element('p', 'readout', { 'aria-live': 'off' });
  painter.spoken = element('p', 'unseen', { 'aria-live': 'polite' });
  painter.legend = element('div', 'legend', { role: 'group', 'aria-label': 'Class to paint with' });
  const help = textElement('p', KEYS, 'unseen');
  help.id = 'keys';
  root.append(toolbar(painter), figure, painter.legend, painter.readout, painter.notice, painter.spoken, help);
  parentElement.append(root);
  listen(painter);
  painter.resizes = new ResizeObserver(() => redraw(painter));
  painter.resizes.observe(painter.frameBox);
  return painter;
}

function destroyPainter(painter) {
  cancelAnimationFrame(painter.frame);
  painter.resizes.disconnect();
  painter.root.remove();
  painter.gone = true;
  if (painter.timer) save(painter); // Python will not hear of it any more, but the draft is there when we come back
}

function toolbar(painter) {
  const bar = element('div', 'toolbar', { role: 'toolbar', 'aria-label': 'Painting' });
  const button = (title, text, action) => {
    const it = element('button', '', { type: 'button', 'aria-label': title, title });
    it.textContent = text;
    it.addEventListener('click', action);
    return it;
  };
  painter.toolButtons = TOOLS.map(({ tool, key, title }) => {
    const it = button(`${title} (${key})`, title, () => chooseTool(painter, tool));
    it.dataset.tool = tool;
    return it;
  });
  const range = (label, attributes, action) => {
    const field = element('label', 'opacity');
    const input = element('input', '', { type: 'range', 'aria-label': label, ...attributes });
    input.addEventListener('input', () => action(Number(input.value)));
    const value = element('span', 'value');
    field.append(`${label} `, input, value);
    return { field, input, value };
  };
  painter.sizeField = range('Size', { min: 1, max: MAX_SIZE }, (size) => setSize(painter, size));
  const overlay = range('Overlay', { min: 0, max: 1, step: 0.05, value: settings.opacity }, (opacity) => {
    settings.opacity = opacity;
    redraw(painter);
  });
  painter.undoButton = button('Undo (Ctrl Z)', '↶', () => stepBack(painter));
  painter.redoButton = button('Redo (Ctrl Y)', '↷', () => stepForward(painter));
  painter.resetButton = button('Show the whole picture', '1×', () => setZoom(painter.plane, 1));
  const tools = element('div', 'tools');
  tools.append(...painter.toolButtons);
  const ranges = element('div', 'tools');
  ranges.append(painter.sizeField.field, overlay.field);
  const others = element('div', 'tools');
  others.append(
    painter.undoButton, painter.redoButton, button('Clear the whole map', 'Clear', () => clear(painter)),
    button('Zoom out', '−', () => setZoom(painter.plane, painter.plane.zoom / 1.5)), painter.resetButton,
    button('Zoom in', '+', () => setZoom(painter.plane, painter.plane.zoom * 1.5)),
  );
  bar.append(tools, ranges, others);
  return bar;
}

async function update(painter, data, call) {
  try {
    const pictures = await decodeAll(painter.pictures, data.pictures, decodePicture);
    const maps = await decodeAll(painter.maps, data.maps, unpackMap);
    if (!globalThis.CompressionStream) throw new Error('This browser is too old to keep what is painted.');
    if (call !== painter.calls) return; // a newer rerun was faster, or the painter is gone
    Object.assign(painter, { pictures, maps, data });
    painter.plane.size = data.size;
    painter.root.style.setProperty('--aspect', data.size[1] / data.size[0]);
    painter.marks.setAttribute('aria-label', data.alt);
    if (news(painter.sent, 'classes', JSON.stringify(data.classes))) syncClasses(painter);
    if (data.edition > painter.edition) await adopt(painter, data);
    if (data.boxRev >= painter.boxRev) Object.assign(painter, { box: data.box, boxRev: data.boxRev });
    painter.toolButtons.forEach((button) => { button.hidden = !data.tools.includes(button.dataset.tool); });
    const first = news(painter.sent, 'tools', String(data.tools)) && data.tools.includes('box');
    chooseTool(painter, first ? 'box' : settings.tool);
  } catch (error) {
    say(painter, error.message);
  }
}

// Takes Python's map, unless this tab painted on after Python last heard of it.
async function adopt(painter, { edition, rev, map }) {
  const first = painter.values === null;
  const [height, width] = painter.data.size;
  const known = painter.maps.get(map)?.values.slice() ?? new Uint8Array(height * width).fill(VOID);
  if (first) {
    painter.layer = element('canvas', '', { width, height });
    painter.image = new ImageData(width, height);
    painter.values = known;
  }
  Object.assign(painter, { edition, rev });
  const draft = first ? await readDraft(painter) : null;
  if (!first || draft) begin(painter);
  painter.values.set(draft ?? known);
  touch(painter, 0, 0, width, height);
  if (!first || draft) finish(painter, draft !== null);
  if (draft) say(painter, 'What you painted before the reload is back; undo takes it away.');
  else if (!first) writeDraft(painter, await message(painter));
}

function say(painter, words) {
  painter.notice.textContent = words;
  painter.notice.hidden = !words;
}

// ---------------------------------------------------------------- classes, tools, size

function syncClasses(painter) {
  const { classes } = painter.data;
  painter.palette = new Uint32Array(256); // void stays clear
  classes.forEach(({ color }, label) => { painter.palette[label] = pack(...color, 255); });
  if (settings.label >= classes.length) settings.label = 0;
  painter.legend.replaceChildren(...classes.map(({ name, color }, label) => {
    const button = element('button', '', { type: 'button' });
    button.append(swatch(color), name, textElement('kbd', keyOf(label)));
    button.addEventListener('click', () => chooseClass(painter, label));
    return button;
  }));
}

// Classes 1 to 9, then 0, then the same with Shift.
function keyOf(label) {
  return `${label >= 10 ? '⇧' : ''}${(label + 1) % 10}`;
}

function chooseClass(painter, label) {
  settings.label = label;
  chooseTool(painter, ['eraser', 'move', 'box'].includes(settings.tool) ? 'brush' : settings.tool);
  painter.spoken.textContent = painter.data.classes[label].name;
}

function chooseTool(painter, tool) {
  if (!painter.data?.tools.includes(tool)) tool = 'brush'; // chosen in another painter
  if (tool !== 'polygon') painter.corners = [];
  if (tool !== 'box') painter.anchor = null;
  settings.tool = tool;
  painter.toolButtons.forEach((button) => button.setAttribute('aria-pressed', String(button.dataset.tool === tool)));
  [...painter.legend.children].forEach((button, label) => {
    button.setAttribute('aria-pressed', String(label === settings.label && tool !== 'eraser' && tool !== 'box'));
  });
  painter.root.classList.toggle('moving', tool === 'move');
  setSize(painter, settings.size);
}

function setSize(painter, size) {
  settings.size = clamp(Math.round(size), 1, MAX_SIZE);
  painter.sizeField.input.value = settings.size;
  painter.sizeField.value.textContent = `${settings.size} px`;
  tell(painter);
  redraw(painter);
}

const labelToPaint = () => (settings.tool === 'eraser' ? VOID : settings.label);

// ---------------------------------------------------------------- changes, undone and redone

function begin(painter) {
  painter.stroke = { before: painter.values.slice(), dirty: null };
}

// Notes that a rectangle of the map has changed, and colours it.
function touch(painter, left, top, right, bottom) {
  const { values, image, palette, stroke } = painter;
  const pixels = new Uint32Array(image.data.buffer);
  for (let y = top; y < bottom; y++) {
    for (let at = y * image.width + left; at < y * image.width + right; at++) pixels[at] = palette[values[at]];
  }
  painter.layer.getContext('2d').putImageData(image, 0, 0, left, top, right - left, bottom - top);
  if (stroke) {
    const [l, t, r, b] = stroke.dirty ?? [left, top, right, bottom];
    stroke.dirty = [Math.min(l, left), Math.min(t, top), Math.max(r, right), Math.max(b, bottom)];
  }
  redraw(painter);
}

// Ends a change: it can be undone from now on, and Python hears of it if `heard`.
function finish(painter, heard = true, pause = 0) {
  const { stroke } = painter;
  painter.stroke = null;
  if (!stroke?.dirty) return;
  painter.undo.push({ rect: stroke.dirty, values: cut(painter, stroke.before, stroke.dirty) });
  painter.redo = [];
  trim(painter.undo);
  if (heard) changed(painter, pause);
  tell(painter);
}

function giveUp(painter) {
  const { stroke } = painter;
  painter.stroke = null;
  if (stroke?.dirty) paste(painter, { rect: stroke.dirty, values: cut(painter, stroke.before, stroke.dirty) });
}

function trim(steps) {
  let bytes = steps.reduce((sum, { values }) => sum + values.length, 0);
  while (steps.length > HISTORY_STEPS || (bytes > HISTORY_BYTES && steps.length > 1)) bytes -= steps.shift().values.length;
}

function cut(painter, values, [left, top, right, bottom]) {
  const [, width] = painter.plane.size;
  const part = new Uint8Array((right - left) * (bottom - top));
  for (let y = top; y < bottom; y++) {
    part.set(values.subarray(y * width + left, y * width + right), (y - top) * (right - left));
  }
  return part;
}

// Puts a step's pixels into the map and returns the step that would undo this.
function paste(painter, { rect, values }) {
  const [left, top, right, bottom] = rect;
  const [, width] = painter.plane.size;
  const back = { rect, values: cut(painter, painter.values, rect) };
  const across = right - left;
  for (let y = top; y < bottom; y++) {
    painter.values.set(values.subarray((y - top) * across, (y - top + 1) * across), y * width + left);
  }
  touch(painter, left, top, right, bottom);
  return back;
}

function stepBack(painter) {
  if (painter.corners.length) return takeCorner(painter);
  if (painter.stroke || !painter.undo.length) return;
  painter.redo.push(paste(painter, painter.undo.pop()));
  changed(painter);
  tell(painter);
}

function stepForward(painter) {
  if (painter.stroke || !painter.redo.length) return;
  painter.undo.push(paste(painter, painter.redo.pop()));
  changed(painter);
  tell(painter);
}

function clear(painter) {
  const [height, width] = painter.plane.size;
  begin(painter);
  painter.values.fill(VOID);
  touch(painter, 0, 0, width, height);
  finish(painter);
}

// ---------------------------------------------------------------- to Python, and into the tab's own memory

function changed(painter, pause = 0) {
  say(painter, '');
  painter.rev += 1;
  clearTimeout(painter.timer);
  painter.timer = setTimeout(() => {
    painter.timer = 0;
    save(painter);
  }, pause);
}

// Packing takes a moment in which more may be painted: one at a time, and the newest state last.
async function save(painter) {
  painter.unsaved = true;
  if (painter.saving) return;
  painter.saving = true;
  while (painter.unsaved) {
    painter.unsaved = false;
    const value = await message(painter);
    writeDraft(painter, value);
    if (!painter.gone) painter.send(value);
  }
  painter.saving = false;
}

async function message({ values, edition, rev, data: { size: [h, w] } }) {
  return { b64: await packMap(values), w, h, edition, rev };
}

async function packMap(values) {
  const stream = new Blob([values]).stream().pipeThrough(new CompressionStream('deflate'));
  const packed = new Uint8Array(await new Response(stream).arrayBuffer());
  let text = '';
  for (let at = 0; at < packed.length; at += 8192) text += String.fromCharCode(...packed.subarray(at, at + 8192));
  return btoa(text);
}

// Drafts lie in sessionStorage: this tab's alone, kept over a reload, gone when it is closed.
function writeDraft(painter, value) {
  const name = DRAFT_PREFIX + painter.data.name;
  const text = JSON.stringify({ ...value, session: painter.data.session, at: Date.now() });
  try {
    sessionStorage.removeItem(name);
    const others = Object.keys(sessionStorage).filter((key) => key.startsWith(DRAFT_PREFIX));
    others.sort((a, b) => JSON.parse(sessionStorage[a]).at - JSON.parse(sessionStorage[b]).at);
    let characters = others.reduce((sum, key) => sum + sessionStorage[key].length, text.length);
    while (others.length && (others.length >= DRAFTS || characters > DRAFT_CHARACTERS)) {
      characters -= sessionStorage[others[0]].length;
      sessionStorage.removeItem(others.shift());
    }
    sessionStorage[name] = text;
  } catch {
    // Storage is full or forbidden: Python has the painting, only a reload would lose it.
  }
}

// The draft's map if it is newer than what Python knows: painted in a session before this one of which Python knows
// nothing, or in this one just before the page was left.
async function readDraft({ data }) {
  try {
    const draft = JSON.parse(sessionStorage[DRAFT_PREFIX + data.name]);
    const mine = draft.session === data.session;
    const newer = mine ? draft.edition === data.edition && draft.rev > data.rev : data.map === null;
    if (!newer || String([draft.h, draft.w]) !== String(data.size)) return null;
    const { values } = await unpackMap({ content: draft.b64, width: draft.w, height: draft.h }, '');
    const fits = values.length === draft.w * draft.h && values.every((v) => v === VOID || v < data.classes.length);
    return fits && values.some((v) => v !== VOID) ? values : null;
  } catch {
    return null; // no draft, or not one of ours
  }
}

// ---------------------------------------------------------------- painting

// A brush drawn from one pixel (x, y) to another: all pixels whose centre is within half its size of the line.
function stamp(painter, from, to, label) {
  const [height, width] = painter.plane.size;
  const radius = settings.size / 2;
  const reach = Math.ceil(radius);
  const left = clamp(Math.min(from.x, to.x) - reach, 0, width);
  const right = clamp(Math.max(from.x, to.x) + reach + 1, 0, width);
  const top = clamp(Math.min(from.y, to.y) - reach, 0, height);
  const bottom = clamp(Math.max(from.y, to.y) + reach + 1, 0, height);
  const dx = to.x - from.x, dy = to.y - from.y, length = dx * dx + dy * dy;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const along = length ? clamp(((x - from.x) * dx + (y - from.y) * dy) / length, 0, 1) : 0;
      const offX = x - from.x - along * dx, offY = y - from.y - along * dy;
      if (offX * offX + offY * offY <= radius * radius) painter.values[y * width + x] = label;
    }
  }
  if (left < right && top < bottom) touch(painter, left, top, right, bottom);
}

// The region of one label around a pixel, by its sides, takes another.
function fillRegion(painter, { x, y }, label) {
  const [height, width] = painter.plane.size;
  const { values } = painter;
  const old = values[y * width + x];
  if (old === label) return;
  const stack = [y * width + x];
  let [left, top, right, bottom] = [x, y, x + 1, y + 1];
  while (stack.length) {
    const at = stack.pop();
    if (values[at] !== old) continue;
    const row = Math.floor(at / width);
    let first = at, last = at;
    while (first % width && values[first - 1] === old) first--;
    while ((last + 1) % width && values[last + 1] === old) last++;
    values.fill(label, first, last + 1);
    left = Math.min(left, first % width);
    right = Math.max(right, (last % width) + 1);
    top = Math.min(top, row);
    bottom = Math.max(bottom, row + 1);
    for (const next of [row > 0 ? -width : 0, row < height - 1 ? width : 0]) {
      for (let it = first; next && it <= last; it++) {
        if (values[it + next] === old && (it === first || values[it + next - 1] !== old)) stack.push(it + next);
      }
    }
  }
  touch(painter, left, top, right, bottom);
}

// Pixels whose centre is inside by the even-odd rule, as in seglib.annotation.polygons.
function fillPolygon(painter, corners, label) {
  const [height, width] = painter.plane.size;
  const first = (position, count) => clamp(Math.ceil(position - 0.5), 0, count);
  const rows = corners.map(([, y]) => y), cols = corners.map(([x]) => x);
  const top = first(Math.min(...rows), height), bottom = first(Math.max(...rows), height);
  const left = first(Math.min(...cols), width), right = first(Math.max(...cols), width);
  if (left >= right || top >= bottom) return;
  for (let y = top; y < bottom; y++) {
    const crossings = corners.flatMap(([x0, y0], index) => {
      const [x1, y1] = corners[(index + 1) % corners.length];
      const middle = y + 0.5;
      if (y0 <= middle === y1 <= middle) return [];
      return [x0 + ((middle - y0) / (y1 - y0)) * (x1 - x0)];
    }).sort((a, b) => a - b);
    for (let at = 0; at + 1 < crossings.length; at += 2) {
      painter.values.fill(label, y * width + first(crossings[at], width), y * width + first(crossings[at + 1], width));
    }
  }
  touch(painter, left, top, right, bottom);
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
  begin(painter);
  fillPolygon(painter, corners, labelToPaint());
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

// Whole pixels [top, left, bottom, right], the last two just behind, of two corners (x, y).
function boxBetween([x0, y0], [x1, y1]) {
  return [Math.min(y0, y1), Math.min(x0, x1), Math.max(y0, y1), Math.max(x0, x1)].map(Math.round);
}

// What the current tool does to one pixel, by click or by key.
function act(painter, pixel, corner, pause) {
  if (settings.tool === 'box') setBoxCorner(painter, corner);
  if (settings.tool === 'polygon') addCorner(painter, corner);
  if (settings.tool !== 'brush' && settings.tool !== 'eraser' && settings.tool !== 'fill') return;
  begin(painter);
  if (settings.tool === 'fill') fillRegion(painter, pixel, labelToPaint());
  else stamp(painter, pixel, pixel, labelToPaint());
  finish(painter, true, pause);
}

// ---------------------------------------------------------------- pointers and keys

function listen(painter) {
  const { marks, plane, frameBox, root } = painter;
  const down = new Map(); // pointers on the picture: id -> last position
  let moving = false, last = null, pressed = null;
  marks.addEventListener('pointerdown', (event) => {
    if (event.button > 1 || !painter.values) return;
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
    begin(painter);
    stamp(painter, last, last, labelToPaint());
  });
  marks.addEventListener('pointermove', (event) => {
    painter.pointer = event.pointerType === 'touch' ? null : pixelUnder(painter, event);
    painter.reach = cornerUnder(painter, event); // a box being drawn follows
    if (down.has(event.pointerId) && moving) {
      const before = gesture(down);
      Object.assign(down.get(event.pointerId), { x: event.clientX, y: event.clientY });
      follow(plane, marks, before, gesture(down));
    } else if (painter.stroke && down.has(event.pointerId)) {
      const steps = event.getCoalescedEvents?.() ?? [];
      for (const step of steps.length ? steps : [event]) {
        const next = pixelUnder(painter, step);
        stamp(painter, last, next, labelToPaint());
        last = next;
      }
    }
    tell(painter);
    redraw(painter);
  });
  marks.addEventListener('pointerup', (event) => {
    if (!down.delete(event.pointerId)) return;
    if (painter.stroke) finish(painter);
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

function handleKey(painter, event) {
  if (!painter.values || event.altKey) return;
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
  const tool = TOOLS.find((it) => it.key === key.toLowerCase() && painter.data.tools.includes(it.tool));
  if (tool) return () => chooseTool(painter, tool.tool);
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
  const { plane } = painter;
  const at = cursorOf(painter);
  painter.cursor = within(plane, { x: at.x + right, y: at.y + down });
  const { x, y } = middleOf([painter.cursor.y, painter.cursor.x], plane.size);
  const reach = 0.45 / plane.zoom; // keep the cursor in sight
  moveTo(plane, clamp(plane.x, x - reach, x + reach), clamp(plane.y, y - reach, y + reach));
  tell(painter, true);
}

// ---------------------------------------------------------------- words

// Says where the pointer or cursor is and what is painted there; `aloud` to a screen reader, too.
function tell(painter, aloud = false) {
  const { values, corners, data, plane: { size: [, width] } } = painter;
  if (!values) return;
  const at = painter.cursor ?? (painter.pointer && inPicture(painter, painter.pointer) ? painter.pointer : null);
  const place = at ? `row ${at.y}, column ${at.x}: ${data.classes[values[at.y * width + at.x]]?.name ?? 'void'}` : '';
  const polygon = corners.length ? `${corners.length} ${corners.length > 1 ? 'corners' : 'corner'}. `
    : painter.anchor ? 'First corner of the box is set. ' : '';
  painter.readout.textContent = polygon + (place || HINTS[settings.tool]);
  painter.undoButton.disabled = !painter.undo.length && !corners.length;
  painter.redoButton.disabled = !painter.redo.length;
  if (aloud) painter.spoken.textContent = polygon + place;
}

function inPicture({ plane: { size: [height, width] } }, { x, y }) {
  return x >= 0 && y >= 0 && x < width && y < height;
}

// ---------------------------------------------------------------- drawing

function redraw(painter) {
  painter.frame ||= requestAnimationFrame(() => draw(painter));
}

function pixelSize({ frameBox, plane }) {
  return (frameBox.clientWidth * plane.zoom) / plane.size[1];
}

function draw(painter) {
  painter.frame = 0;
  const { plane, frameBox, data } = painter;
  const { clientWidth: width, clientHeight: height } = frameBox;
  painter.resetButton.textContent = `${Number(plane.zoom.toFixed(1))}×`;
  if (!width || !painter.values) return; // hidden in a closed tab; the ResizeObserver calls when it opens
  const place = placeIn(plane, width, height);
  const paper = prepare(painter.picture, width, height);
  const photo = painter.pictures.get(data.picture);
  paper.imageSmoothingEnabled = place.width / photo.naturalWidth <= 2;
  paper.imageSmoothingQuality = 'high';
  paper.drawImage(photo, place.x, place.y, place.width, place.height);
  paper.imageSmoothingEnabled = false;
  paper.globalAlpha = settings.opacity;
  paper.drawImage(painter.layer, place.x, place.y, place.width, place.height);
  paper.globalAlpha = 1;
  drawTools(painter, prepare(painter.marks, width, height), place, width, height);
}

function drawTools(painter, paper, place, width, height) {
  const { corners, cursor, pointer, plane, data } = painter;
  const pixel = pixelSize(painter);
  const onScreen = ([x, y]) => [place.x + x * pixel, place.y + y * pixel];
  if (pixel > GRID_FROM) drawGrid(paper, place, ...plane.size, width, height);
  data.marks.forEach((mark) => drawRectangle(paper, onScreen, mark, [4, 4]));
  const drawn = painter.anchor && boxBetween(painter.anchor, cursor ? [cursor.x + 0.5, cursor.y + 0.5] : painter.reach);
  if (drawn ?? painter.box) drawRectangle(paper, onScreen, drawn ?? painter.box);
  const at = cursor ?? pointer;
  const middle = at && onScreen([at.x + 0.5, at.y + 0.5]);
  if (corners.length) {
    paper.beginPath();
    corners.forEach((corner, index) => paper[index ? 'lineTo' : 'moveTo'](...onScreen(corner)));
    if (middle) paper.lineTo(...middle);
    strokeTwice(paper, 3.5, 1.5);
    paper.beginPath();
    paper.arc(...onScreen(corners[0]), 5, 0, 2 * Math.PI);
    strokeTwice(paper, 4, 2);
  }
  if (!middle) return;
  if (settings.tool === 'brush' || settings.tool === 'eraser') {
    paper.beginPath();
    paper.arc(...middle, Math.max(2, (settings.size / 2) * pixel), 0, 2 * Math.PI);
    strokeTwice(paper, 2.5, 1);
  }
  if (cursor) drawCross(paper, ...middle, Math.max(4, pixel / 2));
}

// A box [top, left, bottom, right] of pixels; dashed if it is only a mark.
function drawRectangle(paper, onScreen, [top, left, bottom, right], dashes = []) {
  const [x0, y0] = onScreen([left, top]), [x1, y1] = onScreen([right, bottom]);
  paper.beginPath();
  paper.rect(x0, y0, x1 - x0, y1 - y0);
  paper.setLineDash(dashes);
  strokeTwice(paper, dashes.length ? 3 : 4.5, dashes.length ? 1.5 : 2.5);
  paper.setLineDash([]);
}
