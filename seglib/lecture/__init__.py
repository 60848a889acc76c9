"""The lecture itself: routes through it, rooms in which a class votes, and what everybody takes home."""
