// Linked panels over one picture. Python says what is known about every pixel; this file shows it.
//
// Three frames of reference: pixels (row, col) of the view's size; fractions 0..1 of the picture, in which
// zoom and pan are kept so that panels of any width agree; CSS pixels of one panel. Label maps are read from
// byte arrays, never back from a canvas, whose pixels browsers may smooth or perturb.

const CLICK_SLACK = 4; // CSS px a pointer may wander and still be a click
const HINT = matchMedia('(hover: none)').matches
  ? 'Tap the picture to pin and read a pixel.'
  : 'Point at the picture to read a pixel, click to pin it.';
const KEYS =
  'Arrow keys move a pixel cursor, with Shift ten pixels at a time. Enter or Space pins. ' +
  'Plus and minus zoom, zero shows the whole picture. Ctrl and wheel, pinch or double click zoom too.';

const groups = (globalThis.seglibPhotoViews ??= new Map()); // shared by all views of the page
const views = new WeakMap(); // by the element Streamlit gives us: it survives reruns

export default function ({ data, parentElement, setTriggerValue }) {
  let view = views.get(parentElement);
  if (!view) views.set(parentElement, (view = createView(parentElement)));
  const call = ++view.calls;
  view.sendPin = (row, col) => setTriggerValue('pin', { row, col });
  update(view, data);
  return () => {
    if (call !== view.calls) return; // Streamlit also cleans up calls that a newer one overtook
    destroyView(view);
    views.delete(parentElement);
  };
}

// ---------------------------------------------------------------- life of a view

function createView(parentElement) {
  const view = {
    calls: 0, shown: 0, data: null, group: null, sendPin: null, host: parentElement.host ?? parentElement,
    pictures: new Map(), maps: new Map(), overlays: new Map(), // decoded arrays, and the colourings made of them
    panels: [], truth: null, palette: null, shells: [], // a shell is what stands in the page for a panel
    opacity: 0, highlight: null, // the reader's own settings
    sent: { pin: 'null', opacity: null, colours: null, legend: null }, // what was last followed, to notice news
    ring: null, // what it tells the painter of the same strokes
    frame: 0, stale: true,
  };
  const root = (view.root = element('div', 'photo-view'));
  view.notice = element('p', 'notice', { role: 'alert', hidden: '' });
  view.grid = element('div', 'grid');
  view.readout = element('p', 'readout', { 'aria-live': 'off' });
  view.spoken = element('p', 'unseen', { 'aria-live': 'polite' });
  view.legend = element('div', 'legend', { role: 'group', 'aria-label': 'Classes: press one to single it out' });
  const help = element('p', 'unseen', { id: 'keys' });
  help.textContent = KEYS;
  root.append(toolbar(view), view.notice, view.grid, view.readout, view.legend, view.spoken, help);
  parentElement.append(root);
  view.resizes = new ResizeObserver(() => redraw(view));
  return view;
}

function destroyView(view) {
  cancelAnimationFrame(view.frame);
  view.resizes.disconnect();
  tellRing(view, null);
  leaveGroup(view);
  view.root.remove();
}

function toolbar(view) {
  const bar = element('div', 'toolbar', { role: 'group', 'aria-label': 'View' });
  view.opacityField = element('label', 'opacity');
  view.opacityInput = element('input', '', { type: 'range', min: '0', max: '1', step: '0.05' });
  view.opacityInput.addEventListener('input', () => {
    view.opacity = Number(view.opacityInput.value);
    redraw(view);
  });
  view.opacityField.append('Overlay ', view.opacityInput);
  view.opacityInput.setAttribute('aria-label', 'Overlay opacity');
  const button = (label, text, action) => {
    const it = element('button', '', { type: 'button', 'aria-label': label, title: label });
    it.textContent = text;
    it.addEventListener('click', action);
    return it;
  };
  view.resetButton = button('Show the whole picture', '1×', () => setZoom(view.group, 1));
  bar.append(
    view.opacityField,
    button('Zoom out', '−', () => setZoom(view.group, view.group.zoom / 1.5)),
    view.resetButton,
    button('Zoom in', '+', () => setZoom(view.group, view.group.zoom * 1.5)),
  );
  return bar;
}

