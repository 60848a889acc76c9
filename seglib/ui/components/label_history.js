// What can be undone on a map: each step is the rectangle that changed and the pixels it had before.
//
// A change may take many strokes of the pointer: it begins, notes where it happened, and ends or is taken back.

const HISTORY_STEPS = 200;
const HISTORY_BYTES = 48e6;

function createHistory(map) {
  return { map, undo: [], redo: [], change: null };
}

function beginChange(history) {
  history.change = { before: history.map.values.slice(), dirty: null };
}

function noteChange({ change }, [left, top, right, bottom]) {
  if (!change) return;
  const [l, t, r, b] = change.dirty ?? [left, top, right, bottom];
  change.dirty = [Math.min(l, left), Math.min(t, top), Math.max(r, right), Math.max(b, bottom)];
}

// Whether there is a new step to undo.
function endChange(history) {
  const { map, change, undo } = history;
  history.change = null;
  if (!change?.dirty) return false;
  undo.push({ rect: change.dirty, pixels: cut(map, change.before, change.dirty) });
  history.redo = [];
  let bytes = undo.reduce((sum, { pixels }) => sum + pixels.length, 0);
  while (undo.length > HISTORY_STEPS || (bytes > HISTORY_BYTES && undo.length > 1)) bytes -= undo.shift().pixels.length;
  return true;
}

// The rectangle that is again as it was when the change began, or null.
function takeBackChange(history) {
  const { map, change } = history;
  history.change = null;
  if (!change?.dirty) return null;
  paste(map, cut(map, change.before, change.dirty), change.dirty);
  return change.dirty;
}

// One step from a list of steps, and its opposite onto the other list; the rectangle that changed, or null.
function travel({ map, change }, from, onto) {
  if (change || !from.length) return null;
  const { rect, pixels } = from.pop();
  onto.push({ rect, pixels: cut(map, map.values, rect) });
  paste(map, pixels, rect);
  return rect;
}

function undo(history) {
  return travel(history, history.undo, history.redo);
}

function redo(history) {
  return travel(history, history.redo, history.undo);
}
