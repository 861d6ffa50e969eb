using Microsoft.AspNetCore.Http.Metadata;

namespace Quiver.Server.Hosting;

/// <summary>The largest body of a route, in bytes, as metadata of its endpoint: routing sets it before anything is read, and it is counted while reading.</summary>
internal sealed class BodyLimit(long bytes) : IRequestSizeLimitMetadata
{
    public long? MaxRequestBodySize => bytes;
}
