"""Front ends: one per family of languages, words to phonemes."""
