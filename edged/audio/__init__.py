"""What happens to sound between engine and output."""
