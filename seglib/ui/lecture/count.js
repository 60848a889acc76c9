// The count that keys.js brings with each look at the room.
const listeners = new WeakMap();

export default function ({data, parentElement}) {
  let state = listeners.get(parentElement);
  if (!state) {
    state = {calls: 0, noun: document.createElement('small')};
    const output = parentElement.querySelector('output');
    state.show = (count) => output.replaceChildren(String(count), state.noun);
    state.hear = (event) => state.show(event.detail);
    window.addEventListener('lecture-count', state.hear);
    listeners.set(parentElement, state);
  }
  state.noun.textContent = ` ${data.noun}`;
  state.show(data.count);
  const call = ++state.calls;
  return () => {
    if (call !== state.calls) return; // Streamlit also cleans up calls that a newer one overtook
    window.removeEventListener('lecture-count', state.hear);
    listeners.delete(parentElement);
  };
}
