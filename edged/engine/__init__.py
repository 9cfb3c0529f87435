"""Synthesis engines: phonemes in, samples out."""
