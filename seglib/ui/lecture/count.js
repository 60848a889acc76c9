// The count that keys.js brings with each look at the room.
const listeners = new WeakMap();

export default function ({data, parentElement}) {
  const output = parentElement.querySelector('output');
  const noun = document.createElement('small');
  noun.textContent = ` ${data.noun}`;
  const show = (count) => output.replaceChildren(String(count), noun);
  show(data.count);
  if (listeners.has(parentElement)) window.removeEventListener('lecture-count', listeners.get(parentElement));
  const listen = (event) => show(event.detail);
  listeners.set(parentElement, listen);
  window.addEventListener('lecture-count', listen);
  return () => window.removeEventListener('lecture-count', listen);
}
