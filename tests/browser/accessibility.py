"""What axe-core finds on a page: barriers for people who do not see it, or use no mouse."""

from __future__ import annotations

from pathlib import Path

import axe_playwright_python
from playwright.sync_api import Page

_AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
# Off in axe-core unless asked for: a name that does not hold what is shown cannot be asked for by voice.
_ALSO = ("label-content-name-mismatch",)
# Elements that Streamlit 1.67 makes so, which no option changes: the rule, where it is broken, and how.
STREAMLITS_OWN = {
    "list": ("[data-testid=stSidebarNavItems]", "the menu of a phone has its sections as <div> in the <ul>"),
    "listitem": ("[data-testid=stSidebarNavItems] *", "and its pages as <li> in those"),
    "presentation-role-conflict": (
        "[data-testid=stFileUploaderDropzone]",
        "the place to drop a file on has no role, and a name; the button in it has both",
    ),
}
_RUN = """async ({also, only, excused}) => {
    const asked = only ? {runOnly: only} : {rules: Object.fromEntries(also.map((rule) => [rule, {enabled: true}]))};
    const {violations} = await axe.run(document, {...asked, resultTypes: ['violations'], elementRef: true});
    const ours = ({id}) => ({element}) => !(excused[id] && element.matches(excused[id]));
    return violations.flatMap((violation) => violation.nodes.filter(ours(violation)).map(
        ({html, failureSummary}) => `${violation.id}: ${html.slice(0, 200)} ${failureSummary.replace(/\\s+/g, ' ')}`));
}"""


def violations(page: Page, only: tuple[str, ...] = ()) -> list[str]:
    """Each of our elements that breaks a rule of axe-core, and how.

    The rules are those of WCAG 2.2, A and AA, and axe-core's best practices, or ``only`` the named ones.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(_AXE)
    excused = {rule: selector for rule, (selector, _) in STREAMLITS_OWN.items()}
    return page.evaluate(_RUN, {"also": _ALSO, "only": only or None, "excused": excused})
