"""What computes the network's pass: torch, or onnxruntime in fp32 or int8, behind one call."""
