"""The page on which a visitor teaches a net."""
