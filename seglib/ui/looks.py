"""What every page looks like: the photo large, all else around it small."""

from __future__ import annotations

import streamlit as st

# Streamlit leaves a fifth of a projector's height empty above the title and a tenth of its width on either side; its
# titles are for reports; on a phone the sign that links to a heading takes a line of its own; and the grey of its
# captions and of its charts' axes is fainter than WCAG 2.2 (1.4.3) allows, as is white on the dark theme's light blue.
# Formulas get a scroll bar's edge for two pixels of a fraction's line.
LOOKS = """<style>
[data-testid='stMainBlockContainer'] { padding: 4.2rem clamp(1rem, 2.5vw, 3rem) 3rem; max-width: 1800px; }
[data-testid='stBottomBlockContainer'] { padding-inline: clamp(1rem, 2.5vw, 3rem); max-width: 1800px; }
[data-testid='stMainBlockContainer'] > [data-testid='stVerticalBlock'] { gap: .75rem; }
[data-testid='stHeaderActionElements'] { display: none; }
[data-testid='stMain'] h1 { font-size: 1.5rem; line-height: 1.2; padding: 0; margin: 0; }
[data-testid='stMain'] h2 { font-size: 1.3rem; padding: .6rem 0 .3rem; }
[data-testid='stCaptionContainer'] { font-size: .9rem; opacity: 1; color: light-dark(#5a5c63, #b6bac2); }
[data-testid='stVegaLiteChart'] :is(.role-axis, .role-legend, .role-header, .role-mark:not(.painted_marks)) text {
  fill: light-dark(#5a5c63, #b6bac2);
}
[data-testid='stMain'] .katex-display { overflow: visible; }
[data-testid='stBaseButton-primary'] { color: light-dark(#fff, #11151b); }
.st-key-heading [data-testid='stMarkdownContainer'] { margin-bottom: 0; }
.st-key-heading [data-testid='stMarkdown'] p { font-size: 1.1rem; line-height: 1.2; margin: 0; }
.st-key-photo_bar [data-testid='stCaptionContainer'] { flex: 1 1 12rem; }
@media (max-width: 640px) {
  [data-testid='stTable'] :is(th, td) { padding: .2rem .15rem !important; white-space: normal; }
  [data-testid='stTable'] :is(th, td) :is(div, p) { font-size: .8rem !important; }
  .st-key-libraries :is(th, td) :is(div, p) { overflow-wrap: anywhere !important; }
}
</style>"""


def dress() -> None:
    """Let the page look so."""
    st.html(LOOKS)
