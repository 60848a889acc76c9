"""Is 95 % accuracy good? What each metric rewards, what it overlooks, and what "mean IoU" leaves unsaid."""

from seglib.ui import page, state
from seglib.ui.metrics import duel, experiments, folder, reliability

photo, label_set = state.photo(), state.label_set()
truth = state.truth(photo, label_set)
page.run_parts(
    "Is 95 % accuracy good?",
    {
        "Metric duel": (
            "Make a class rare: predictors that ignore it keep their pixel accuracy, and lose their mean IoU.",
            lambda: duel.metric_duel(photo, label_set, truth),
        ),
        "Five mean IoUs": (
            "The same masks score differently wherever somebody else wrote the code.",
            lambda: experiments.five_mean_ious(photo, label_set, truth),
        ),
        "At the border": (
            "Most pixels are far from any border and easy; the rest is where nets differ.",
            lambda: experiments.at_the_border(photo, label_set, truth),
        ),
        "Things and stuff": (
            "Sky is large and shapeless, a sign is small and has a shape: one mean hides two stories.",
            lambda: experiments.things_and_stuff(photo, label_set, truth),
        ),
        "Sure and right": (
            "Is 90 % confident right nine times of ten?",
            lambda: reliability.is_sure_right(photo, label_set, truth),
        ),
        "Your folder": (
            "Your labels, our nets or your predictions, photo by photo.",
            lambda: folder.folder(label_set),
        ),
    },
    key="experiment",
)
