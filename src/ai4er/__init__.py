"""Every recently published way to recognise human emotion, behind one interface."""
