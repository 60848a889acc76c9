"""Notes for the speaker, in a window of their own that follows the projector's."""

from seglib.ui.lecture import notes

notes.show()
