"""Who and what is reached: people, places and, later, the measures of accessibility."""
