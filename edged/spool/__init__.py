"""What was accepted: on disk, in order, until its outcome is decided and told."""
