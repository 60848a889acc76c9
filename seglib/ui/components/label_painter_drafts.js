// What was painted goes to Python, and into the tab's own memory for a reload.

const DRAFTS = 8; // paintings kept for a reload
const DRAFT_CHARACTERS = 3e6; // browsers give a page about 5 million
const DRAFT_PREFIX = 'seglib painting ';

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

async function message({ map: { values, width, height }, edition, rev }) {
  return { b64: await packMap(values), w: width, h: height, edition, rev };
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
  const classes = painter.data.classes.map((known) => known.name);
  const text = JSON.stringify({ ...value, session: painter.data.session, classes, at: Date.now() });
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
// nothing, or in this one just before the page was left. With it come the names of classes in it that are no more.
async function readDraft({ data }) {
  try {
    const draft = JSON.parse(sessionStorage[DRAFT_PREFIX + data.name]);
    const mine = draft.session === data.session;
    const newer = mine ? draft.edition === data.edition && draft.rev > data.rev : data.map === null;
    if (!newer || String([draft.h, draft.w]) !== String(data.size)) return null;
    const { values } = await unpackMap({ content: draft.b64, width: draft.w, height: draft.h }, '');
    const names = draft.classes ?? data.formerClasses; // a draft that does not say is from before it had to
    const fits = values.length === draft.w * draft.h && values.every((v) => v === VOID || v < names.length);
    const [today, gone] = inTodaysClasses(values, names, data.classes);
    return fits && values.some((v) => v !== VOID) ? { values: today, gone } : null;
  } catch {
    return null; // no draft, or not one of ours
  }
}

// The server may have other classes than when the draft was painted: each keeps its name, and void is what has none.
function inTodaysClasses(values, names, classes) {
  const table = new Uint8Array(256).fill(VOID);
  names.forEach((name, index) => {
    const today = classes.findIndex((known) => known.name === name);
    if (today >= 0) table[index] = today;
  });
  const gone = names.filter((_, index) => table[index] === VOID && values.includes(index));
  return [values.map((v) => table[v]), gone];
}
