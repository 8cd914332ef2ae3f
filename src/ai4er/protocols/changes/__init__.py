"""Changes to the training role of any protocol, written behind it: `loso|few_shot:shots=5`."""
