"""What only the page that compares nets shows."""
