"""Where sound goes: a device, files, nowhere."""
