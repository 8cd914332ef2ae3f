"""Systems that read EEG, ECG and the wrist."""
