// Texts that cannot be read where one looks at the page. Cut off: by an edge that hides what lies beyond it, or in a box
// that must be scrolled sideways. Shadow roots are looked into, for our pictures live there; what only screen readers hear
// is left out, and listings of code, whose lines are as long as they are. A grid of st.dataframe is painted, so its texts
// are not there to be measured: it has columns that are out of sight if it is wider inside than it is.
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
  // Texts of a chart that lie upon each other. The same text twice is one with a halo; across its lines a box is taller
  // than the letters; of a text that is written aslant it says nothing.
  const across = (text) => Math.abs(text.getScreenCTM().a) < 0.01; // from bottom to top
  const aslant = (text) => !across(text) && Math.abs(text.getScreenCTM().b) > 0.01;
  for (const chart of document.querySelectorAll('svg')) {
    const texts = [...chart.querySelectorAll('text')].filter((text) => text.textContent.trim() && !aslant(text) &&
      text.getAttribute('opacity') !== '0' && text.checkVisibility({ opacityProperty: true, visibilityProperty: true }));
    const boxes = texts.map((text) => text.getBoundingClientRect());
    texts.forEach((text, i) => texts.slice(i + 1).forEach((other, k) => {
      const [a, b] = [boxes[i], boxes[i + 1 + k]];
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      const both = across(text) && across(other);
      if (wide > (both ? 5 : 2) && high > (both ? 2 : 5) && text.textContent !== other.textContent) {
        found.add(`on each other: ${text.textContent} | ${other.textContent}`);
      }
    }));
  }
  return [...found];
}
