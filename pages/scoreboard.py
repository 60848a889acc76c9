"""Results against the papers: every net and what it costs, every claim and its verdict, and how fast it all is."""

from seglib.claims import ledger
from seglib.ui import page, state
from seglib.ui.scoreboard import claims as ledger_panel
from seglib.ui.scoreboard import nets as scoreboard_panel
from seglib.ui.scoreboard import speed as speed_panel

PARTS = {
    "Nets": "What does accuracy cost? All nets on the same validation photos, one photo's bill on the same core.",
    "Claims": "Every sentence of the lecture, measured on our nets and photos: what holds, and what does not.",
    "Speed": "What a student waits for, beside what others need for the same: ratios, because machines differ.",
}

part = page.choose_part("Scoreboard", PARTS, "board")
if part == "Nets":
    scoreboard_panel.nets(state.label_set())
elif part == "Speed":
    speed_panel.speed()
else:
    ledger_panel.show()
    page.show_source(ledger.verdict)
