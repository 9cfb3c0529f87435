"""From what was written to what will be said: marks, numbers, clauses, phonemes."""
