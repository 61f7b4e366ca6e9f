"""The demo for shops that pack: InkSoft's orders at ShipStation, and its labels back in InkSoft."""
