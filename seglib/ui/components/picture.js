// What both picture widgets are made of: arrays unpacked, a zoomed and panned plane, strokes that can be seen anywhere.
//
// Each widget is one module, this file followed by its own, which defines `redraw(view)`. A plane (a group of linked
// views, or one painter) has: size (H, W), zoom, the fractions x and y of the picture in the middle, and members.

const GRID_FROM = 12; // CSS px per image pixel from which single pixels are outlined

// ---------------------------------------------------------------- decoding

async function decodeAll(known, assets, decode) {
  const entries = Object.entries(assets).map(async ([id, asset]) => [id, known.get(id) ?? (await decode(asset, id))]);
  return new Map(await Promise.all(entries));
}

async function decodePicture({ content }) {
  const image = new Image();
  image.src = content;
  await image.decode();
  return image;
}

async function unpackMap({ content, width, height }, id) {
  if (!globalThis.DecompressionStream) {
    throw new Error('This browser is too old to unpack label maps: please use one from 2023 or later.');
  }
  const packed = Uint8Array.from(atob(content), (char) => char.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate'));
  const values = new Uint8Array(await new Response(stream).arrayBuffer());
  return { id, width, height, values, present: new Set(values) };
}

// ---------------------------------------------------------------- zoom and pan

function setZoom(group, zoom, at = { x: group.x, y: group.y }) {
  const next = clamp(zoom, 1, Math.max(4, Math.min(...group.size) / 8)); // until eight pixels fill the panel
  const kept = group.zoom / next; // the point under the pointer stays where it is
  moveTo(group, at.x + (group.x - at.x) * kept, at.y + (group.y - at.y) * kept, next);
}

function moveTo(group, x, y, zoom = group.zoom) {
  const half = 0.5 / zoom;
  Object.assign(group, { zoom, x: clamp(x, half, 1 - half), y: clamp(y, half, 1 - half) });
  group.members.forEach(redraw);
}

// The button that shows the whole picture shows the zoom, and its name begins with what it shows: one can ask for it by
// voice.
function sayZoom(button, { zoom }) {
  button.textContent = `${Number(zoom.toFixed(1))}×`;
  button.setAttribute('aria-label', `${button.textContent}, show the whole picture`);
}

// Centre and spread of the fingers on the picture; one finger has no spread.
function gesture(down) {
  const [a, b = a] = down.values();
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, spread: Math.hypot(a.x - b.x, a.y - b.y) };
}

function follow(group, marks, before, after) {
  const rect = marks.getBoundingClientRect();
  const dx = (after.x - before.x) / rect.width / group.zoom;
  const dy = (after.y - before.y) / rect.height / group.zoom;
  moveTo(group, group.x - dx, group.y - dy);
  if (before.spread && after.spread) {
    const at = spotUnder(group, marks, { clientX: after.x, clientY: after.y });
    setZoom(group, group.zoom * (after.spread / before.spread), at);
  }
}

function zoomByWheel(group, marks, event) {
  if (!event.ctrlKey && !event.metaKey && group.zoom === 1) return; // the page scrolls
  event.preventDefault();
  // Wheels count lines or pixels; a pinched touchpad arrives as small steps with ctrlKey set.
  const distance = event.deltaY * (event.deltaMode ? 30 : 1) * (event.ctrlKey ? 3 : 1);
  const factor = clamp(Math.exp(-distance / 300), 0.7, 1.4);
  setZoom(group, group.zoom * factor, spotUnder(group, marks, event));
}

// Where in the picture, in fractions, a pointer is.
function spotUnder(group, marks, { clientX, clientY }) {
  const rect = marks.getBoundingClientRect();
  return {
    x: group.x + ((clientX - rect.left) / rect.width - 0.5) / group.zoom,
    y: group.y + ((clientY - rect.top) / rect.height - 0.5) / group.zoom,
  };
}

function middleOf([row, col], [height, width]) {
  return { x: (col + 0.5) / width, y: (row + 0.5) / height };
}

// ---------------------------------------------------------------- canvas

// Where the whole picture lies, in CSS pixels of a frame that shows part of it.
function placeIn({ x, y, zoom }, width, height) {
  return { x: width * (0.5 - x * zoom), y: height * (0.5 - y * zoom), width: width * zoom, height: height * zoom };
}

// A cleared canvas in device pixels, to be drawn on in CSS pixels.
function prepare(canvas, width, height) {
  const [across, down] = [Math.round(width * devicePixelRatio), Math.round(height * devicePixelRatio)];
  if (canvas.width !== across || canvas.height !== down) Object.assign(canvas, { width: across, height: down });
  const paper = canvas.getContext('2d');
  paper.setTransform(1, 0, 0, 1, 0, 0);
  paper.clearRect(0, 0, across, down);
  paper.setTransform(across / width, 0, 0, down / height, 0, 0);
  return paper;
}

function drawGrid(paper, place, rows, columns, width, height) {
  paper.beginPath();
  for (let col = 0; col <= columns; col++) line(paper, place.x + (col * place.width) / columns, 0, 0, height);
  for (let row = 0; row <= rows; row++) line(paper, 0, place.y + (row * place.height) / rows, width, 0);
  paper.lineWidth = 1 / devicePixelRatio;
  paper.strokeStyle = 'rgb(128 128 128 / 45%)';
  paper.stroke();
}

function drawBox(paper, x, y, side) {
  paper.beginPath();
  paper.rect(x - side / 2, y - side / 2, side, side);
  strokeTwice(paper, 3.5, 1.5);
}

function drawCross(paper, x, y, gap) {
  paper.beginPath();
  line(paper, x - gap - 9, y, 9, 0);
  line(paper, x + gap, y, 9, 0);
  line(paper, x, y - gap - 9, 0, 9);
  line(paper, x, y + gap, 0, 9);
  strokeTwice(paper, 3, 1.25);
}

function line(paper, x, y, dx, dy) {
  paper.moveTo(x, y);
  paper.lineTo(x + dx, y + dy);
}

function drawRing(paper, x, y, radius) {
  paper.beginPath();
  paper.arc(x, y, radius, 0, 2 * Math.PI);
  strokeTwice(paper, 4, 2);
}

// White within black can be seen on any photo.
function strokeTwice(paper, outer, inner) {
  paper.lineWidth = outer;
  paper.strokeStyle = 'rgb(0 0 0 / 75%)';
  paper.stroke();
  paper.lineWidth = inner;
  paper.strokeStyle = 'white';
  paper.stroke();
}

// One RGBA pixel as ImageData's buffer holds it on little-endian machines, which all browsers run on.
function pack(red, green, blue, alpha) {
  return ((alpha << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

// ---------------------------------------------------------------- small tools

function news(sent, name, value) {
  const differs = sent[name] !== value;
  sent[name] = value;
  return differs;
}

function swatch(color) {
  const it = element('span', color ? 'swatch' : 'swatch void');
  if (color) it.style.backgroundColor = `rgb(${color.join(' ')})`;
  return it;
}

function element(tag, className = '', attributes = {}) {
  const it = document.createElement(tag);
  if (className) it.className = className;
  for (const [name, value] of Object.entries(attributes)) it.setAttribute(name, value);
  return it;
}

function textElement(tag, text, className = '') {
  const it = element(tag, className);
  it.textContent = text;
  return it;
}

function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}
