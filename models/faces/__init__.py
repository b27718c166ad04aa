"""The face networks that idcheck takes over from MediaPipe, and how they become ONNX files."""
