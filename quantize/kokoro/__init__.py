"""What is particular to Kokoro: exact rewrites that save passes over memory, and its INT8 graph."""
