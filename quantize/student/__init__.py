"""The `student`: its published graph taken apart, and written again as an encoder and a streaming decoder."""
