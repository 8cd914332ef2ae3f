"""What every published system is to be compared with: classifiers of kept libraries on one vector an utterance."""
