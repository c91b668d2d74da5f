package dev.weir.connectors;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/**
 * A key of a server, and a certificate for it by nobody else, in files.
 *
 * @param store both, as PKCS 12 with the password {@link #PASSWORD}
 * @param certificate as PEM
 * @param key as PEM
 */
record SelfSigned(Path store, Path certificate, Path key) {

    static final String PASSWORD = "changeit";

    /**
     * Makes one, by the JDK's keytool.
     *
     * @param host of the server, like {@code ip:127.0.0.1} or {@code dns:localhost}
     */
    static SelfSigned of(String host, Path directory)
            throws IOException, GeneralSecurityException {
        SelfSigned made = new SelfSigned(directory.resolve("keys.p12"),
                directory.resolve("certificate.pem"), directory.resolve("key.pem"));
        Process keytool = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair", "-alias", "server", "-keyalg", "EC", "-dname", "CN=test",
                "-ext", "san=" + host, "-validity", "2", "-storetype", "PKCS12",
                "-storepass", PASSWORD, "-keystore", made.store.toString())
                .redirectErrorStream(true).start();
        String said = new String(
                keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        keytool.onExit().orTimeout(60, TimeUnit.SECONDS).join();
        if (keytool.exitValue() != 0) {
            throw new IOException(said);
        }
        KeyStore keys = KeyStore.getInstance(made.store.toFile(), PASSWORD.toCharArray());
        Files.writeString(made.certificate,
                pem("CERTIFICATE", keys.getCertificate("server").getEncoded()));
        Files.writeString(made.key,
                pem("PRIVATE KEY", keys.getKey("server", PASSWORD.toCharArray()).getEncoded()));
        return made;
    }

    private static String pem(String kind, byte[] content) {
        return "-----BEGIN " + kind + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content)
                + "\n-----END " + kind + "-----\n";
    }

    /** {@return what a server made of Jetty needs} */
    SslContextFactory.Server forJetty() {
        SslContextFactory.Server tls = new SslContextFactory.Server();
        tls.setKeyStorePath(store.toString());
        tls.setKeyStorePassword(PASSWORD);
        return tls;
    }
}
