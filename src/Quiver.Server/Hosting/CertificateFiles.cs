using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Quiver.Server.Hosting;

/// <summary>What the two files of a certificate hold, both in PEM.</summary>
internal sealed class CertificateFiles
{
    private readonly string _certificateFile;
    private readonly string _certificates;
    private readonly string _keyFile;
    private readonly string _key;

    private CertificateFiles(string certificateFile, string keyFile)
    {
        (_certificateFile, _keyFile) = (certificateFile, keyFile);
        (_certificates, _key) = (File.ReadAllText(certificateFile), File.ReadAllText(keyFile));
        Digest = SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{_certificates.Length} {_certificates}{_key}"));
    }

    /// <summary>Of both files' contents: another one means that a file has changed.</summary>
    public byte[] Digest { get; }

    /// <exception cref="IOException">A file cannot be read.</exception>
    public static CertificateFiles Read(string certificateFile, string keyFile) => new(certificateFile, keyFile);

    /// <summary>The server's own with its key, then the intermediate ones.</summary>
    /// <exception cref="CertificateException">The files hold no certificate with its key.</exception>
    public X509Certificate2Collection ToChain()
    {
        var chain = new X509Certificate2Collection();
        try
        {
            chain.ImportFromPem(_certificates);
        }
        catch (CryptographicException)
        {
            // Told below.
        }

        if (chain.Count == 0)
            throw new CertificateException($"{_certificateFile} holds no certificate in PEM (-----BEGIN CERTIFICATE-----).");
        chain[0] = WithKey();
        return chain;
    }

    private X509Certificate2 WithKey()
    {
        if (_key.Contains("ENCRYPTED", StringComparison.Ordinal))
            throw new CertificateException($"The key in {_keyFile} is encrypted. `openssl pkey -in FILE -out FILE` writes it without a passphrase.");
        try
        {
            var certificate = X509Certificate2.CreateFromPem(_certificates, _key);
            // Windows does not do handshakes with a key that exists in memory alone.
            return OperatingSystem.IsWindows() ? X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null) : certificate;
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw new CertificateException($"{_keyFile} holds no private key in PEM, or not the key of the certificate in {_certificateFile}.");
        }
    }
}
