'use strict';
// Everything that came from a room is shown by textContent: text stays text.
const $ = (id) => document.getElementById(id);
const base = location.pathname.replace(/\/$/, '');
const store = (() => { try { localStorage.setItem('t', '1'); return localStorage; } catch { return sessionStorage; } })();
const random = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('');
const phone = store.getItem('phone') || random();
store.setItem('phone', phone);
let room = null, seen = -1, state = null, failures = 0, timer = 0, mask = null, erase = false, sent = {};

const note = (words) => { if ($('note').textContent !== words) $('note').textContent = words; };
const headers = () => ({ 'Authorization': `Room ${room.code}.${room.ticket}`, 'Content-Type': 'application/json' });

function leave(words) {
  room = state = null; seen = -1; store.removeItem('room');
  $('join').hidden = false; $('words').textContent = $('title').textContent = '';
  $('options').replaceChildren(); $('painter').hidden = true; note(words); $('code').focus();
}

async function join(code) {
  note('Joining …');
  try {
    const answer = await fetch(`${base}/join`, { method: 'POST', body: JSON.stringify({ code }) });
    if (answer.status === 429) { note('Many are joining: trying again …'); setTimeout(() => join(code), 1500 + 2000 * Math.random()); return; }
    if (!answer.ok) { leave('There is no room with this code: look at the screen again.'); return; }
    enter(await answer.json());
  } catch { note('No connection: trying again …'); setTimeout(() => join(code), 3000); }
}

function enter(found) {
  room = found; store.setItem('room', JSON.stringify(found)); $('join').hidden = true; note(''); look();
}

async function look() {
  clearTimeout(timer);
  if (!room) return;
  try {
    const answer = await fetch(`${base}/state?seen=${seen}`, { headers: headers(), cache: 'no-store' });
    if (answer.status === 404) { leave('This room is over.'); return; }
    if (answer.status === 200) { state = await answer.json(); seen = state.version; draw(); }
    if (failures) note('');
    failures = 0;
  } catch { failures += 1; if (failures > 1) note('No connection: trying again …'); }
  timer = setTimeout(look, (document.hidden ? 6000 : 2000) + 500 * Math.random() + 1000 * Math.min(failures, 6));
}

async function vote(ballot) {
  const round = state.round;
  try {
    const answer = await fetch(`${base}/ballot`, { method: 'POST', headers: headers(), body: JSON.stringify({ phone, round, ballot }) });
    const outcome = answer.ok ? (await answer.json()).outcome : 'busy';
    note({ counted: 'Counted. You may change it until the vote ends.', closed: 'The vote has ended.',
           full: 'No more phones fit into this room.' }[outcome] || 'Not counted: tap again.');
    if (outcome === 'counted') { sent = { round, ballot }; store.setItem('sent', JSON.stringify({ ...sent, code: room.code })); }
    if (outcome === 'closed') look();
    if (state.kind === 'choice') draw();
  } catch { note('No connection: not counted yet. Tap again.'); }
}

function draw() {
  $('title').textContent = state.title;
  const old = $('words').textContent;
  $('words').textContent = state.words || 'Wait for the next question.';
  if (old !== $('words').textContent) $('words').focus({ preventScroll: true });
  point(state.dot);
  const painting = state.kind === 'paint' && state.open;
  $('painter').hidden = !painting;
  $('options').replaceChildren(...(state.kind === 'choice' ? state.options.map(option) : []));
  if (painting) paint();
  if (state.words && !state.open && !state.shown) note('The vote has ended.');
  else if (state.open && sent.round !== state.round) note(painting ? 'Paint, then lift the finger: it is sent by itself.' : 'Tap your answer.');
  else if (state.shown && state.kind === 'paint') note('Look at the screen: this is what the class painted.');
  else if (!state.words || state.shown) note('');
}

function point(dot) {
  $('look').hidden = !dot;
  if (!dot) return;
  const [left, top] = dot.map((share) => `${Math.round(1000 * share) / 10}%`);
  $('photo').src = state.photo;
  $('photo').alt = `The lecture's photo; the lecturer points ${left} from its left edge, ${top} from its top.`;
  Object.assign($('dot').style, { left, top });
}

