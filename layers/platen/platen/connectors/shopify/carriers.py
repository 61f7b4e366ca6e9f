"""Carriers, spelled the way Shopify spells them: only then does it build the tracking link itself."""

from __future__ import annotations

import unicodedata

_EVERYWHERE = """
4PX; AGS; Amazon; Amazon Logistics UK; An Post; Anjun Logistics; APC; Asendia USA; Australia Post; BPost;
BPost International; Canada Post; Canpar; CDL Last Mile; China Post; Chronopost; Colissimo; Coordinadora; Correios;
Correos; CTT; CTT Express; Cyprus Post; Deutsche Post; DHL eCommerce; DHL eCommerce Asia; DHL Express; DPD;
DPD Local; DPD UK; DTD Express; DX; Estes; Evri; FedEx; First Global Logistics; GLS; Iceland Post; Israel Post;
Japan Post (EN); Japan Post (JA); La Poste Colissimo; Lasership; Latvia Post; Lietuvos Paštas;
Lone Star Overnight; Mondial Relay; New Zealand Post; NinjaVan; OnTrac; Packeta; Pitney Bowes; Poste Italiane;
PostNL; PostNord DK; PostNord NO;
PostNord SE; Purolator; Royal Mail; Sagawa (EN); Sagawa (JA); Sendle; SF Express; SFC Fulfillment; ShipBob;
Singapore Post; Southwest Air Cargo; StarTrack; Swiss Post; TForce Final Mile; TNT; Toll IPEC;
United Delivery Service; UPS; USPS; Venipak; We Post; Whistl; XPO Logistics; Yamato (EN); Yamato (JA); YunExpress
"""
"""Known to shops in every country."""

_SOMEWHERE = """
Allied Express; Aramex Australia; Bluedart; Bonds; BoxKnight; Bring; BRT; Colis Privé; Couriers Please; Delhivery;
Deutsche Post (DE); Deutsche Post (EN); DHL; DHL Parcel; Direct Couriers; DPD Ireland; DTDC; Fastway; GLS Italy;
Hermes; Hunter Express; India Post; Inpost; Intelcom; Loomis; LSO; Northline; Old Dominion; Pandion; Parcelforce;
Pilot Freight; SEUR; Skynet; Speedy; Swiship; TNT Australia; Tuffnells; XpressBees; Yodel; Yurtiçi Kargo;
Zásilkovna; Österreichische Post
"""
"""Known only to shops in some countries, so a link of our own goes along."""

_ALSO_CALLED = {
    "Amazon": "amazon logistics; amazon shipping; amazon_shipping_us; swa",
    "APC": "apc postal logistics; apc_logistics",
    "Asendia USA": "asendia; asendia_us",
    "Australia Post": "auspost; australian post; australia_post_my_post_business; au post",
    "BPost": "bpost be; belgian post",
    "Canada Post": "canadapost; postes canada; canada_post_walleted; postescanada",
    "Chronopost": "chronopost france; chrono post",
    "Colissimo": "la poste; laposte",
    "Deutsche Post": "deutschepost; deutsche post ag; dp; deutsche_post_cross_border",
    "DHL": "dhl paket; dhl germany; dhl de; deutsche post dhl; dhl_paket",
    "DHL eCommerce": (
        "dhl global mail; dhl_global_mail; dhl_ecommerce; dhl e-commerce; dhl ecommerce us; dhlglobalmail; dhl_ecs"
    ),
    "DHL Express": (
        "dhl_express; dhl worldwide express; dhl express worldwide; dhl_express_worldwide; dhl international"
    ),
    "DHL Parcel": "dhl parcel nl; dhl parcel uk; dhl_parcel",
    "DPD": "dpd de; dpd germany; dpd deutschland; dynamic parcel distribution; dpd classic",
    "DPD Local": "interlink; interlink express; dpdlocal",
    "DPD UK": "dpduk; dpd gb; dpd_uk",
    "Evri": "hermes uk; hermesuk; myhermes; evri uk",
    "FedEx": (
        "federal express; fedex_walleted; fedex ground; fedex express; fedex home delivery; fedex smartpost;"
        " fedex ground economy; fedex_uk; fedex international"
    ),
    "GLS": "gls germany; gls de; general logistics systems; gls parcel; gls us; gls_us; gso",
    "Hermes": "hermes de; hermes germany; hermes logistik; hermes germany gmbh; hermes_de",
    "La Poste Colissimo": "laposte colissimo",
    "Lasership": "laser ship",
    "New Zealand Post": "nz post; nzpost",
    "OnTrac": "on trac; ontrac ground",
    "Packeta": "packeta cz",
    "Parcelforce": "parcel force; parcelforce worldwide",
    "PostNL": "post nl; tnt post; tntpost",
    "PostNord DK": "post danmark; postnord denmark",
    "PostNord NO": "postnord norway; postnord norge",
    "PostNord SE": "postnord sweden; postnord sverige; posten",
    "Poste Italiane": "poste it; posteitaliane",
    "Purolator": "purolator canada; purolator_ca; purolator courier",
    "Royal Mail": "royalmail; royal mail tracked; royal_mail_uk; royalmail uk",
    "SF Express": "sfexpress; shunfeng; s f express",
    "Singapore Post": "singpost",
    "StarTrack": "star track; startrack express",
    "Swiss Post": "die post; swisspost; post ch; la poste suisse",
    "UPS": (
        "united parcel service; ups_walleted; ups ground; ups saver; ups standard; ups mail innovations; upsmi;"
        " ups surepost; ups_mail_innovations; ups germany; ups uk"
    ),
    "USPS": (
        "us postal service; united states postal service; stamps_com; stamps; endicia; usps_walleted;"
        " us mail; usps ground advantage; usps priority mail; usps first class mail; first class mail; usps_ship"
    ),
    "Yodel": "yodel direct; yodel_uk",
    "YunExpress": "yun express; yunexpress global",
    "Österreichische Post": "austrian post; post at; post ag; oesterreichische post",
}


def _listed(text: str) -> tuple[str, ...]:
    return tuple(name for part in text.split(";") if (name := " ".join(part.split())))


def _key(spelling: str) -> str:
    """What is left of a spelling when case, accents, blanks and signs are set aside."""
    plain = unicodedata.normalize("NFKD", spelling).casefold()
    return "".join(character for character in plain if character.isalnum())


EVERYWHERE: frozenset[str] = frozenset(_listed(_EVERYWHERE))
SOMEWHERE: frozenset[str] = frozenset(_listed(_SOMEWHERE))
_SPELLINGS: dict[str, str] = {_key(name): name for name in EVERYWHERE | SOMEWHERE} | {
    _key(other): name for name, others in _ALSO_CALLED.items() for other in _listed(others)
}


def spelled(carrier: str) -> str:
    """A carrier's name as Shopify spells it; the name as it came when Shopify has no such carrier.

    >>> spelled("ups_walleted"), spelled("Fed-Ex"), spelled("Uncle Bob's Van")
    ('UPS', 'FedEx', "Uncle Bob's Van")
    """
    return _SPELLINGS.get(_key(carrier), carrier.strip()[:255])


def makes_link(company: str) -> bool:
    """True when Shopify builds the tracking link for this carrier, whatever the shop's country."""
    return company in EVERYWHERE