async function update(view, data) {
  const call = view.calls;
  joinGroup(view, data);
  try {
    const pictures = await decodeAll(view.pictures, data.pictures, decodePicture);
    const maps = await decodeAll(view.maps, data.maps, unpackMap);
    if (call < view.shown || !view.group) return; // a newer rerun was faster, or the view is gone
    Object.assign(view, { pictures, maps, shown: call });
    show(view, data);
  } catch (error) {
    view.notice.textContent = error.message;
    view.notice.hidden = false;
  }
}

function show(view, data) {
  const { group, sent } = view;
  const resolve = (panel) => panel && {
    ...panel,
    picture: view.pictures.get(panel.picture) ?? null,
    labels: view.maps.get(panel.labels) ?? null,
    confidence: view.maps.get(panel.confidence) ?? null,
    compare: resolve(panel.compare),
  };
  Object.assign(view, { data, panels: data.panels.map(resolve), truth: view.maps.get(data.truth) ?? null });
  const colours = JSON.stringify([data.classes, data.size]);
  if (news(sent, 'colours', colours)) {
    view.palette = new Uint32Array(256); // void and whatever else has no colour stays clear
    data.classes.forEach(({ color }, label) => { view.palette[label] = pack(...color, 255); });
    view.overlays.clear();
  }
  // Python is the source of truth: what it sends anew is followed, what it repeats leaves the reader alone.
  tellRing(view, data.ring);
  if (news(sent, 'pin', JSON.stringify(data.pin))) group.pin = data.pin;
  if (news(sent, 'opacity', data.opacity)) view.opacity = view.opacityInput.value = data.opacity;
  view.opacityField.hidden = !everyPanel(view).some((panel) => modeOf(view, panel));
  view.notice.hidden = true;
  view.grid.style.setProperty('--columns', data.columns);
  view.grid.classList.toggle('dense', data.columns >= 4);
  view.root.style.setProperty('--aspect', data.size[1] / data.size[0]);
  syncShells(view);
  syncLegend(view);
  redraw(view);
  tell(group);
}

const everyPanel = (view) => view.panels.flatMap((panel) => (panel.compare ? [panel, panel.compare] : [panel]));

// ---------------------------------------------------------------- groups: what linked views share

function joinGroup(view, { group, size }) {
  const name = `${group} ${size}`; // pixels of pictures of different size do not correspond
  if (view.group?.name === name) return;
  leaveGroup(view);
  view.sent.pin = 'null'; // the new group has not heard of any
  if (!groups.has(name)) groups.set(name, { name, size, members: [], zoom: 1, x: 0.5, y: 0.5, hover: null, pin: null });
  view.group = groups.get(name);
  const followsInPage = (a, b) => (a.host.compareDocumentPosition(b.host) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1);
  view.group.members = [...view.group.members, view].sort(followsInPage);
}

function leaveGroup(view) {
  if (!view.group) return;
  view.group.members = view.group.members.filter((member) => member !== view);
  if (!view.group.members.length) groups.delete(view.group.name);
  view.group = null;
}

function setHover(group, point, speaker = null) {
  if (String(group.hover) === String(point)) return;
  group.hover = point;
  tell(group, speaker);
}

function pinAt(view, [row, col]) {
  const { group } = view;
  const same = String(group.pin) === String([row, col]);
  group.pin = [row, col];
  tell(group, view);
  if (!same) view.sendPin(row, col); // a double click must not make Python work twice
}

// ---------------------------------------------------------------- reading out pixels

// Shows in all views of the group what is known of one pixel; `speaker` also says it to a screen reader.
function tell(group, speaker = null) {
  const point = group.hover ?? group.pin;
  const parts = point ? describe(group, point) : [{ text: HINT }];
  for (const view of group.members) {
    view.readout.replaceChildren(...parts.map((part, index) => readoutPart(part, index === parts.length - 1)));
    redrawMarks(view);
  }
  if (speaker) speaker.spoken.textContent = parts.map(({ text }) => text).join(', ');
}

function readoutPart({ text, color }, isLast) {
  const part = element('span', 'part');
  if (color) part.append(swatch(color));
  part.append(isLast ? text : `${text} · `);
  return part;
}

