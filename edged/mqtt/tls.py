"""TLS towards the broker."""

from __future__ import annotations

import ssl

from edged.settings import Tls


def make_context() -> ssl.SSLContext:
    """A context that checks certificate and name of the broker, from TLS 1.2 on; no authority is loaded yet."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def load_certificates(context: ssl.SSLContext, tls: Tls) -> None:
    """Load authorities and our certificate; may be called again, for certificates are renewed while we run.

    Raises ``OSError`` (``ssl.SSLError`` among them) for a file that cannot be read or is none.
    """
    for file in (tls.ca_file, tls.cert_file, tls.key_file):
        if file is not None:
            file.open("rb").close()  # ssl's own error does not name the file
    if tls.ca_file is not None:
        context.load_verify_locations(tls.ca_file)
    else:
        context.load_default_certs()
    if tls.cert_file is not None:
        context.load_cert_chain(tls.cert_file, tls.key_file)
