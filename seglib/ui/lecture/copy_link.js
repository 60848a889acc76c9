// Copies a link. The clipboard's own call works on https and localhost only; elsewhere, as in a lecture hall's network,
// the old way is tried, and if that fails too the link is shown to be copied by hand.
export default function ({data, parentElement}) {
  const button = parentElement.querySelector('button'), shown = parentElement.querySelector('input');
  const link = new URL(data.path, location.origin).href;
  shown.value = link;
  button.onclick = async () => {
    let done = false;
    try { await navigator.clipboard.writeText(link); done = true; } catch {
      shown.hidden = false; shown.select();
      try { done = document.execCommand('copy'); } catch { done = false; }
    }
    shown.hidden = done;
    button.textContent = done ? 'Copied' : 'Copy it by hand:';
    setTimeout(() => { button.textContent = 'Copy link'; }, 2500);
  };
}
