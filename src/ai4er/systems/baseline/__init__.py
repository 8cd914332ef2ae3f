"""What every published system is to be compared with: kept libraries on one vector, plain networks on frames."""
