// The tour: Python says which place it waits at, the browser rings it and stands beside it. Ring and tip are popovers,
// which lie above everything without leaving the component and its theme; neither takes the focus nor blocks a click.
// The browser alone remembers that it has offered: for good in localStorage, for the rest of this visit in sessionStorage.
const REMEMBERED = 'seglib-tour';
const FOCUSABLE = 'a[href], button, input, canvas[tabindex], [tabindex="0"]';
const OPEN_LIST = '[role=listbox], [role=dialog], [role=menu], [role=menuitem], [data-testid=stSidebar][data-collapsed=false]';
const GAP = 12; // CSS px between a place, its ring and the tip
const tours = new WeakMap(); // by the element Streamlit gives us: it survives reruns

export default function ({ data, parentElement, setTriggerValue }) {
  let tour = tours.get(parentElement);
  if (!tour) tours.set(parentElement, (tour = begin(parentElement)));
  Object.assign(tour, { data, send: (press) => setTriggerValue('press', press) });
  const call = ++tour.calls;
  show(tour);
  return () => {
    if (call !== tour.calls) return; // Streamlit also cleans up calls that a newer one overtook
    stop(tour);
    tours.delete(parentElement);
  };
}

function begin(root) {
  const [start, no, skip, end] = root.querySelectorAll('button');
  const tour = {
    calls: 0, data: null, send: null, start, no, frame: 0, number: 0, byKeys: false,
    offer: root.querySelector('.offer'), ring: root.querySelector('.ring'), tip: root.querySelector('.tip'),
    words: root.querySelector('[role=status]'),
  };
  tour.ring.popover = tour.tip.popover = 'manual';
  const answer = (press) => () => {
    forgetOffer();
    if (press) tour.send(press);
    showOffer(tour);
  };
  start.onclick = (event) => {
    tour.byKeys = event.detail === 0; // a click by Enter or Space
    answer('start')();
  };
  no.onclick = answer(null);
  skip.onclick = answer('skip');
  end.onclick = answer('end');
  tour.onKey = (event) => {
    tour.byKeys = true;
    if (event.key === 'Escape' && tour.number && !document.querySelector(OPEN_LIST)) tour.send('end');
  };
  tour.onPointer = () => { tour.byKeys = false; };
  return tour;
}

function show(tour) {
  showOffer(tour);
  const { stop: place } = tour.data;
  if (!place) return stop(tour);
  if (!tour.number) {
    document.addEventListener('keydown', tour.onKey, true);
    document.addEventListener('pointerdown', tour.onPointer, true);
    tour.ring.showPopover();
    tour.tip.showPopover();
  }
  if (tour.number === place.number) return;
  tour.number = place.number;
  tour.arrived = false;
  cancelAnimationFrame(tour.frame);
  tour.frame = requestAnimationFrame(() => {
    tour.words.textContent = `${place.words} (${place.number} of ${place.of})`; // a status that is shown first is read out
    follow(tour);
  });
}

function stop(tour) {
  if (!tour.number) return;
  tour.number = 0;
  cancelAnimationFrame(tour.frame);
  document.removeEventListener('keydown', tour.onKey, true);
  document.removeEventListener('pointerdown', tour.onPointer, true);
  for (const part of [tour.ring, tour.tip]) if (part.matches(':popover-open')) part.hidePopover();
  tour.words.textContent = '';
}

// ---------------------------------------------------------------- the offer, and what the browser remembers

function showOffer(tour) {
  const first = tour.data.offered && !tour.data.stop && isFirstVisit();
  tour.offer.classList.toggle('first', first);
  tour.start.textContent = first ? 'Show me around' : 'Tour';
  tour.no.hidden = !first;
}

function isFirstVisit() {
  try {
    if (!localStorage.getItem(REMEMBERED)) {
      localStorage.setItem(REMEMBERED, 'offered');
      sessionStorage.setItem(REMEMBERED, 'open');
    }
    return sessionStorage.getItem(REMEMBERED) === 'open';
  } catch {
    return false; // a browser that remembers nothing would be asked every time
  }
}

function forgetOffer() {
  try { sessionStorage.removeItem(REMEMBERED); } catch { /* nothing was kept */ }
}

// ---------------------------------------------------------------- ring and tip

// Every frame anew: reruns replace elements, pages scroll, and some places appear late.
function follow(tour) {
  const target = find(tour.data.stop);
  for (const part of [tour.ring, tour.tip]) part.classList.toggle('aside', !target);
  if (target) {
    if (!tour.arrived) arrive(tour, target);
    const place = target.getBoundingClientRect();
    const [left, top] = [Math.max(2, place.left - 5), Math.max(2, place.top - 5)];
    Object.assign(tour.ring.style, {
      left: `${left}px`, top: `${top}px`, width: `${place.right + 5 - left}px`, height: `${place.bottom + 5 - top}px`,
    });
    if (document.querySelector(OPEN_LIST)) tour.tip.classList.add('aside'); // it opens where the tip stands
    const [tipLeft, tipTop] = spot(place, tour.tip.offsetWidth, tour.tip.offsetHeight);
    Object.assign(tour.tip.style, { left: `${tipLeft}px`, top: `${tipTop}px` });
  }
  tour.frame = requestAnimationFrame(() => follow(tour));
}

function arrive(tour, target) {
  tour.arrived = true;
  target.scrollIntoView({ block: 'nearest' });
  if (!tour.byKeys) return;
  const first = target.matches(FOCUSABLE) ? target : target.querySelector(`[aria-checked=true], ${FOCUSABLE}`);
  first?.focus({ preventScroll: true });
}

function find({ where, inside }) {
  for (const selector of where) {
    for (const outer of document.querySelectorAll(selector)) {
      const target = inside ? within(outer, inside) : outer;
      if (target?.getClientRects().length) return target;
    }
  }
  return null;
}

function within(outer, selector) {
  for (const element of [outer, ...outer.querySelectorAll('*')]) {
    const target = (element.shadowRoot ?? element).querySelector(selector);
    if (target) return target;
  }
  return null;
}

// Below the place, above, right or left of it, wherever the tip fits whole; else at the foot of the window.
function spot(place, width, height) {
  const { innerWidth, innerHeight } = window;
  const inRow = Math.max(GAP, Math.min(place.left, innerWidth - width - GAP));
  const inColumn = Math.max(GAP, Math.min(place.top, innerHeight - height - GAP));
  const spots = [
    [inRow, place.bottom + GAP], [inRow, place.top - height - GAP],
    [place.right + GAP, inColumn], [place.left - width - GAP, inColumn],
  ];
  const fits = ([left, top]) => left >= 0 && top >= 0 && left + width <= innerWidth && top + height <= innerHeight;
  return spots.find(fits) ?? [inRow, innerHeight - height - GAP];
}
