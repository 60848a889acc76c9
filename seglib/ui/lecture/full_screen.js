// Full screen, which browsers allow only in answer to a press of a button in the page.
export default function ({parentElement}) {
  const button = parentElement.querySelector('button');
  const show = () => { button.textContent = document.fullscreenElement ? 'Leave full screen' : 'Full screen'; };
  button.onclick = () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen());
  document.addEventListener('fullscreenchange', show);
  show();
  return () => document.removeEventListener('fullscreenchange', show);
}
