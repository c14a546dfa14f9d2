"""The only modules that speak to strangers: names, addresses, web documents and greetings, all bounded."""
