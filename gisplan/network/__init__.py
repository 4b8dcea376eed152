"""Street networks, searches and service areas: arrays in metres and minutes in, values out."""
