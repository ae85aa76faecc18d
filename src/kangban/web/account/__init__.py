"""Pages of accounts: plain HTML and forms, no websocket, no script needed but for passkeys."""
