"""The doors: the only places that know boto3 and requests."""
