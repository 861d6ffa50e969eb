namespace Quiver.Server.Hosting;

/// <summary>The files of the certificate cannot be used. The message says which and why.</summary>
internal sealed class CertificateException(string message) : Exception(message);
