// The presenter's keys. One listener for the page; it sends the step that is wanted, never "one further", and as a state,
// which goes along with every later message: a press that comes while the last one is still on its way is not lost.
// Capture phase, for a slider would take PageDown for itself. The room's key is kept for this tab alone, so that a
// reload finds its room again.
// Where there is a room, its server is asked once a second which step the notes want.
const listeners = new WeakMap();
const EDITABLE = 'textarea, select, [contenteditable=true], input:not([type=range]):not([type=checkbox]):not([type=radio])';
const MOVED_BY_ARROWS = 'input, canvas, [role=slider], [role=tab], [role=radio], [role=option], [role=application]';
const STEPS = {PageDown: 1, ArrowRight: 1, PageUp: -1, ArrowLeft: -1};

export default function ({data, parentElement, setStateValue, setTriggerValue}) {
  const route = (window.__lectureRoute ||= {wanted: null, at: 0});
  if (route.wanted === data.step || Date.now() - route.at > 3000) route.wanted = null;
  const known = sessionStorage.getItem('lecture-room');
  if (data.room) sessionStorage.setItem('lecture-room', data.room);
  else if (data.left) sessionStorage.removeItem('lecture-room');
  else if (known) setTriggerValue('room', known);
  let state = listeners.get(parentElement);
  if (!state) listeners.set(parentElement, (state = listen(route)));
  Object.assign(state, {data, send: setStateValue});
  const call = ++state.calls;
  return () => {
    if (call !== state.calls) return; // Streamlit also cleans up calls that a newer one overtook
    state.end();
    listeners.delete(parentElement);
  };
}

function listen(route) {
  const state = {calls: 0, data: null, send: null};
  const ask = (step) => {
    route.wanted = step;
    route.at = Date.now();
    state.send('press', {step, at: route.at});
  };
  const onKey = (event) => {
    if (!state.data.follows || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.composedPath()[0];
    if (target.closest?.(EDITABLE)) return;
    if (event.key.startsWith('Arrow') && target !== document.body && target.matches?.(MOVED_BY_ARROWS)) return;
    const by = STEPS[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    ask(Math.max(0, Math.min(state.data.last, (route.wanted ?? state.data.step) + by)));
  };
  const look = async () => {
    const {room, step} = state.data;
    if (!room) return;
    try {
      const answer = await fetch('vote/lead', {headers: {Authorization: `Key ${room}`}, cache: 'no-store'});
      if (!answer.ok) return;
      const {wanted} = await answer.json();
      if (wanted !== null && step === state.data.step && wanted !== step && route.wanted === null) ask(wanted);
    } catch { /* no connection: the next look may have one */ }
  };
  document.addEventListener('keydown', onKey, true);
  const timer = setInterval(look, 1000);
  document.documentElement.dataset.lectureKeys = 'heard';
  state.end = () => { document.removeEventListener('keydown', onKey, true); clearInterval(timer); };
  return state;
}
