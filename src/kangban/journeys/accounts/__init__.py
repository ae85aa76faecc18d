"""Who may come in: accounts, sessions, keys, invitations, resets, second factors."""
