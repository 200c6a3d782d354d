"""TLS to the collector: whom to trust, the handshake, the end, and what a failure means in a person's words.

Imported only where GRADWATCH_TLS_CA asks for TLS. Every socket here is non-blocking and every wait has a deadline.
"""
import os
import selectors
import socket
import ssl
import time

EXPECTED = "a PEM file of CA certificates, or system"
#: OpenSSL's X509_V_FLAG_PARTIAL_CHAIN, which ssl names from Python 3.10 on: what the file holds is trusted, a CA or not.
_PARTIAL_CHAIN = 0x80000
#: What the several OpenSSLs make of bytes that are no TLS record.
_NOT_TLS = ("WRONG_VERSION_NUMBER", "UNKNOWN_PROTOCOL", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE", "WRONG_SSL_VERSION")

#: An operation that could not be done now; ``needs`` says what it waits for.
BUSY = (ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Trust:
    """The CA that ``place`` names, a file's path or the word ``system``. Raises ValueError with what was expected.

    ``host`` is the name or the IP address that the collector's certificate must be for.
    """

    def __init__(self, place, host):
        self._host = host
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._context.minimum_version = ssl.TLSVersion.TLSv1_2
        # A renegotiation would have writes wait for reads.
        self._context.options |= ssl.OP_NO_RENEGOTIATION
        try:
            if place == "system":
                self._context.load_default_certs()
            else:
                self._context.load_verify_locations(cafile=os.path.expanduser(place))
                self._context.verify_flags |= _PARTIAL_CHAIN
        except ssl.SSLError:
            raise ValueError("GRADWATCH_TLS_CA: %s: no certificate in it (expected: %s)" % (place, EXPECTED)) from None
        except OSError as error:
            raise ValueError("GRADWATCH_TLS_CA: %s: %s (expected: %s)" % (place, error.strerror or error, EXPECTED)) from None

    def secure(self, sock, deadline, wait):
        """Does the handshake on a connected ``sock`` until ``deadline`` (time.monotonic) and returns what to talk through.

        ``wait(sock, events, seconds)`` waits for the socket. Raises OSError, and closes ``sock`` then; never waits beyond the deadline.
        """
        try:
            secured = self._context.wrap_socket(sock, server_hostname=self._host, do_handshake_on_connect=False)
        except BaseException:
            sock.close()
            raise
        try:
            while True:
                try:
                    secured.do_handshake()
                    return secured
                except BUSY as error:
                    if not wait(secured, needs(error), max(0.0, deadline - time.monotonic())):
                        raise socket.timeout("TLS handshake") from None
        except BaseException:
            secured.close()
            raise


def needs(error):
    """Which readiness of the socket an operation that ended in ``error`` waits for."""
    return selectors.EVENT_READ if isinstance(error, ssl.SSLWantReadError) else selectors.EVENT_WRITE


def end(sock, deadline, wait):
    """Sends TLS's own end, so that the collector can tell the stream's end from a cut; does not wait for the collector's."""
    while True:
        try:
            sock.unwrap()
            return
        except ssl.SSLWantWriteError:
            if not wait(sock, selectors.EVENT_WRITE, max(0.0, deadline - time.monotonic())):
                return
        except (OSError, ValueError):
            return  # ours is sent and the collector's is not here yet, or something of the collector's is unread, or the connection is gone


def distrust(error):
    """Why a handshake that failed will fail again until somebody mends something; None where the network may be at fault."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return "its certificate: %s (expected: one that GRADWATCH_TLS_CA trusts, for this host)" % error.verify_message.rstrip(".")
    if not isinstance(error, ssl.SSLError) or isinstance(error, (ssl.SSLEOFError, ssl.SSLSyscallError, ssl.SSLZeroReturnError)):
        return None
    if error.reason in _NOT_TLS:
        return "it answers in plain text (expected: TLS, so a collector with --tls-cert; or no GRADWATCH_TLS_CA)"
    if not error.reason or "EOF" in error.reason:
        return None  # some OpenSSLs report a cut connection so
    return "TLS: %s (expected: a handshake)" % error.reason.replace("_", " ").lower()
