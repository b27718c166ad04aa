"""How right and how fast idcheck is, measured through its public interface."""
