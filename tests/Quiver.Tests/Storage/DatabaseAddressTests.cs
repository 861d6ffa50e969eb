using Npgsql;
using Quiver.Storage;

namespace Quiver.Tests.Storage;

public sealed class DatabaseAddressTests
{
    [Theory]
    [InlineData("postgresql://user:pass@localhost/embeddings", "user", "pass", "localhost", 5432, "embeddings", "quiver")]
    [InlineData("postgres://user:p%40ss%2Fword@db.example:6432/name", "user", "p@ss/word", "db.example", 6432, "name", "quiver")]
    [InlineData("postgresql://localhost/embeddings", null, null, "localhost", 5432, "embeddings", "quiver")]
    [InlineData("postgresql://username:password@localhost:5432/vectordb?schema=public", "username", "password", "localhost", 5432, "vectordb", "public")]
    [InlineData("postgresql://[::1]:5433/a%20b", null, null, "::1", 5433, "a b", "quiver")]
    [InlineData("POSTGRESQL://u@h", "u", null, "h", 5432, null, "quiver")]
    [InlineData("Host=db.example;Port=6432;Username=u;Password=\"p;=\";Database=d", "u", "p;=", "db.example", 6432, "d", "quiver")]
    [InlineData("Server=db.example;User Id=u;Database=d;Search Path=mine", "u", null, "db.example", 5432, "d", "mine")]
    public void A_PostgreSQL_address_is_read(string text, string? user, string? password, string host, int port, string? name, string schema)
    {
        var address = Assert.IsType<PostgreSqlAddress>(DatabaseAddress.Parse(text));
        var parts = new NpgsqlConnectionStringBuilder(address.ConnectionString);
        Assert.Equal((user, password, host, port, name, schema), (parts.Username, parts.Password, parts.Host, parts.Port, parts.Database, address.Schema));
        Assert.Equal(schema, parts.SearchPath);
    }

    [Theory]
    [InlineData("disable", SslMode.Disable)]
    [InlineData("allow", SslMode.Allow)]
    [InlineData("prefer", SslMode.Prefer)]
    [InlineData("require", SslMode.Require)]
    [InlineData("verify-ca", SslMode.VerifyCA)]
    [InlineData("verify-full", SslMode.VerifyFull)]
    public void The_modes_of_TLS_are_those_of_libpq(string text, SslMode mode) =>
        Assert.Equal(mode, Parts($"postgresql://h/d?sslmode={text}").SslMode);

    [Fact]
    public void The_other_parameters_of_a_URL_mean_what_their_makers_meant()
    {
        var parts = Parts("postgresql://h/d?application_name=my%20app&connect_timeout=7&connection_limit=5&sslrootcert=/etc/ca.pem&sslcert=/c.pem&sslkey=/k.pem");
        Assert.Equal(("my app", 7, 5, "/etc/ca.pem", "/c.pem", "/k.pem"), (parts.ApplicationName, parts.Timeout, parts.MaxPoolSize, parts.RootCertificate, parts.SslCertificate, parts.SslKey));
    }

    [Theory]
    [InlineData("sqlite:///srv/quiver.db", "/srv/quiver.db")]
    [InlineData("sqlite:////srv/quiver.db", "/srv/quiver.db")]
    [InlineData("sqlite:///./data/quiver.db", "./data/quiver.db")]
    [InlineData("sqlite:data/quiver.db", "data/quiver.db")]
    [InlineData("sqlite:/srv/a%20b.db", "/srv/a b.db")]
    [InlineData("sqlite:///C:/quiver/quiver.db", "C:/quiver/quiver.db")]
    [InlineData("Data Source=/srv/quiver.db", "/srv/quiver.db")]
    public void The_address_of_a_file_is_read(string text, string file) =>
        Assert.Equal(file, Assert.IsType<SqliteAddress>(DatabaseAddress.Parse(text)).File);

    /// <summary>Each holds "s3cret" where a password or a value is.</summary>
    [Theory]
    [InlineData("postgresql://u:s3cret@h/d?sslmod=s3cret", "'sslmod'")]
    [InlineData("postgresql://u:s3cret@h/d?schema=ok&options=s3cret", "'options'")]
    [InlineData("postgresql://u:s3cret@h/d?sslmode=s3cret", "sslmode is one of disable, allow, prefer, require, verify-ca, verify-full")]
    [InlineData("postgresql://u:s3cret@h/d?connect_timeout=s3cret", "'connect_timeout'")]
    [InlineData("postgresql://u:s3cret@h/d?schema=s3cret;drop", "schema")]
    [InlineData("postgresql://u:s3cret@h/d?schema=S3cret", "schema")]
    [InlineData("postgresql://u:s3cret@h/d?schema=", "schema")]
    [InlineData("postgresql://u:s3cret@:5432/d", "cannot be read")]
    [InlineData("postgresql://u:s3cret@h:port/d", "cannot be read")]
    [InlineData("postgresql://u:s3/cret@h/d", "%2F")]
    [InlineData("Host=h;Password=s3cret;Colour=s3cret", "'colour'")]
    [InlineData("Host=h;Password=s3cret;Port=s3cret", "'port'")]
    [InlineData("Host=h;Password=s3cret;SSL Mode=s3cret", "'ssl mode'")]
    [InlineData("Database=d;Password=s3cret", "no host")]
    [InlineData("Host=h;Password=s3cret;Search Path=s3cret, public", "schema")]
    [InlineData("Host=h;Password=\"s3cret", "cannot be read")]
    [InlineData("sqlite:///srv/s3cret.db?mode=s3cret", "'mode'")]
    [InlineData("sqlite://s3cret/quiver.db", "three slashes")]
    [InlineData("sqlite:", "no file")]
    [InlineData("sqlite::memory:", "no file")]
    [InlineData("sqlite:///srv/", "no file")]
    [InlineData("Data Source=/srv/quiver.db;Password=s3cret", "'password'")]
    [InlineData("mysql://u:s3cret@h/d", "postgresql://user:password@host/name")]
    [InlineData("s3cret", "postgresql://user:password@host/name")]
    [InlineData("", "postgresql://user:password@host/name")]
    public void What_is_wrong_with_an_address_is_named_and_never_quoted(string text, string named)
    {
        var message = Assert.Throws<FormatException>(() => DatabaseAddress.Parse(text)).Message;
        Assert.Contains(named, message, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("3cret", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("postgresql://u:s3cret@h:6432/d?schema=mine", "the PostgreSQL database d at h:6432, schema mine")]
    [InlineData("sqlite:///srv/quiver.db", "the SQLite file /srv/quiver.db")]
    public void What_is_shown_of_an_address_holds_no_password(string text, string shown) => Assert.Equal(shown, DatabaseAddress.Parse(text).ToString());

    private static NpgsqlConnectionStringBuilder Parts(string text) => new(((PostgreSqlAddress)DatabaseAddress.Parse(text)).ConnectionString);
}
