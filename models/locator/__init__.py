"""How the card locator was made: pictures, networks, training, export."""
