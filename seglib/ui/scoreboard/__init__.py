"""The parts of the page with the results: nets, claims, speed."""
