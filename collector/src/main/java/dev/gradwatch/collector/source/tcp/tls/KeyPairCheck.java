package dev.gradwatch.collector.source.tcp.tls;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;

/** Whether a private key is that of a public one: signs a word with the one and verifies it with the other. */
final class KeyPairCheck {
    private static final byte[] WORD = {'g', 'r', 'a', 'd', 'w', 'a', 't', 'c', 'h'};

    static boolean fits(PrivateKey key, PublicKey certified) {
        try {
            Signature signing = Signature.getInstance(algorithm(certified.getAlgorithm()));
            signing.initSign(key);
            signing.update(WORD);
            byte[] signature = signing.sign();
            signing.initVerify(certified);
            signing.update(WORD);
            return signing.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static String algorithm(String keyAlgorithm) {
        return switch (keyAlgorithm) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            // Ed25519 and its like are their own signature algorithm.
            default -> keyAlgorithm;
        };
    }

    private KeyPairCheck() {}
}
