"""What only the page on resolution says."""
