"""What the client tests and the scripts share: servers, services, loads and checks."""
