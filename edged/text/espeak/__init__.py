"""Reading through the separate program ``espeak-ng`` (GPL-3; started as a process, never linked)."""
