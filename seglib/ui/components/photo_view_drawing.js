// The drawing half of photo_view.js: from arrays and the group's zoom to pixels on a canvas.
//
// Every panel has two canvases, one upon the other: the picture with its coloured map, and the marks (cross,
// pin, pixel grid), so that a moving pointer does not redraw the photo. Both are kept in device pixels.

const VOID = 255;
const CLEAR = 0;
const STRIPE = pack(0, 0, 0, 235); // of the hatching over what the net is unsure of; the photo shows between
const VEIL = pack(16, 18, 24, 190); // over what is not looked at
const HATCH = 5; // pixels of the map that a stripe is wide, of one about 480 wide
const WHITE = pack(255, 255, 255, 235);
const SHADE = pack(0, 0, 0, 110);
const OVERLAYS_KEPT = 16; // a bound on memory: one of a large photo weighs 4 MB

function redraw(view) {
  view.stale = true; // the pictures, too
  redrawMarks(view);
}

function redrawMarks(view) {
  view.frame ||= requestAnimationFrame(() => draw(view));
}

function draw(view) {
  const { group, shells, panels, stale } = view;
  Object.assign(view, { frame: 0, stale: false });
  view.root.classList.toggle('zoomed', group.zoom > 1);
  sayZoom(view.resetButton, group);
  shells.forEach((shell, index) => {
    const { clientWidth: width, clientHeight: height } = shell.frame;
    if (!width) return; // hidden in a closed tab; the ResizeObserver calls when it opens
    const place = placeIn(group, width, height);
    if (stale) drawPicture(view, shell, panels[index], place, width, height);
    drawMarks(prepare(shell.marks, width, height), group, place, width, height);
  });
}

function drawPicture(view, shell, panel, place, width, height) {
  const paper = prepare(shell.picture, width, height);
  drawPanel(paper, view, panel, place);
  if (!panel.compare) return;
  const left = shell.split * width;
  paper.beginPath();
  paper.rect(left, 0, width - left, height);
  paper.save();
  paper.clip();
  paper.clearRect(left, 0, width - left, height);
  drawPanel(paper, view, panel.compare, place);
  paper.restore();
}

function drawPanel(paper, view, panel, place) {
  if (panel.picture) {
    paper.imageSmoothingEnabled = !panel.pixelated && place.width / panel.picture.naturalWidth <= 2;
    paper.imageSmoothingQuality = 'high';
    paper.drawImage(panel.picture, place.x, place.y, place.width, place.height);
  }
  const overlay = overlayOf(view, panel);
  if (overlay) {
    paper.imageSmoothingEnabled = false;
    // A class that was asked for stays visible even when the overlay is turned down.
    paper.globalAlpha = view.highlight === null ? view.opacity : Math.max(view.opacity, 0.6);
    paper.drawImage(overlay, place.x, place.y, place.width, place.height);
    paper.globalAlpha = 1;
  }
  if (view.data.outline && panel.labels) drawOutline(paper, panel.labels, place);
}

// The coloured map of a panel, painted once for every combination it is asked for in.
function overlayOf(view, panel) {
  const mode = modeOf(view, panel);
  if (!mode) return null;
  const { labels, confidence } = panel;
  const name = [mode, view.highlight, labels?.id, confidence?.id, view.data.truth, view.data.unsure].join(' ');
  if (!view.overlays.has(name)) {
    if (view.overlays.size >= OVERLAYS_KEPT) view.overlays.clear();
    view.overlays.set(name, paintOverlay(view, panel, mode));
  }
  return view.overlays.get(name);
}

function modeOf(view, { labels, confidence }) {
  const { mode } = view.data;
  if ((mode === 'confidence' || (mode === 'unsure' && labels)) && confidence) return mode;
  if (!labels) return null;
  if (mode === 'errors' && labels !== view.truth) return mode; // the truth shows what would have been right
  return mode !== 'none' || view.highlight !== null ? 'labels' : null;
}

