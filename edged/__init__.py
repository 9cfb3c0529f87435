"""edged: a speech appliance for the edge; MQTT in, speech out, fully offline."""

__version__ = "0.1.0"
