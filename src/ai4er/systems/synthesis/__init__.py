"""Systems that speak or generate."""
