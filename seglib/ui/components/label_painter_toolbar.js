// What the painter is set to: tool, class, size and how much of the map is seen, with a button or slider for each.

const MAX_SIZE = 120; // pixels across a brush
const TOOLS = [
  { tool: 'box', key: 'r', title: 'Box' }, // where Python asks for one
  { tool: 'brush', key: 'b', title: 'Brush' },
  { tool: 'eraser', key: 'e', title: 'Eraser' },
  { tool: 'polygon', key: 'p', title: 'Polygon' },
  { tool: 'fill', key: 'f', title: 'Fill' },
  { tool: 'move', key: 'h', title: 'Move' },
];

// Of all photos: whoever turns to the next one goes on with the same brush.
const settings = (globalThis.seglibPainter ??= { tool: 'brush', size: 24, label: 0, opacity: 0.6 });

function toolbar(painter) {
  const bar = element('div', 'toolbar', { role: 'toolbar', 'aria-label': 'Painting' });
  const button = (title, text, action) => {
    const made = element('button', '', { type: 'button', 'aria-label': title, title });
    made.textContent = text;
    made.addEventListener('click', action);
    return made;
  };
  painter.toolButtons = TOOLS.map(({ tool, key, title }) => {
    const toolButton = button(`${title} (${key})`, title, () => chooseTool(painter, tool));
    toolButton.dataset.tool = tool;
    return toolButton;
  });
  const range = (label, attributes, action) => {
    const field = element('label', 'opacity');
    const input = element('input', '', { type: 'range', 'aria-label': label, ...attributes });
    input.addEventListener('input', () => action(Number(input.value)));
    const value = element('span', 'value');
    field.append(`${label} `, input, value);
    return { field, input, value };
  };
  painter.sizeField = range('Size', { min: 1, max: MAX_SIZE }, (size) => setSize(painter, size));
  const overlay = range('Overlay', { min: 0, max: 1, step: 0.05, value: settings.opacity }, (opacity) => {
    settings.opacity = opacity;
    redraw(painter);
  });
  painter.undoButton = button('Undo (Ctrl Z)', '↶', () => stepBack(painter));
  painter.redoButton = button('Redo (Ctrl Y)', '↷', () => stepForward(painter));
  painter.resetButton = button('Show the whole picture', '1×', () => setZoom(painter.plane, 1));
  const tools = element('div', 'tools');
  tools.append(...painter.toolButtons);
  const ranges = element('div', 'tools');
  ranges.append(painter.sizeField.field, overlay.field);
  const others = element('div', 'tools');
  others.append(
    painter.undoButton, painter.redoButton, button('Clear the whole map', 'Clear', () => clear(painter)),
    button('Zoom out', '−', () => setZoom(painter.plane, painter.plane.zoom / 1.5)), painter.resetButton,
    button('Zoom in', '+', () => setZoom(painter.plane, painter.plane.zoom * 1.5)),
  );
  bar.append(tools, ranges, others);
  return bar;
}

function syncClasses(painter) {
  const { classes } = painter.data;
  painter.palette = new Uint32Array(256); // void stays clear
  classes.forEach(({ color }, label) => { painter.palette[label] = pack(...color, 255); });
  if (settings.label >= classes.length) settings.label = 0;
  painter.legend.replaceChildren(...classes.map(({ name, color }, label) => {
    const button = element('button', '', { type: 'button' });
    button.append(swatch(color), name, textElement('kbd', keyOf(label)));
    button.addEventListener('click', () => chooseClass(painter, label));
    return button;
  }));
}

// Classes 1 to 9, then 0, then the same with Shift.
function keyOf(label) {
  return `${label >= 10 ? '⇧' : ''}${(label + 1) % 10}`;
}

function chooseClass(painter, label) {
  settings.label = label;
  chooseTool(painter, ['eraser', 'move', 'box'].includes(settings.tool) ? 'brush' : settings.tool);
  painter.spoken.textContent = painter.data.classes[label].name;
}

function chooseTool(painter, tool) {
  if (!painter.data?.tools.includes(tool)) tool = 'brush'; // chosen in another painter
  if (tool !== 'polygon') painter.corners = [];
  if (tool !== 'box') painter.anchor = null;
  settings.tool = tool;
  painter.toolButtons.forEach((button) => button.setAttribute('aria-pressed', String(button.dataset.tool === tool)));
  [...painter.legend.children].forEach((button, label) => {
    button.setAttribute('aria-pressed', String(label === settings.label && tool !== 'eraser' && tool !== 'box'));
  });
  painter.root.classList.toggle('moving', tool === 'move');
  setSize(painter, settings.size);
}

function setSize(painter, size) {
  settings.size = clamp(Math.round(size), 1, MAX_SIZE);
  painter.sizeField.input.value = settings.size;
  painter.sizeField.value.textContent = `${settings.size} px`;
  tell(painter);
  redraw(painter);
}
