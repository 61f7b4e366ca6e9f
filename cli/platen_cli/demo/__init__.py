"""The demo: the real stack on this computer, with stand-ins for the shop and the print shop."""
