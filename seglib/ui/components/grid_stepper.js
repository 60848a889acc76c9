// Steps over a grid of cells. All numbers come from Python; here they are drawn, and stepped through.

const PAUSE = 1400; // ms between two steps while it plays
const ROOM_FOR_NUMBERS = 15; // cells a side
const NAMESPACE = 'http://www.w3.org/2000/svg';
const steppers = new WeakMap(); // by the element Streamlit gives us: it survives reruns

export default function ({ data, parentElement }) {
  let stepper = steppers.get(parentElement);
  if (!stepper) steppers.set(parentElement, (stepper = createStepper(parentElement)));
  const call = ++stepper.calls;
  const content = JSON.stringify(data);
  if (content !== stepper.content) {
    stop(stepper);
    Object.assign(stepper, { content, data, at: Math.min(data.start, data.frames.length - 1), side: 0 });
    draw(stepper);
  }
  return () => {
    if (call !== stepper.calls) return; // a newer call is already drawing
    stop(stepper);
    stepper.root.remove();
    steppers.delete(parentElement);
  };
}

function createStepper(parentElement) {
  const stepper = { calls: 0, content: '', data: null, at: 0, side: 0, timer: 0, taps: [] };
  const root = (stepper.root = element('div', 'photo-view stepper'));
  stepper.heading = element('h3');
  stepper.svg = document.createElementNS(NAMESPACE, 'svg');
  stepper.svg.setAttribute('role', 'img');
  stepper.caption = element('p', 'caption');
  stepper.caption.setAttribute('aria-live', 'polite');
  stepper.legend = element('p', 'legend-words');
  const controls = element('div', 'controls');
  stepper.back = button('◀', 'One step back', () => go(stepper, stepper.at - 1));
  stepper.play = button('Play', 'Play', () => (stepper.timer ? stop(stepper) : play(stepper)));
  stepper.on = button('▶', 'One step on', () => go(stepper, stepper.at + 1));
  stepper.place = element('span', 'place');
  controls.append(stepper.back, stepper.play, stepper.on, stepper.place);
  root.append(stepper.heading, stepper.svg, controls, stepper.caption, stepper.legend);
  parentElement.append(root);
  return stepper;
}

function go(stepper, at) {
  stop(stepper);
  stepper.at = at;
  draw(stepper);
}

function play(stepper) {
  const last = stepper.data.frames.length - 1;
  if (stepper.at === last) stepper.at = -1; // once more from the start
  const next = () => {
    stepper.at += 1;
    if (stepper.at >= last) stop(stepper);
    draw(stepper);
  };
  stepper.timer = setInterval(next, PAUSE);
  next();
}

function stop(stepper) {
  clearInterval(stepper.timer);
  stepper.timer = 0;
  stepper.play.textContent = 'Play';
  stepper.play.setAttribute('aria-label', 'Play');
}

function draw(stepper) {
  const { data, svg, at } = stepper;
  const frame = data.frames[at];
  const side = frame.shade.length;
  const last = data.frames.length - 1;
  stepper.heading.replaceChildren(data.title, element('span', 'role', data.role));
  if (side !== stepper.side) build(stepper, side, frame.taps.length);
  frame.shade.flat().forEach((shade, i) => {
    const cell = stepper.cells[i];
    cell.setAttribute('fill', shade === null ? 'url(#hole)' : '#0072B2');
    cell.setAttribute('fill-opacity', shade === null ? 1 : 0.06 + 0.94 * shade);
  });
  stepper.numbers.forEach((text, i) => {
    text.textContent = frame.numbers ? frame.numbers[Math.floor(i / side)][i % side] : '';
    // White on what is dark, the page's own colour on what is light.
    text.style.fill = (frame.shade[Math.floor(i / side)][i % side] ?? 0) > 0.5 ? '#fff' : '';
  });
  stepper.taps.forEach((tap, i) => {
    tap.style.transform = `translate(${frame.taps[i][1]}px, ${frame.taps[i][0]}px)`;
  });
  svg.setAttribute('aria-label', `${data.title}. ${frame.caption}`);
  stepper.caption.textContent = frame.caption;
  stepper.legend.textContent = data.legend;
  stepper.place.textContent = `step ${at + 1} of ${last + 1}`;
  stepper.back.disabled = at === 0;
  stepper.on.disabled = at === last;
  if (stepper.timer) {
    stepper.play.textContent = 'Pause';
    stepper.play.setAttribute('aria-label', 'Pause');
  }
}

function build(stepper, side, taps) {
  const { svg } = stepper;
  stepper.side = side;
  svg.setAttribute('viewBox', `-0.5 -0.5 ${side} ${side}`);
  svg.replaceChildren(hatching());
  stepper.cells = [];
  stepper.numbers = [];
  for (let i = 0; i < side * side; i += 1) {
    const [row, col] = [Math.floor(i / side), i % side];
    stepper.cells.push(shape(svg, 'rect', 'cell', { x: col - 0.5, y: row - 0.5, width: 1, height: 1, 'stroke-width': 0.04 }));
    if (side > ROOM_FOR_NUMBERS) continue;
    stepper.numbers.push(shape(svg, 'text', 'number', { x: col, y: row, 'font-size': 0.34 }));
  }
  const middle = (side - 1) / 2 - 0.5;
  shape(svg, 'rect', 'middle', { x: middle, y: middle, width: 1, height: 1, 'stroke-width': 0.08 });
  stepper.taps = [];
  for (let i = 0; i < taps; i += 1) {
    stepper.taps.push(shape(svg, 'rect', 'tap', { x: -0.42, y: -0.42, width: 0.84, height: 0.84, 'stroke-width': 0.12 }));
  }
}

function hatching() {
  const defs = document.createElementNS(NAMESPACE, 'defs');
  const pattern = shape(defs, 'pattern', '', {
    id: 'hole', width: 0.3, height: 0.3, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)',
  });
  shape(pattern, 'rect', '', { width: 0.3, height: 0.3, fill: 'none' });
  shape(pattern, 'line', '', { x1: 0, y1: 0, x2: 0, y2: 0.3, stroke: '#D55E00', 'stroke-width': 0.12 });
  return defs;
}

function shape(parent, name, className, attributes) {
  const it = document.createElementNS(NAMESPACE, name);
  if (className) it.setAttribute('class', className);
  for (const [key, value] of Object.entries(attributes)) it.setAttribute(key, value);
  parent.append(it);
  return it;
}

function element(name, className = '', text = '') {
  const it = document.createElement(name);
  if (className) it.className = className;
  it.textContent = text;
  return it;
}

function button(text, label, action) {
  const it = element('button', '', text);
  it.type = 'button';
  it.setAttribute('aria-label', label);
  it.addEventListener('click', action);
  return it;
}
