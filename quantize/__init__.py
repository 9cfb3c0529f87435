"""Makes the variants of a voice (float, INT8) on a workstation; `edged` never imports it."""
