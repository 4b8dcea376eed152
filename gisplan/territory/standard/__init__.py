"""The standard registers: files of public bodies, each with its field map, into the territory."""
