"""The lecture's own part of the app: the route's bar, questions, rooms and phones, notes, what is taken home."""
