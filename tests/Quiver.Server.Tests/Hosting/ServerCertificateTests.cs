using Microsoft.Extensions.Logging;
using Quiver.Server.Hosting;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Hosting;

public sealed class ServerCertificateTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void An_error_that_nobody_thought_of_ends_neither_the_timer_nor_the_use_of_the_certificate()
    {
        using var authority = new TestCertificates();
        Write(authority.Issue(1));
        var time = new FailingTime();
        var log = new LogCollector();
        using var factory = LoggerFactory.Create(builder => builder.AddProvider(log));
        using var certificate = new ServerCertificate(_folder.File("tls.pem"), _folder.File("tls.key"), time, factory.CreateLogger<ServerCertificate>());

        Write(authority.Issue(2));
        time.Fails = true;
        time.Tick();
        Assert.Contains($"the certificate in use stays. {typeof(NotSupportedException)}", log.Text, StringComparison.Ordinal);

        Write(authority.Issue(3));
        time.Fails = false;
        time.Tick();
        Assert.Contains("The renewed certificate is in use.", log.Text, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private void Write((string Chain, string Key) files)
    {
        _folder.Write("tls.pem", files.Chain);
        _folder.Write("tls.key", files.Key);
    }

    /// <summary>A clock of one timer, which fails where a test says so.</summary>
    private sealed class FailingTime : TimeProvider
    {
        private Action _tick = () => { };

        public bool Fails { get; set; }

        public void Tick() => _tick();

        public override DateTimeOffset GetUtcNow() => Fails ? throw new NotSupportedException() : System.GetUtcNow();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _tick = () => callback(state);
            return System.CreateTimer(_ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
