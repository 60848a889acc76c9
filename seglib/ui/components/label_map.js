// The map that is painted: one class index per pixel of the photo. Nothing here knows of a screen, so all of it is
// tested against other ways to compute the same (tests/browser/test_label_map.py).
//
// A map is { values, width, height }. A rectangle is [left, top, right, bottom], the last two just behind. Every change
// returns the rectangle in which it happened, or null where nothing did.

const VOID = 255;

// A brush of `size` pixels drawn from one pixel {x, y} to another: all whose centre is within half its size of the line.
function drawStroke({ values, width, height }, from, to, size, label) {
  const radius = size / 2;
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
      if (offX * offX + offY * offY <= radius * radius) values[y * width + x] = label;
    }
  }
  return left < right && top < bottom ? [left, top, right, bottom] : null;
}

// The region of one label around a pixel, connected by the pixels' sides, takes another label. Row by row: each run
// of pixels in the region is filled at once, and the runs above and below it are left for later.
function fillRegion({ values, width, height }, { x, y }, label) {
  const old = values[y * width + x];
  if (old === label) return null;
  const starts = [y * width + x];
  let [left, top, right, bottom] = [x, y, x + 1, y + 1];
  while (starts.length) {
    const start = starts.pop();
    if (values[start] !== old) continue;
    const row = Math.floor(start / width);
    let first = start, last = start;
    while (first % width && values[first - 1] === old) first--;
    while ((last + 1) % width && values[last + 1] === old) last++;
    values.fill(label, first, last + 1);
    left = Math.min(left, first % width);
    right = Math.max(right, (last % width) + 1);
    top = Math.min(top, row);
    bottom = Math.max(bottom, row + 1);
    for (const next of [row > 0 ? -width : 0, row < height - 1 ? width : 0]) {
      for (let at = first; next && at <= last; at++) {
        if (values[at + next] === old && (at === first || values[at + next - 1] !== old)) starts.push(at + next);
      }
    }
  }
  return [left, top, right, bottom];
}

// Pixels whose centre is inside the corners (x, y) by the even-odd rule, as in seglib.annotation.polygons.
function fillPolygon({ values, width, height }, corners, label) {
  const first = (position, count) => clamp(Math.ceil(position - 0.5), 0, count);
  const rows = corners.map(([, y]) => y), columns = corners.map(([x]) => x);
  const top = first(Math.min(...rows), height), bottom = first(Math.max(...rows), height);
  const left = first(Math.min(...columns), width), right = first(Math.max(...columns), width);
  if (left >= right || top >= bottom) return null;
  for (let y = top; y < bottom; y++) {
    const crossings = corners.flatMap(([x0, y0], index) => {
      const [x1, y1] = corners[(index + 1) % corners.length];
      const middle = y + 0.5;
      if (y0 <= middle === y1 <= middle) return [];
      return [x0 + ((middle - y0) / (y1 - y0)) * (x1 - x0)];
    }).sort((a, b) => a - b);
    for (let at = 0; at + 1 < crossings.length; at += 2) {
      values.fill(label, y * width + first(crossings[at], width), y * width + first(crossings[at + 1], width));
    }
  }
  return [left, top, right, bottom];
}

function replaceAll({ values, width, height }, others) {
  values.set(others);
  return [0, 0, width, height];
}

// The pixels of a rectangle, row after row; they may come from other `values` of the same size.
function cut({ width }, values, [left, top, right, bottom]) {
  const pixels = new Uint8Array((right - left) * (bottom - top));
  for (let y = top; y < bottom; y++) {
    pixels.set(values.subarray(y * width + left, y * width + right), (y - top) * (right - left));
  }
  return pixels;
}

function paste({ values, width }, pixels, [left, top, right, bottom]) {
  const across = right - left;
  for (let y = top; y < bottom; y++) {
    values.set(pixels.subarray((y - top) * across, (y - top + 1) * across), y * width + left);
  }
}

// Whole pixels [top, left, bottom, right], the last two just behind, of two corners (x, y).
function boxBetween([x0, y0], [x1, y1]) {
  return [Math.min(y0, y1), Math.min(x0, x1), Math.max(y0, y1), Math.max(x0, x1)].map(Math.round);
}
