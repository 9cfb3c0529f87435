"""What the service manager and the journal see."""
