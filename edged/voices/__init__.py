"""Voices as data: manifests, sources and the store in the state directory."""
