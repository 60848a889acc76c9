// Texts that are cut off where one looks at the page: by an edge that hides what lies beyond it, or in a box that must be
// scrolled sideways. Shadow roots are looked into, for our pictures live there; what only screen readers hear is left out,
// and listings of code, whose lines are as long as they are. A grid of st.dataframe is painted, so its texts are not
// there to be measured: it has columns that are out of sight if it is wider inside than it is.
() => {
  const found = new Set();
  const app = document.querySelector('[data-testid=stApp]');
  const above = (node) => node.parentElement ?? node.getRootNode().host ?? null;
  const looks = (text) => {
    const range = document.createRange();
    range.selectNodeContents(text);
    const rect = range.getBoundingClientRect();
    const chain = [];
    for (let node = above(text); node && node !== app; node = above(node)) chain.push(node); // what is around has no height
    const hidden = (node) => {
      const { visibility, display, opacity, clipPath } = getComputedStyle(node);
      const box = node.getBoundingClientRect();
      return visibility === 'hidden' || display === 'none' || opacity === '0' || clipPath !== 'none' ||
        (display !== 'contents' && (box.width <= 1 || box.height <= 1));
    };
    if (rect.width < 2 || rect.height < 2 || chain.some(hidden)) return;
    for (const node of chain) {
      const { overflowX, overflowY } = getComputedStyle(node);
      const box = node.getBoundingClientRect();
      const scrolls = ['auto', 'scroll'].includes(overflowX);
      if (scrolls && node.scrollWidth > node.clientWidth + 1) { found.add(`scrolls sideways: ${text.data.trim()}`); return; }
      if (scrolls && node.scrollHeight > node.clientHeight + 1) return; // what lies below is reached by scrolling
      const sideways = rect.right > box.right + 1.5 || rect.left < box.left - 1.5;
      const below = rect.bottom > box.bottom + 2.5 || rect.top < box.top - 2.5;
      const hides = (overflow) => ['hidden', 'clip'].includes(overflow);
      if ((hides(overflowX) && sideways) || (hides(overflowY) && below)) { found.add(`cut off: ${text.data.trim()}`); return; }
    }
  };
  const walk = (node) => {
    for (const child of node.childNodes) {
      if (child.nodeType === Node.TEXT_NODE && child.data.trim()) looks(child);
      if (child.nodeType !== Node.ELEMENT_NODE || ['STYLE', 'SCRIPT', 'OPTION', 'PRE'].includes(child.tagName)) continue;
      if (child.shadowRoot) walk(child.shadowRoot);
      walk(child);
    }
  };
  walk(app);
  for (const grid of document.querySelectorAll('[data-testid=stDataFrame] .dvn-scroller')) {
    if (!grid.checkVisibility() || grid.scrollWidth <= grid.clientWidth + 1) continue;
    const heads = [...grid.parentElement.querySelectorAll('[role=columnheader]')].map((head) => head.textContent);
    found.add(`grid scrolls sideways: ${heads.join(' | ')}`);
  }
  return [...found];
}
