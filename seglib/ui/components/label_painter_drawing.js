// What the painter shows: the photo under the coloured map, and over both what the tools are doing.

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
  sayZoom(painter.resetButton, plane);
  if (!width || !painter.map) return; // hidden in a closed tab; the ResizeObserver calls when it opens
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
  const ring = ringOf(painter);
  if (ring) drawRing(paper, ...onScreen([ring.place[1] + 0.5, ring.place[0] + 0.5]), ring.radius * pixel);
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
