"""Mandarin as it is read aloud: tables and rules that turn figures, signs and letters into characters."""
