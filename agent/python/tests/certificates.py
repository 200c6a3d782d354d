"""Certificates for tests, made by the openssl command as an operator would make them."""
import os
import shutil
import ssl
import subprocess
import unittest

OPENSSL = shutil.which("openssl")


class Authority:
    """A CA in ``folder`` with certificates of its own; ``ca`` is its file."""

    def __init__(self, folder, name="ca"):
        if OPENSSL is None:
            raise unittest.SkipTest("openssl is missing (expected: it on the PATH, to make certificates)")
        self._folder = folder
        self._name = name
        self.ca = self._file("pem")
        self._call("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", self._file("key"), "-out", self.ca,
                   "-days", "30", "-subj", "/CN=Gradwatch test " + name)

    def issue(self, name, host="IP:127.0.0.1", days=30):
        """(certificate, key), two PEM files; ``host`` is the subjectAltName."""
        cert, key, request, extensions = (os.path.join(self._folder, "%s.%s" % (name, kind)) for kind in ("pem", "key", "csr", "ext"))
        self._call("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", request, "-subj", "/CN=" + name)
        with open(extensions, "w") as out:
            out.write("subjectAltName=%s\n" % host)
        self._call("x509", "-req", "-in", request, "-CA", self.ca, "-CAkey", self._file("key"), "-CAcreateserial", "-out", cert,
                   "-days", str(days), "-extfile", extensions)
        return cert, key

    def context(self, name="server", **more):
        """A server's SSLContext with a certificate of this CA."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.issue(name, **more))
        return context

    def _file(self, kind):
        return os.path.join(self._folder, "%s.%s" % (self._name, kind))

    @staticmethod
    def _call(*words):
        subprocess.run((OPENSSL,) + words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