function describe(group, [row, col]) {
  const parts = [{ text: `row ${row}, column ${col}` }];
  const knowing = group.members.find((view) => view.truth);
  if (knowing) parts.push(naming('truth', knowing, valueAt(knowing, knowing.truth, row, col)));
  for (const view of group.members) {
    parts.push(...everyPanel(view).map((panel) => panelPart(view, panel, row, col)).filter(Boolean));
  }
  // A net shown in two views is named once, where more is known of it.
  const told = (text, index) => parts.some((other, place) =>
    other.text.startsWith(`${text} `) || (other.text === text && place < index));
  return parts.filter(({ text }, index) => !told(text, index));
}

function panelPart(view, { title, labels, confidence }, row, col) {
  if (!labels && !confidence) return null;
  if (labels && labels === view.truth) return null; // has been said
  const part = labels ? naming(title, view, valueAt(view, labels, row, col)) : { text: `${title}:` };
  if (confidence) part.text += ` ${Math.round(valueAt(view, confidence, row, col) / 2.55)} %`;
  return part;
}

function naming(title, view, label) {
  const { name = 'void', color } = view.data.classes[label] ?? {};
  return { text: `${title}: ${name}`, color };
}

function valueAt(view, map, row, col) {
  const [height, width] = view.group.size;
  const y = Math.floor(((row + 0.5) / height) * map.height);
  const x = Math.floor(((col + 0.5) / width) * map.width);
  return map.values[y * map.width + x];
}

// ---------------------------------------------------------------- legend

function syncLegend(view) {
  const maps = [view.truth, ...everyPanel(view).map((panel) => panel.labels)].filter(Boolean);
  const present = [...new Set(maps.flatMap((map) => [...map.present]))].sort((a, b) => a - b);
  const items = present.map((label) => ({ label, name: 'void', ...view.data.classes[label] }));
  if (!present.includes(view.highlight)) view.highlight = null;
  if (!news(view.sent, 'legend', JSON.stringify(items))) return; // rebuilding would drop the focus
  view.legend.replaceChildren(...items.map((item) => legendButton(view, item)));
}

function legendButton(view, { label, name, color }) {
  const button = element('button', '', { type: 'button', 'aria-pressed': String(view.highlight === label) });
  button.append(swatch(color), name);
  button.addEventListener('click', () => {
    view.highlight = view.highlight === label ? null : label;
    for (const other of view.legend.children) {
      other.setAttribute('aria-pressed', String(other === button && view.highlight !== null));
    }
    redraw(view);
  });
  return button;
}

// ---------------------------------------------------------------- panels in the page

function syncShells(view) {
  while (view.shells.length > view.panels.length) {
    const shell = view.shells.pop();
    view.resizes.unobserve(shell.frame);
    shell.figure.remove();
  }
  while (view.shells.length < view.panels.length) view.shells.push(createShell(view));
  view.shells.forEach((shell, index) => labelShell(shell, view.panels[index]));
}

function createShell(view) {
  const shell = { figure: element('figure'), split: 0.5 };
  shell.heads = element('div', 'heads');
  shell.captions = element('figcaption');
  shell.frame = element('div', 'frame');
  shell.picture = element('canvas', 'picture', { 'aria-hidden': 'true' });
  // "application" hands the arrow keys to us where a screen reader would keep them for reading on.
  shell.marks = element('canvas', 'marks', {
    tabindex: '0', role: 'application', 'aria-roledescription': 'picture', 'aria-describedby': 'keys',
  });
  shell.swipe = element('input', 'swipe', { type: 'range', min: '0', max: '1', step: '0.005', value: '0.5' });
  shell.swipe.addEventListener('input', () => {
    shell.split = Number(shell.swipe.value);
    redraw(view);
  });
  shell.frame.append(shell.picture, shell.marks, shell.swipe);
  shell.figure.append(shell.heads, shell.captions, shell.frame);
  listen(view, shell);
  view.resizes.observe(shell.frame);
  view.grid.append(shell.figure);
  return shell;
}

function labelShell(shell, panel) {
  const sides = panel.compare ? [panel, panel.compare] : [panel];
  shell.heads.replaceChildren(...sides.map(heading));
  shell.captions.replaceChildren(...sides.map((side) => textElement('span', side.caption)));
  shell.figure.classList.toggle('pair', sides.length > 1);
  shell.captions.hidden = !shell.captions.textContent;
  shell.marks.setAttribute('aria-label', sides.map((side) => side.alt).join(' Compared with: '));
  shell.swipe.hidden = !panel.compare;
  shell.swipe.setAttribute('aria-label', `Swipe between ${sides.map((side) => side.title).join(' and ')}`);
}

