using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Quiver.Server.Tests.Support;

/// <summary>A certificate authority of one test: a root, an intermediate below it, and certificates for localhost below that.</summary>
internal sealed class TestCertificates : IDisposable
{
    private static readonly DateTimeOffset Begin = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset End = new(2050, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly X509Certificate2 _root;
    private readonly X509Certificate2 _intermediate;

    public TestCertificates()
    {
        var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _root = Authority("CN=Test root", rootKey).CreateSelfSigned(Begin, End);
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var signed = Authority("CN=Test intermediate", key).Create(_root, Begin, End, [1]);
        _intermediate = signed.CopyWithPrivateKey(key);
    }

    /// <summary>A certificate for localhost with a key of its own, and the intermediate one behind it, in PEM.</summary>
    public (string Chain, string Key) Issue(byte serial, DateTimeOffset? end = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(_intermediate, Begin, end ?? End, [serial]);
        return (certificate.ExportCertificatePem() + "\n" + _intermediate.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    /// <summary>Writes <see cref="Issue"/> into the folder.</summary>
    public (string CertificateFile, string KeyFile) Write(TemporaryFolder folder, byte serial, DateTimeOffset? end = null)
    {
        var (chain, key) = Issue(serial, end);
        return (folder.Write("tls.pem", chain), folder.Write("tls.key", key));
    }

    /// <summary>How a client checks the server that trusts the root and nothing else, and has no intermediate certificate of its own.</summary>
    public SslClientAuthenticationOptions TrustingRoot()
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.CustomTrustStore.Add(_root);
        return new SslClientAuthenticationOptions { TargetHost = "localhost", CertificateChainPolicy = policy };
    }

    public void Dispose()
    {
        _root.Dispose();
        _intermediate.Dispose();
    }

    private static CertificateRequest Authority(string name, ECDsa key)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        return request;
    }
}