function paintOverlay(view, { labels, confidence }, mode) {
  const [height, width] = view.data.size;
  const grid = { labels, confidence, errors: { width, height }, unsure: labels }[mode];
  const sample = (map) => (map ? nearest(map, grid) : () => VOID);
  const [label, truth, sure] = [sample(labels), sample(view.truth), sample(confidence)];
  const paint = (y, x) => tint(view, mode, label(y, x), truth(y, x), sure(y, x));
  if (mode !== 'unsure') return paintPixels(grid.width, grid.height, paint);
  const [limit, stripe] = [255 * view.data.unsure, Math.max(2, Math.round((HATCH * grid.width) / 480))];
  const dark = (y, x) => Math.floor((x + y) / stripe) % 2;
  return paintPixels(grid.width, grid.height, (y, x) => {
    if (sure(y, x) >= limit) return paint(y, x);
    return dark(y, x) ? STRIPE : CLEAR;
  });
}

function tint({ palette, highlight }, mode, label, truth, sure) {
  if (highlight !== null && label !== highlight && !(mode === 'errors' && truth === highlight)) return VEIL;
  if (mode === 'confidence') return pack(0, 0, 0, 255 - sure);
  if (mode === 'errors' && truth === VOID) return CLEAR;
  if (mode === 'errors' && label === truth) return highlight === null ? VEIL : CLEAR;
  return palette[label]; // void has no colour: the photo shows
}

// Reads `map` at the pixels of a grid of another size.
function nearest(map, { width, height }) {
  const along = (count, full) => Int32Array.from({ length: count }, (_, at) => ((at + 0.5) / count) * full);
  const rows = along(height, map.height);
  const columns = along(width, map.width);
  return (y, x) => map.values[rows[y] * map.width + columns[x]];
}

// The borders between regions, white on one side and dark on the other so that they show on any photo. Decided
// for every pixel of the screen: sharp at any zoom, and no slower for a map of a thousand regions.
function drawOutline(paper, { values, width, height }, place) {
  const { width: across, height: down } = paper.canvas;
  const ratio = paper.getTransform().a; // device pixels per CSS pixel
  const reach = Math.max(1, Math.round(1.25 * ratio)); // how thick the line is
  const cells = (count, start, extent, full) => Int32Array.from({ length: count + 2 * reach }, (_, at) => {
    const fraction = ((at - reach + 0.5) / ratio - start) / extent;
    return clamp(Math.floor(fraction * full), 0, full - 1);
  });
  const rows = cells(down, place.y, place.height, height);
  const columns = cells(across, place.x, place.width, width);
  const label = (y, x) => values[rows[y + reach] * width + columns[x + reach]];
  const layer = paintPixels(across, down, (y, x) => {
    const here = label(y, x);
    if (here !== label(y, x + reach) || here !== label(y + reach, x)) return WHITE;
    return here !== label(y, x - reach) || here !== label(y - reach, x) ? SHADE : CLEAR;
  });
  paper.save();
  paper.setTransform(1, 0, 0, 1, 0, 0);
  paper.drawImage(layer, 0, 0);
  paper.restore();
}

// A canvas whose pixels are decided one by one.
function paintPixels(width, height, colorAt) {
  const image = new ImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) pixels[at] = colorAt(y, x);
  }
  const canvas = element('canvas', '', { width, height });
  canvas.getContext('2d').putImageData(image, 0, 0);
  return canvas;
}

function drawMarks(paper, group, place, width, height) {
  const [rows, columns] = group.size;
  const pixel = place.width / columns;
  if (pixel > GRID_FROM) drawGrid(paper, place, rows, columns, width, height);
  const middle = ([row, col]) => [place.x + (col + 0.5) * pixel, place.y + ((row + 0.5) * place.height) / rows];
  if (group.pin) drawRing(paper, ...middle(group.pin), Math.max(6, pixel / 2));
  if (!group.hover) return;
  if (pixel > GRID_FROM) drawBox(paper, ...middle(group.hover), pixel);
  else drawCross(paper, ...middle(group.hover), Math.max(4, pixel / 2));
}