function heading({ title, role }) {
  const head = element('div', 'head');
  head.append(textElement('span', title, 'title'));
  if (role) head.append(textElement('span', role, 'role'));
  return head;
}

// ---------------------------------------------------------------- pointers and keys

function listen(view, shell) {
  const { marks, frame } = shell;
  const down = new Map(); // pointers on the picture: id -> last position
  let wandered = false;
  marks.addEventListener('pointerdown', (event) => {
    if (event.button) return;
    marks.setPointerCapture(event.pointerId);
    wandered = down.size > 0; // a second finger never clicks
    down.set(event.pointerId, { x: event.clientX, y: event.clientY, startX: event.clientX, startY: event.clientY });
  });
  marks.addEventListener('pointermove', (event) => {
    if (event.pointerType !== 'touch') setHover(view.group, pixelUnder(view, marks, event));
    if (!down.has(event.pointerId)) return;
    const before = gesture(down);
    const finger = Object.assign(down.get(event.pointerId), { x: event.clientX, y: event.clientY });
    if (Math.hypot(finger.x - finger.startX, finger.y - finger.startY) > CLICK_SLACK) wandered = true;
    if (wandered) follow(view.group, marks, before, gesture(down));
  });
  marks.addEventListener('pointerup', (event) => {
    if (down.delete(event.pointerId) && !wandered) pinAt(view, pixelUnder(view, marks, event));
  });
  marks.addEventListener('pointercancel', (event) => down.delete(event.pointerId));
  marks.addEventListener('pointerleave', () => setHover(view.group, null));
  marks.addEventListener('blur', () => setHover(view.group, null));
  marks.addEventListener('dblclick', (event) => {
    setZoom(view.group, view.group.zoom * 2, spotUnder(view.group, marks, event));
  });
  marks.addEventListener('keydown', (event) => handleKey(view, event));
  frame.addEventListener('wheel', (event) => zoomByWheel(view.group, marks, event), { passive: false });
}

function pixelUnder(view, marks, event) {
  const [height, width] = view.group.size;
  const spot = spotUnder(view.group, marks, event);
  return [clamp(Math.floor(spot.y * height), 0, height - 1), clamp(Math.floor(spot.x * width), 0, width - 1)];
}

function handleKey(view, event) {
  const { group } = view;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const step = event.shiftKey ? 10 : 1;
  const pin = () => pinAt(view, cursor(group));
  const zoomIn = () => setZoom(group, group.zoom * 1.5, middleOf(cursor(group), group.size));
  const actions = {
    ArrowUp: () => moveCursor(view, -step, 0),
    ArrowDown: () => moveCursor(view, step, 0),
    ArrowLeft: () => moveCursor(view, 0, -step),
    ArrowRight: () => moveCursor(view, 0, step),
    Enter: pin,
    ' ': pin,
    '+': zoomIn,
    '=': zoomIn, // the same key without Shift on many keyboards
    '-': () => setZoom(group, group.zoom / 1.5, middleOf(cursor(group), group.size)),
    0: () => setZoom(group, 1),
  };
  if (!actions[event.key]) return;
  event.preventDefault();
  event.stopPropagation(); // Streamlit has shortcuts of its own
  actions[event.key]();
}

// The keyboard's cursor is the hovered pixel; it starts at the pin, else in the middle of what is seen.
function cursor({ hover, pin, size: [height, width], x, y }) {
  return hover ?? pin ?? [Math.floor(y * height), Math.floor(x * width)];
}

function moveCursor(view, down, right) {
  const { group } = view;
  const [height, width] = group.size;
  const [row, col] = cursor(group);
  const next = [clamp(row + down, 0, height - 1), clamp(col + right, 0, width - 1)];
  setHover(group, next, view);
  const { x, y } = middleOf(next, group.size);
  const reach = 0.45 / group.zoom; // keep the cursor in sight
  moveTo(group, clamp(group.x, x - reach, x + reach), clamp(group.y, y - reach, y + reach));
}