function option(words, index) {
  const mine = sent.round === state.round && sent.ballot === index;
  if (!state.shown) {
    const button = document.createElement('button');
    button.textContent = words;
    button.disabled = !state.open;
    button.setAttribute('aria-pressed', String(mine));
    button.onclick = () => vote(index);
    return button;
  }
  const total = state.counts.reduce((a, b) => a + b, 0), box = document.createElement('div'), bar = document.createElement('meter');
  const right = state.right === index;
  box.className = right ? 'share right' : 'share';
  box.textContent = `${words}: ${state.counts[index]} of ${total}${right ? ' ✓ right' : ''}${mine ? ' (you)' : ''}`;
  bar.max = Math.max(1, total); bar.value = state.counts[index]; bar.setAttribute('aria-hidden', 'true');
  box.append(bar);
  return box;
}

function paint() {
  if (mask && mask.round === state.round) return;
  const side = state.side, canvas = $('canvas'), scale = 6;
  mask = { round: state.round, cells: new Uint8Array(side * side), picture: new Image() };
  canvas.width = canvas.height = side * scale;
  const context = canvas.getContext('2d');
  const redraw = () => {
    context.drawImage(mask.picture, 0, 0, canvas.width, canvas.height);
    context.fillStyle = 'rgba(0, 158, 255, .55)';
    for (let i = 0; i < mask.cells.length; i++) if (mask.cells[i]) context.fillRect(i % side * scale, Math.floor(i / side) * scale, scale, scale);
  };
  mask.picture.onload = redraw;
  mask.picture.src = state.picture;
  const at = (event) => { const r = canvas.getBoundingClientRect(); return [(event.clientX - r.left) / r.width * side, (event.clientY - r.top) / r.height * side]; };
  const stamp = ([x, y]) => {
    for (let row = Math.floor(y - 3); row <= y + 3; row++) for (let col = Math.floor(x - 3); col <= x + 3; col++)
      if (row >= 0 && col >= 0 && row < side && col < side && (row + .5 - y) ** 2 + (col + .5 - x) ** 2 <= 6.5) mask.cells[row * side + col] = erase ? 0 : 1;
  };
  let last = null;
  canvas.onpointerdown = (event) => { canvas.setPointerCapture(event.pointerId); last = at(event); stamp(last); redraw(); };
  canvas.onpointermove = (event) => {
    if (!last) return;
    const now = at(event), steps = Math.ceil(Math.hypot(now[0] - last[0], now[1] - last[1])) || 1;
    for (let i = 1; i <= steps; i++) stamp([last[0] + (now[0] - last[0]) * i / steps, last[1] + (now[1] - last[1]) * i / steps]);
    last = now; redraw();
  };
  const send = () => {
    const bytes = new Uint8Array(side * side / 8);
    mask.cells.forEach((cell, i) => { if (cell) bytes[i >> 3] |= 128 >> (i & 7); });
    vote(btoa(String.fromCharCode(...bytes)));
  };
  canvas.onpointerup = canvas.onpointercancel = () => { if (last) { last = null; send(); } };
  $('clear').onclick = () => { mask.cells.fill(0); redraw(); send(); };
}
for (const [id, on] of [['brush', false], ['rubber', true]]) $(id).onclick = () => {
  erase = on; $('brush').setAttribute('aria-pressed', String(!on)); $('rubber').setAttribute('aria-pressed', String(on));
};

$('join').onsubmit = (event) => { event.preventDefault(); join($('code').value); };
document.addEventListener('visibilitychange', () => { if (!document.hidden) look(); });
addEventListener('online', look);

const [code, ticket] = location.hash.slice(1).split('.');
const known = JSON.parse(store.getItem('room') || 'null');
sent = JSON.parse(store.getItem('sent') || '{}');
history.replaceState(null, '', location.pathname);  // the ticket does not stay in the address
if (ticket) enter({ code, ticket });
else if (code) join(code);
else if (known) enter(known);
else leave('');
if (!room || sent.code !== room.code) sent = {};
