package dev.weir.connectors;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** Whom a connector on Jetty's client trusts on TLS. */
final class Trust {

    /** A setting of such a connector. */
    static final Setting CA = Setting.text("ca", "",
            "PEM file with the certificates to trust on TLS, instead of the system's",
            "/etc/weir/ca.pem");

    private Trust() {}

    /**
     * {@return TLS that trusts whom the settings say, else whom the JVM trusts} The certificate
     * must be of the host that is dialed.
     *
     * @throws IllegalArgumentException when the file has no certificates; the message starts with
     *     the setting
     */
    static SslContextFactory.Client of(Settings settings) {
        SslContextFactory.Client tls = new SslContextFactory.Client();
        String pem = settings.text("ca");
        if (!pem.isEmpty()) {
            tls.setTrustStore(certificates(Path.of(pem)));
        }
        return tls;
    }

    private static KeyStore certificates(Path pem) {
        try (InputStream in = Files.newInputStream(pem)) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int number = 0;
            for (Certificate each :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("ca-" + number++, each);
            }
            if (number == 0) {
                throw new IllegalArgumentException("ca: " + pem + " has no certificate in it");
            }
            return store;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException("ca: cannot be read: " + e, e);
        }
    }
}
