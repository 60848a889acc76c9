// Painting a label map on a photo. The map is an array of class indices at the photo's own resolution; the canvas
// only shows it. Python hears of every finished stroke, and keeps it; the browser's tab keeps a copy for a reload.
//
// Who is newer? Within an `edition` the browser counts its changes in `rev`. Python starts a new edition when it
// replaces the map itself (a file was loaded, a challenge begins), and only then does the painter take Python's map.
//
// One module for the browser, of several files: picture.js, ring.js, the map and its history (label_map.js, label_history.js), this
// file, and label_painter_*.js for what is set, what tools do, pointers, keys, drafts and drawing.

const HINTS = {
  box: 'Drag a box, or click two opposite corners; Escape gives up.',
  brush: 'Drag to paint. Two fingers, or Ctrl and wheel, zoom.',
  eraser: 'Drag to make void again.',
  polygon: 'Click corner after corner; the first corner, Enter or a double click closes, Escape gives up.',
  fill: 'Click to fill a region, void or painted, up to its borders.',
  move: 'Drag to move the zoomed photo.',
};
const KEY_HINTS = { // for whoever came to the picture by keys
  box: 'Arrow keys move, with Shift further. Space sets a corner, then the opposite one; Escape gives up.',
  brush: 'Arrow keys move, with Shift further. Space paints; digits choose the class, square brackets the size.',
  eraser: 'Arrow keys move, with Shift further. Space makes void again.',
  polygon: 'Arrow keys move, with Shift further. Space sets a corner, Enter closes, Escape gives up.',
  fill: 'Arrow keys move, with Shift further. Space fills a region up to its borders.',
  move: 'Plus and minus zoom; arrow keys move the zoomed photo once its edge is reached.',
};

const painters = new WeakMap(); // by the element Streamlit gives us: it survives reruns

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
    map: null, history: createHistory(null), edition: -1, rev: 0, // what is painted, and which of its states this is
    corners: [], cursor: null, pointer: null,
    box: null, boxRev: -1, anchor: null, reach: [0, 0], // the box [top, left, bottom, right], and a corner of one being drawn
    frame: 0, timer: 0, saving: false, unsaved: false, gone: false,
  };
  painter.plane.members = [painter];
  painter.drawAgain = () => redraw(painter);
  rings.painters.add(painter.drawAgain);
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
  rings.painters.delete(painter.drawAgain);
  painter.root.remove();
  painter.gone = true;
  if (painter.timer) save(painter); // Python will not hear of it any more, but the draft is there when we come back
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
  const first = painter.map === null;
  const [height, width] = painter.data.size;
  const known = painter.maps.get(map)?.values ?? new Uint8Array(height * width).fill(VOID);
  if (first) {
    painter.layer = element('canvas', '', { width, height });
    painter.image = new ImageData(width, height);
    painter.map = { values: known.slice(), width, height };
    painter.history = createHistory(painter.map);
  }
  Object.assign(painter, { edition, rev });
  const draft = first ? await readDraft(painter) : null;
  const undoable = !first || draft !== null;
  if (undoable) beginChange(painter.history);
  paint(painter, replaceAll(painter.map, draft?.values ?? known));
  if (undoable) finish(painter, draft !== null);
  const gone = draft?.gone.length ? ` No longer a class, and so void now: ${draft.gone.join(', ')}.` : '';
  if (draft) say(painter, `What you painted before the reload is back; undo takes it away.${gone}`);
  else if (!first) writeDraft(painter, await message(painter));
}

// ---------------------------------------------------------------- words

function say(painter, words) {
  painter.notice.textContent = words;
  painter.notice.hidden = !words;
}

// Says where the pointer or cursor is and what is painted there; `aloud` to a screen reader, too.
function tell(painter, aloud = false) {
  const { map, history, corners, data } = painter;
  if (!map) return;
  const at = painter.cursor ?? (painter.pointer && inPicture(painter, painter.pointer) ? painter.pointer : null);
  const place = at ? `row ${at.y}, column ${at.x}: ${data.classes[map.values[at.y * map.width + at.x]]?.name ?? 'void'}` : '';
  const hints = painter.marks.matches(':focus-visible') ? KEY_HINTS : HINTS;
  const polygon = corners.length ? `${corners.length} ${corners.length > 1 ? 'corners' : 'corner'}. `
    : painter.anchor ? 'First corner of the box is set. ' : '';
  painter.readout.textContent = polygon + (place || hints[settings.tool]);
  painter.undoButton.disabled = !history.undo.length && !corners.length;
  painter.redoButton.disabled = !history.redo.length;
  if (aloud) painter.spoken.textContent = polygon + place;
}

function inPicture({ plane: { size: [height, width] } }, { x, y }) {
  return x >= 0 && y >= 0 && x < width && y < height;
}
