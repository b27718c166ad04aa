"""Trains the network that tells from the print which point of the card each part of a picture shows."""
